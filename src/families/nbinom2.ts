import { logGamma } from '../numerics/special.js'
import { shape } from './drawn.js'
import type { Family } from './family.js'
import { risingExcess } from './gamma-ratio.js'
import { byZeros } from './recession.js'
import { vanishUnlessFinite } from './row-density.js'
import { logistic, softplus } from './softplus.js'
import { negativeBinomialTail } from './tails.js'
import { gammaVariate } from '../random/gamma-variate.js'
import { poissonVariate } from './variates.js'

/** exp(300) cannot be distinguished from infinity: the Poisson limit, without an overflow. */
const poissonAt = 300

/**
 * Counts with mean mu and variance mu + mu^2 / phi. With t = log mu, p = log phi, d = t - p and
 * E = log Gamma(y + phi) - log Gamma(phi) - y p, which vanishes as phi grows,
 *
 *   log f = y t + E - (phi + y) log(1 + e^d) - log y!,
 *
 * so that nothing cancels on the way to the Poisson limit.
 */
export const nbinom2: Family = {
  name: 'nbinom2',
  response: 'count',
  links: ['log'],
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'phi',
      start: 0,
      limit: { at: 16, says: 'no overdispersion beyond Poisson: phi runs to infinity' },
      drawn: shape,
    },
  ],
  derivatives: 'exact',
  density: (_link, { y }) => {
    const constant = y.map((count) => logGamma(count + 1))
    const excess = new Float64Array(4)
    return {
      predictors: 2,
      at: (row, eta, out) => {
        const count = y[row]
        const t = eta[0]
        const p = Math.min(eta[1], poissonAt)
        const phi = Math.exp(p)
        const d = t - p
        const P = logistic(d)
        const Q = logistic(-d)
        risingExcess(count, phi, p, excess)
        const phiS = phi * softplus(d)
        const phiP = phi * P
        const phiPQ = phiP * Q
        const first = phiP + count * P // (phi + y) P
        const second = first * Q
        const third = second * (Q - P)
        out[0] = (count === 0 ? 0 : count * (t - softplus(d))) + excess[0] - phiS - constant[row]
        out[1] = count * Q - phiP
        out[2] = excess[1] - phiS + first
        out[3] = -second
        out[4] = second - phiP
        out[5] = excess[2] - phiS + 2 * phiP - second
        out[6] = -third
        out[7] = third - phiPQ
        out[8] = 2 * phiPQ - phiP - third
        out[9] = excess[3] - phiS + 3 * phiP - 3 * phiPQ + third
        vanishUnlessFinite(out, 10)
      },
    }
  },
  variance: (mu, phi = 1) => mu + (mu * mu) / phi,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, phi]) => mu + (mu * mu) / phi,
  simulate: (noise, [mu, phi]) => poissonVariate(noise, (mu / phi) * gammaVariate(noise, phi)),
  tail: (y, [mu, phi], _trials, upper) => negativeBinomialTail(y, mu, phi, upper),
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => (observed === 0 ? 1 / 6 : observed),
  unitDeviance: (observed, mu, phi = 1) =>
    2 *
    ((observed === 0 ? 0 : observed * Math.log(observed / mu)) -
      (observed + phi) * Math.log1p((observed - mu) / (mu + phi))),
  recession: (link) => (link === 'log' ? byZeros : null),
  ratio: (link) => (link === 'log' ? 'rate ratio' : null),
}
