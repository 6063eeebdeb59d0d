import { logGamma } from '../numerics/special.js'
import { type Family, noDeviance } from './family.js'
import { risingExcess } from './gamma-ratio.js'
import { byZeros } from './recession.js'
import { vanishUnlessFinite } from './row-density.js'
import { logistic, softplus } from './softplus.js'
import { negativeBinomialTail } from './tails.js'
import { gammaVariate } from '../random/gamma-variate.js'
import { poissonVariate } from './variates.js'

/** exp(-300) cannot be distinguished from zero: the Poisson limit, without an overflow. */
const poissonAt = -300

/**
 * Counts with mean mu and variance mu (1 + phi). With t = log mu, p = log phi, size n = mu / phi, q = t - p and
 * E(y, q) = log Gamma(y + n) - log Gamma(n) - y q,
 *
 *   log f = y t + E - (y + n) log(1 + phi) - log y!.
 */
export const nbinom1: Family = {
  name: 'nbinom1',
  response: 'count',
  links: ['log'],
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'phi',
      start: 0,
      limit: { at: -16, says: 'no overdispersion beyond Poisson: phi runs to zero' },
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
        const p = Math.max(eta[1], poissonAt)
        const q = t - p
        const n = Math.exp(q)
        const log1pPhi = softplus(p)
        const share = logistic(p)
        const share2 = share * logistic(-p)
        const share3 = share2 * (1 - 2 * share)
        risingExcess(count, n, q, excess)
        // g(q, p) = E - n log(1 + phi): derivatives in q, then mixed, then in p.
        const nL = n * log1pPhi
        const g1 = excess[1] - nL
        const g2 = excess[2] - nL
        const g3 = excess[3] - nL
        const nL1 = n * share
        const nL2 = n * share2
        const nL3 = n * share3
        out[0] = (count === 0 ? 0 : count * (t - log1pPhi)) + excess[0] - nL - constant[row]
        out[1] = count + g1
        out[2] = -g1 - nL1 - count * share
        out[3] = g2
        out[4] = -g2 - nL1
        out[5] = g2 + 2 * nL1 - nL2 - count * share2
        out[6] = g3
        out[7] = -g3 - nL1
        out[8] = g3 + 2 * nL1 - nL2
        out[9] = -g3 - 3 * nL1 + 3 * nL2 - nL3 - count * share3
        vanishUnlessFinite(out, 10)
      },
    }
  },
  variance: (mu, phi = 1) => mu * (1 + phi),
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, phi]) => mu * (1 + phi),
  simulate: (noise, [mu, phi]) => poissonVariate(noise, phi * gammaVariate(noise, mu / phi)),
  tail: (y, [mu, phi], _trials, upper) => negativeBinomialTail(y, mu, mu / phi, upper),
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => (observed === 0 ? 1 / 6 : observed),
  unitDeviance: noDeviance,
  recession: (link) => (link === 'log' ? byZeros : null),
  ratio: (link) => (link === 'log' ? 'rate ratio' : null),
}
