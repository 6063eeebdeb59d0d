import { flat } from '../../covariance/flat.js'
import type { ConditionalModes, Likelihood } from '../../likelihood/likelihood.js'
import type { LaidTerm, ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import type { Estimate } from '../results/estimate.js'

/** The mean's fixed effects as estimated. */
export interface FixedPart {
  readonly names: readonly string[]
  readonly beta: Float64Array
  readonly se: Float64Array
  /** p x p as rows; empty where there is none. */
  readonly covariance: readonly (readonly number[])[]
}

/** Fixed effects among the outer parameters, or, under a restricted likelihood, as the mode it integrates around. */
export function fixedPart(
  { model, layout }: Likelihood,
  fitted: Estimate,
  { terms }: Pick<ConditionalModes, 'terms'>,
): FixedPart {
  const at = layout.terms.findIndex(({ covariance }) => covariance === flat)
  if (at >= 0) {
    const { names } = layout.terms[at].term
    const { mode, sd, covariance } = terms[at]
    return { names, beta: mode, se: sd, covariance: block(covariance, names.length, names.length) }
  }
  const { names } = model.predictors[0].fixed
  const p = names.length
  const { parameters, se, covariance } = fitted
  const matrix = covariance ? block(covariance, layout.dimension, p) : []
  return { names, beta: parameters.slice(0, p), se: se.slice(0, p), covariance: matrix }
}

/** The terms that are random, with their position among all. */
export const randomTerms = (terms: readonly LaidTerm[]): { readonly laid: LaidTerm; readonly at: number }[] =>
  terms.map((laid, at) => ({ laid, at })).filter(({ laid }) => laid.covariance !== flat)

/** Whether the likelihood is restricted: the mean's fixed effects are integrated out, as a term without a variance. */
export const isRestricted = ({ terms }: ParameterLayout): boolean => terms.some(({ covariance }) => covariance === flat)

/** Leading p x p block of a d x d matrix, as rows. */
export const block = (matrix: Float64Array, d: number, p: number): number[][] =>
  Array.from({ length: p }, (_, i) => Array.from(matrix.subarray(i * d, i * d + p)))
