import type { Warning } from '../errors.js'
import type { ResponseData } from '../families/response-data.js'
import type { Role } from '../families/role.js'
import type { Basis } from './basis.js'
import type { PredictorMap } from './predictor-map.js'

/**
 * A model: everything a likelihood needs, as plain data that can cross threads. Rows with missing values are
 * gone, factors are contrasts, aliased columns are dropped; nothing here refers to the table or the formula text.
 */
export interface Model {
  /** The formula as the user wrote it, white space normalised. */
  readonly formula: string
  /** Name in the family registry; `link` that in the link registry. */
  readonly family: string
  readonly link: string
  /** Rows used. */
  readonly nobs: number
  /** Rows left out because something the model uses is missing there. */
  readonly dropped: number
  readonly response: Response
  /** The linear predictors eta_1 ... eta_K: those of the family in its order, unless `map` makes them into these. */
  readonly predictors: readonly Predictor[]
  /** How the family's predictors come of the linear ones; where left out, they are these. */
  readonly map?: PredictorMap
  /** The order of the rows within groups, for tests of their residuals; in the order of this model's rows. */
  readonly time?: RowTime
  /** What the data decide about the columns of the design; none where the model was not made from a table. */
  readonly basis?: Basis
  readonly warnings: readonly Warning[]
}

export interface RowTime {
  /** The column's name. */
  readonly name: string
  /** Length nobs, ascending with time; NaN where it is missing. */
  readonly values: Float64Array
}

export interface Response extends ResponseData {
  /** Text of the left-hand side. */
  readonly name: string
}

/** One linear predictor: eta = offset + X beta + sum over terms of Z b. */
export interface Predictor {
  /** 'mean', or the name that the family has for it: 'dispersion', 'zi', ... */
  readonly name: string
  readonly role: Role
  readonly fixed: FixedEffects
  /** Length nobs, or null for none. */
  readonly offset: Float64Array | null
  /** Its random terms, in the order of the formula. */
  readonly random: readonly RandomTerm[]
}

export interface FixedEffects {
  /** Coefficient names as R gives them: '(Intercept)', 'treat', 'a:b'. Length p. */
  readonly names: readonly string[]
  /** Design matrix, nobs x p, column after column. */
  readonly x: Float64Array
  /**
   * Of each column, the earlier column (of this predictor or one before it) whose coefficient it has, too; null for one with
   * a coefficient of its own. Where left out, all have their own.
   */
  readonly shares?: readonly (SharedColumn | null)[]
  /** Columns left out because they are linear combinations of earlier ones. */
  readonly aliased: readonly string[]
}

/** A column of a predictor's design, both by their position. */
export interface SharedColumn {
  readonly predictor: number
  readonly column: number
}

/** One term (names | group): each of the group's levels has an effect vector b of length names.length. */
export interface RandomTerm {
  /** Name of the grouping factor: a column, or an interaction such as 'a:b'. */
  readonly group: string
  /** Names of the levels that occur; `index` points into them. */
  readonly levels: readonly string[]
  /** Length nobs: the level of each row. */
  readonly index: Int32Array
  /** Column names of Z, '(Intercept)' first where present. Length q. */
  readonly names: readonly string[]
  /** nobs x q, column after column. */
  readonly z: Float64Array
  /** The predictor that each column is part of, length q; where left out, all are of the one that lists the term. */
  readonly predictorOf?: Int32Array
  /** Name in the covariance registry: 'us' (unstructured), 'diag', ... */
  readonly covariance: string
  /** Lambda where the covariance has no parameters and is not the identity: q x q, lower triangular, row after row. */
  readonly factor?: Float64Array
}
