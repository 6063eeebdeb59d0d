import type { Covariance } from '../../covariance/covariance.js'
import { covarianceNamed } from '../../covariance/registry.js'
import type { Model, RandomTerm } from '../../data/model.js'

/** A random term and where its covariance parameters stand among the outer parameters. */
export interface LaidTerm {
  readonly term: RandomTerm
  /** The linear predictor it belongs to. */
  readonly predictor: number
  readonly covariance: Covariance
  /** Its theta: `size` outer parameters from `start`. */
  readonly start: number
  readonly size: number
}

/** Order of the outer parameters: the fixed effects of each predictor, then the theta of each random term. */
export interface ParameterLayout {
  /** First fixed effect of each predictor, and the end of the last: length K + 1. */
  readonly fixedStart: Int32Array
  readonly terms: readonly LaidTerm[]
  /** Number of fixed effects of all predictors: theta starts here. */
  readonly fixed: number
  readonly dimension: number
}

export function parameterLayout(model: Model): ParameterLayout {
  const fixedStart = new Int32Array(model.predictors.length + 1)
  model.predictors.forEach((predictor, k) => {
    fixedStart[k + 1] = fixedStart[k] + predictor.fixed.names.length
  })
  const fixed = fixedStart[model.predictors.length]
  const terms: LaidTerm[] = []
  let start = fixed
  model.predictors.forEach((predictor, k) => {
    for (const term of predictor.random) {
      const covariance = covarianceNamed(term.covariance)
      const size = covariance.size(term.names.length)
      terms.push({ term, predictor: k, covariance, start, size })
      start += size
    }
  })
  return { fixedStart, terms, fixed, dimension: start }
}
