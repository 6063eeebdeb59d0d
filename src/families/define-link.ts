import type { Link, PositiveLink, ProbabilityLink } from '../links/link.js'
import { differences } from './differences.js'

/** What defines a link; its derivatives come from differences. */
export interface LinkDefinition {
  readonly name: string
  /** What it is a link of: a probability, or a mean above 0. */
  readonly mean: 'probability' | 'positive'
  /** eta = g(mu). */
  readonly link: (mu: number) => number
  /** mu = g^-1(eta), inside the range for every finite eta. */
  readonly inverse: (eta: number) => number
  /** 1 - inverse(eta) of a probability, which keeps its digits where that is near 1; by subtraction where left out. */
  readonly complement?: (eta: number) => number
}

/**
 * A link from the function and its inverse: derivatives come from central differences, exact to about 1e-8. `addLink` makes it
 * known by its name.
 *
 * @param definition - Name, range of the mean, the function and its inverse.
 * @returns The link, as the registry takes it.
 * @example
 * import { defineLink } from 'glmm/core'
 * const softplus = defineLink({
 *   name: 'softplus',
 *   mean: 'positive',
 *   link: (mu) => Math.log(Math.expm1(mu)),
 *   inverse: (eta) => Math.log1p(Math.exp(eta)),
 * })
 * // The slope of log(1 + exp(eta)) at 0 is a half.
 * console.log(softplus.slope(0).toFixed(6)) // 0.500000
 */
export function defineLink(definition: LinkDefinition): ProbabilityLink | PositiveLink {
  const { name, mean, link, inverse, complement = (eta) => 1 - inverse(eta) } = definition
  const at = new Float64Array(1)
  const four = new Float64Array(4)
  /** Writes log f and its first three derivatives at eta into `out` from `from`; false where it is not finite. */
  const logOf = (f: (eta: number) => number, eta: number, out: Float64Array, from: number): boolean => {
    at[0] = eta
    differences(1, ([point]) => Math.log(f(point)), at, four)
    out.set(four, from)
    return four[0] > Number.NEGATIVE_INFINITY
  }
  const slope = (eta: number): number => {
    logOf(inverse, eta, four, 0)
    return Math.exp(four[0]) * four[1]
  }
  const base: Link = { name, link, inverse, slope }
  if (mean === 'positive') return { ...base, logMean: (eta, out) => logOf(inverse, eta, out, 0) }
  return {
    ...base,
    logTails: (eta, out) => {
      logOf(inverse, eta, out, 0)
      logOf(complement, eta, out, 4)
    },
  }
}
