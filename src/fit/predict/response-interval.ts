import type { Family } from '../../families/family.js'
import { GlmmError } from '../../errors.js'
import type { Link } from '../../links/link.js'
import { cholesky } from '../../numerics/cholesky.js'
import { quantile } from '../../numerics/quantile.js'
import { stream } from '../../random/stream.js'
import type { Limits } from '../results/limits.js'

/** Draws of a new response a row: its quantiles are then good to about 1 % of the probability that is beyond them. */
const draws = 4000

/** The limits of a new response in a row, of which the linear predictors are normal; the trials of a binomial count. */
export type ResponseInterval = (row: number, eta: Float64Array, covariance: Float64Array, trials: number) => Limits

/**
 * Prediction intervals of a new response: the predictors are normal about their estimates, with the uncertainty of the estimates and
 * what random effects add, and the response has the family's distribution given them. Of a gaussian response with identity link in
 * closed form, with Student's t where the residual has degrees of freedom; of others the quantiles of 4,000 draws, the same for the same seed and row.
 *
 * @param distance - quantile of the standard normal or of t, for the closed form
 * @throws GlmmError MODEL for a family that cannot simulate
 */
export function responseInterval(
  family: Family,
  links: readonly Link[],
  level: number,
  distance: number,
  seed: number,
): ResponseInterval {
  const K = links.length
  if (family.name === 'gaussian' && links[0].name === 'identity')
    return (_, eta, covariance) => {
      const spread = Math.sqrt(covariance[0] + links[1].inverse(eta[1]) ** 2)
      return limits(eta[0] - distance * spread, eta[0] + distance * spread)
    }
  const { simulate } = family
  if (!simulate) {
    const message = `expected a family that can simulate for intervals of the response, got ${family.name} without`
    throw new GlmmError('MODEL', message, 'leave --interval out, or give its definition a function simulate')
  }
  const natural = new Array<number>(K)
  const z = new Float64Array(K)
  return (row, eta, covariance, trials) => {
    const rng = stream({ seed, replicate: row, purpose: 'predictive' })
    const l = rootOf(covariance, K)
    const values = new Float64Array(draws)
    for (let s = 0; s < draws; s++) {
      for (let k = 0; k < K; k++) z[k] = rng.normal()
      for (let k = 0; k < K; k++) {
        let at = eta[k]
        for (let j = 0; j <= k; j++) at += l[k * K + j] * z[j]
        natural[k] = links[k].inverse(at)
      }
      values[s] = simulate(rng, natural, trials) / (family.response === 'binomial' ? trials : 1)
    }
    values.sort()
    return limits(quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2))
  }
}

const limits = (lower: number, upper: number): Limits =>
  Number.isFinite(lower) && Number.isFinite(upper) ? { lower, upper } : { lower: null, upper: null }

/** A factor of a covariance that may be singular: elements without variance of their own have a row of zeros. */
function rootOf(covariance: Float64Array, K: number): Float64Array {
  const l = covariance.slice()
  if (cholesky(l, K)) return l
  const out = new Float64Array(K * K)
  for (let k = 0; k < K; k++) out[k * (K + 1)] = Math.sqrt(Math.max(0, covariance[k * (K + 1)] || 0))
  return out
}
