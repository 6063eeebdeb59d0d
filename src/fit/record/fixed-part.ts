import { flat } from '../../covariance/flat.js'
import type { ConditionalModes } from '../../likelihood/frame/conditional-effects.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { LaidTerm, ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import type { Estimate } from '../results/estimate.js'

/** The mean's fixed effects as estimated; none where the model has no one predictor of the mean. */
export interface FixedPart {
  readonly names: readonly string[]
  readonly beta: Float64Array
  readonly se: Float64Array
  /** p x p as rows; empty where there is none. */
  readonly covariance: readonly (readonly number[])[]
}

/** Fixed effects among the outer parameters, or, under a restricted likelihood, as the mode it integrates around. */
export function fixedPart(
  { layout }: Likelihood,
  fitted: Estimate,
  { terms }: Pick<ConditionalModes, 'terms'>,
): FixedPart {
  const at = layout.terms.findIndex(({ covariance }) => covariance === flat)
  if (at >= 0) {
    const { names } = layout.terms[at].term
    const { mode, sd, covariance } = terms[at]
    return { names, beta: mode, se: sd, covariance: block(covariance, names.length, names.length) }
  }
  const { names, from, to } = layout.location
    ? { names: layout.location.stated.fixed.names, ...layout.location.fixed }
    : { names: [], from: 0, to: 0 }
  const { parameters, se, covariance } = fitted
  const matrix = covariance ? block(covariance, layout.dimension, to - from, from) : []
  return { names, beta: parameters.slice(from, to), se: se.slice(from, to), covariance: matrix }
}

/** The terms that are random, with their position among all. */
export const randomTerms = (terms: readonly LaidTerm[]): { readonly laid: LaidTerm; readonly at: number }[] =>
  terms.map((laid, at) => ({ laid, at })).filter(({ laid }) => laid.covariance !== flat)

/** Whether the likelihood is restricted: the mean's fixed effects are integrated out, as a term without a variance. */
export const isRestricted = ({ terms }: ParameterLayout): boolean => terms.some(({ covariance }) => covariance === flat)

/** The p x p block on the diagonal of a d x d matrix from `from` on, as rows. */
export const block = (matrix: Float64Array, d: number, p: number, from = 0): number[][] =>
  Array.from({ length: p }, (_, i) => Array.from(matrix.subarray((from + i) * d + from, (from + i) * d + from + p)))
