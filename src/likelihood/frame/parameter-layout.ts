import type { Covariance } from '../../covariance/covariance.js'
import { covarianceNamed } from '../../covariance/registry.js'
import { isConstant } from '../../data/constant-predictor.js'
import type { Model, Predictor, RandomTerm } from '../../data/model.js'
import { locationOf, noMean } from '../../data/roles.js'
import type { Family, FurtherPredictor } from '../../families/family.js'
import { familyOf, furtherNamed } from '../../families/registry.js'
import type { Role } from '../../families/role.js'
import type { Link } from '../../links/link.js'
import { linkNamed } from '../../links/registry.js'

/** A linear predictor, and where its fixed effects stand among the outer parameters. */
export interface LaidPredictor {
  /** Its place among the model's predictors. */
  readonly k: number
  readonly name: string
  readonly role: Role
  readonly stated: Predictor
  /** What the family says of it; null of a location, and where a map makes the family's predictors of these. */
  readonly kind: FurtherPredictor | null
  /** The identity of a part of a mean. */
  readonly link: Link
  /** Its own outer parameters, `from` (included) to `to` (excluded): those of columns that do not share another's. */
  readonly fixed: { readonly from: number; readonly to: number }
}

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
  /** The linear predictors in the model's order. Length K. */
  readonly predictors: readonly LaidPredictor[]
  /** The predictor of the location, where the model has one and no more; see `locationOf`. */
  readonly location: LaidPredictor | null
  /** All others. */
  readonly further: readonly LaidPredictor[]
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

export function parameterLayout(model: Model, family: Family = familyOf(model.family)): ParameterLayout {
  const fixedStart = new Int32Array(model.predictors.length + 1)
  const parameterOf: Int32Array[] = []
  const coefficients: Coefficient[] = []
  const predictors = model.predictors.map((stated, k): LaidPredictor => {
    const { name, role, fixed } = stated
    const from = coefficients.length
    const own = new Int32Array(fixed.names.length)
    parameterOf.push(own)
    fixed.names.forEach((name, column) => {
      const shared = fixed.shares?.[column]
      own[column] = shared
        ? parameterOf[shared.predictor][shared.column]
        : coefficients.push({ predictor: k, column, name }) - 1
    })
    const to = coefficients.length
    fixedStart[k + 1] = to
    const kind = model.map ? null : furtherNamed(family, name)
    const link = linkNamed(kind?.link ?? (role === 'part' ? 'identity' : model.link))
    return { k, name, role, stated, kind, link, fixed: { from, to } }
  })
  const mean = locationOf(model)
  const location = predictors.find(({ stated }) => stated === mean) ?? null
  const fixed = fixedStart[predictors.length]
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
  const further = predictors.filter((one) => one !== location)
  return { predictors, location, further, fixedStart, parameterOf, coefficients, terms, fixed, dimension: start }
}

/** The layout's predictor of the mean; for what is defined for models with one only. See `meanOf`. */
export function meanIn(layout: ParameterLayout): LaidPredictor {
  if (layout.location) return layout.location
  throw noMean(layout.predictors)
}

/** Whether a random term belongs to the predictor of the location, with all of its columns. */
export const ofLocation = ({ location }: ParameterLayout, { predictorOf }: Pick<LaidTerm, 'predictorOf'>): boolean =>
  predictorOf.every((k) => k === location?.k)

/** Whether a predictor is one number, a parameter of the family that is reported on its natural scale. */
export const isOneNumber = (of: LaidPredictor): of is LaidPredictor & { readonly kind: FurtherPredictor } =>
  of.kind !== null && of.role !== 'part' && isConstant(of.stated)
