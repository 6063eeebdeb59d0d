import { positiveNamed } from '../links/registry.js'
import { gammaTail } from '../numerics/special.js'
import { inverseSquareShape } from './drawn.js'
import type { Family } from './family.js'
import { binet } from './gamma-ratio.js'
import { vanishUnlessFinite, throughFirst, vanish } from './row-density.js'
import { gammaVariate } from '../random/gamma-variate.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/**
 * Positive numbers with mean mu and variance sigma^2 mu^2: the shape is a = 1 / sigma^2. With z = log y - log mu and
 * Binet's function B,
 *
 *   log f = -a (e^z - 1 - z) + log(a / 2 pi) / 2 - B(a) - log y.
 */
export const gamma: Family = {
  name: 'Gamma',
  exponentialDispersion: true,
  response: 'positive',
  links: ['log', 'inverse', 'identity'],
  takes: 'positive',
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'sigma',
      start: 0,
      precisionPower: -0.5,
      drawn: inverseSquareShape,
    },
  ],
  derivatives: 'exact',
  density: (link, { y }) => {
    const { logMean } = positiveNamed(link)
    const logY = y.map(Math.log)
    const mean = new Float64Array(4)
    const rest = new Float64Array(4)
    const expectedRest = new Float64Array(4)
    // The shape is the same in every row unless sigma has predictors of its own.
    let known = Number.NaN
    return {
      predictors: 2,
      at: (row, eta, out) => {
        if (!logMean(eta[0], mean)) {
          vanish(out, 10)
          return
        }
        const logA = -2 * eta[1]
        const a = Math.exp(logA)
        const z = logY[row] - mean[0]
        const up = Math.expm1(z)
        const fit = a * (z - up)
        const slope = a * up
        const bend = a * (1 + up)
        if (logA !== known) binet(a, logA, rest)
        known = logA
        // Derivatives in log a = -2 log sigma carry a factor -2 each.
        out[0] = fit + 0.5 * logA - halfLog2Pi - rest[0] - logY[row]
        out[1] = slope
        out[2] = -2 * (fit + 0.5 - rest[1])
        out[3] = -bend
        out[4] = -2 * slope
        out[5] = 4 * (fit - rest[2])
        out[6] = bend
        out[7] = 2 * bend
        out[8] = 4 * slope
        out[9] = -8 * (fit - rest[3])
        throughFirst(2, out, mean[1], mean[2], mean[3])
        vanishUnlessFinite(out, 10)
      },
      expected: (_row, eta, out) => {
        const logA = -2 * eta[1]
        const known = logMean(eta[0], mean)
        binet(Math.exp(logA), logA, expectedRest)
        out[0] = known ? Math.exp(logA) * mean[1] * mean[1] : Number.NaN
        out[1] = 0
        // The score in log a has mean 0, so that of a (z - e^z + 1) is B' - 1/2.
        out[2] = 4 * (0.5 - expectedRest[1] + expectedRest[2])
      },
    }
  },
  variance: (mu, sigma = 1) => (sigma * mu) ** 2,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, sigma]) => (sigma * mu) ** 2,
  tail: (y, [mu, sigma], _trials, upper) => gammaTail(y / (mu * sigma * sigma), 1 / (sigma * sigma), upper),
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed,
  unitDeviance: (observed, mu) =>
    mu > 0 ? 2 * ((observed - mu) / mu - Math.log(observed / mu)) : Number.POSITIVE_INFINITY,
  ratio: () => null,
  // A variate that rounds to 0 is the least number above it.
  simulate: (noise, [mu, sigma]) =>
    Math.max(Number.MIN_VALUE, mu * sigma * sigma * gammaVariate(noise, 1 / (sigma * sigma))),
}
