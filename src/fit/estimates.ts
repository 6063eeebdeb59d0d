import type { Likelihood } from '../likelihood/likelihood.js'
import { normalQuantile, normalTwoSided } from '../numerics/special.js'
import type { Estimate } from './estimate.js'
import type { FixedEstimate, RandomEstimate } from './fit-record.js'

const z95 = normalQuantile(0.975)

/** A number that exists, or null. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Fixed effects with Wald tests and 95 % limits. */
export function fixedEstimates(
  names: readonly string[],
  beta: ArrayLike<number>,
  se: ArrayLike<number>,
): FixedEstimate[] {
  return names.map((name, j) => {
    const z = beta[j] / se[j]
    return {
      name,
      estimate: beta[j],
      se: orNull(se[j]),
      z: orNull(z),
      p: Number.isNaN(z) ? null : normalTwoSided(z),
      lower: orNull(beta[j] - z95 * se[j]),
      upper: orNull(beta[j] + z95 * se[j]),
    }
  })
}

/** Standard deviations of the random effects with their standard errors. */
export function randomEstimates({ term, p }: Likelihood, { parameters, se }: Estimate): RandomEstimate[] {
  if (!term) return []
  const correlation = [[1]]
  return [{ group: term.group, names: term.names, sd: [parameters[p]], sdSe: [orNull(se[p])], correlation }]
}

/** Leading p x p block of the covariance, as rows; empty where there is none. */
export function fixedCovariance(covariance: Float64Array | null, d: number, p: number): number[][] {
  if (!covariance) return []
  return Array.from({ length: p }, (_, i) => Array.from(covariance.subarray(i * d, i * d + p)))
}
