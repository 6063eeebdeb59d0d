import { positiveNamed } from '../links/registry.js'
import { normalCdf, scaledErfc } from '../numerics/special.js'
import { inverseSquareShape } from './drawn.js'
import type { Family } from './family.js'
import { vanishUnlessFinite, throughFirst, vanish } from './row-density.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** Positive numbers with mean mu and variance sigma^2 mu^3: log f = -(y / mu - 1)^2 / (2 sigma^2 y) + ... */
export const inverseGaussian: Family = {
  name: 'inverse_gaussian',
  exponentialDispersion: true,
  response: 'positive',
  links: ['log', '1/mu^2'],
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
    return {
      predictors: 2,
      at: (row, eta, out) => {
        if (!logMean(eta[0], mean)) {
          vanish(out, 10)
          return
        }
        const per = Math.exp(-2 * eta[1]) / y[row]
        const up = Math.expm1(logY[row] - mean[0]) // y / mu - 1
        const ratio = 1 + up
        const square = per * up * up
        const slope = per * up * ratio
        const bend = per * ratio * (ratio + up)
        out[0] = -0.5 * square - eta[1] - halfLog2Pi - 1.5 * logY[row]
        out[1] = slope
        out[2] = square - 1
        out[3] = -bend
        out[4] = -2 * slope
        out[5] = -2 * square
        out[6] = per * ratio * (3 * ratio + up)
        out[7] = 2 * bend
        out[8] = 4 * slope
        out[9] = 4 * square
        throughFirst(2, out, mean[1], mean[2], mean[3])
        vanishUnlessFinite(out, 10)
      },
      expected: (_row, eta, out) => {
        const known = logMean(eta[0], mean)
        out[0] = known ? Math.exp(-2 * eta[1] - mean[0]) * mean[1] * mean[1] : Number.NaN
        out[1] = 0
        out[2] = 2
      },
    }
  },
  variance: (mu, sigma = 1) => sigma * sigma * mu ** 3,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, sigma]) => sigma * sigma * mu ** 3,
  // Phi(a) + exp(2 / (sigma^2 mu)) Phi(-b), the second from erfcx, so that nothing overflows (Shuster 1968).
  tail: (y, [mu, sigma], _trials, upper) => {
    const root = 1 / (sigma * Math.sqrt(y))
    const a = root * (y / mu - 1)
    const second = 0.5 * Math.exp(-0.5 * a * a) * scaledErfc((root * (y / mu + 1)) / Math.SQRT2)
    return upper ? Math.max(0, normalCdf(-a) - second) : normalCdf(a) + second
  },
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed,
  unitDeviance: (observed, mu) => (observed / mu - 1) ** 2 / observed,
  ratio: () => null,
  // Michael, Schucany and Haas (1976): the two roots of a chi-squared, chosen between by a uniform.
  simulate: ({ normal, uniform }, [mu, sigma]) => {
    const half = 0.5 * (sigma * normal()) ** 2 * mu
    // The larger root; the product of the two is 1. Their difference would lose the smaller one.
    const larger = 1 + half + Math.sqrt(half * (2 + half))
    return uniform() * (larger + 1) < larger ? mu / larger : mu * larger
  },
}
