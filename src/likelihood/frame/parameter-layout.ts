import type { Covariance } from '../../covariance/covariance.js'
import { covarianceNamed } from '../../covariance/registry.js'
import type { Model, RandomTerm } from '../../data/model.js'

/** A random term and where its covariance parameters stand among the outer parameters. */
export interface LaidTerm {
  readonly term: RandomTerm
  /** The linear predictor that lists it. */
  readonly predictor: number
  /** The linear predictor that each of its columns is part of, length q. */
  readonly predictorOf: Int32Array
  readonly covariance: Covariance
  /** Its theta: `size` outer parameters from `start`. */
  readonly start: number
  readonly size: number
}

/** A fixed effect, by the column that has it first. */
export interface Coefficient {
  readonly predictor: number
  readonly column: number
  readonly name: string
}

/** Order of the outer parameters: the fixed effects of each predictor, then the theta of each random term. */
export interface ParameterLayout {
  /** First fixed effect of each predictor's own, and the end of the last: length K + 1. */
  readonly fixedStart: Int32Array
  /** The parameter of each column of each predictor's design: from fixedStart on, unless a column shares that of another. */
  readonly parameterOf: readonly Int32Array[]
  /** The fixed effects in their order. */
  readonly coefficients: readonly Coefficient[]
  readonly terms: readonly LaidTerm[]
  /** Number of fixed effects of all predictors: theta starts here. */
  readonly fixed: number
  readonly dimension: number
}

export function parameterLayout(model: Model): ParameterLayout {
  const fixedStart = new Int32Array(model.predictors.length + 1)
  const parameterOf: Int32Array[] = []
  const coefficients: Coefficient[] = []
  model.predictors.forEach(({ fixed: { names, shares } }, predictor) => {
    const own = new Int32Array(names.length)
    parameterOf.push(own)
    names.forEach((name, column) => {
      const shared = shares?.[column]
      own[column] = shared
        ? parameterOf[shared.predictor][shared.column]
        : coefficients.push({ predictor, column, name }) - 1
    })
    fixedStart[predictor + 1] = coefficients.length
  })
  const fixed = fixedStart[model.predictors.length]
  const terms: LaidTerm[] = []
  let start = fixed
  model.predictors.forEach((predictor, k) => {
    for (const term of predictor.random) {
      const covariance = covarianceNamed(term.covariance)
      const size = covariance.size(term.names.length)
      const predictorOf = term.predictorOf ?? new Int32Array(term.names.length).fill(k)
      terms.push({ term, predictor: k, predictorOf, covariance, start, size })
      start += size
    }
  })
  return { fixedStart, parameterOf, coefficients, terms, fixed, dimension: start }
}
