import type { Tape } from '../numerics/expression-tape.js'

/** One predictor of the family: a linear predictor as it is, or a result of the tape. Each by its number. */
export type MapOutput = { readonly predictor: number } | { readonly result: number }

/**
 * The predictors tau_1 ... tau_F of a family as functions of the model's linear predictors eta_1 ... eta_K and of data, row
 * by row: a mean that is nonlinear in parameters, or a standard deviation that depends on the mean. Plain data.
 */
export interface PredictorMap {
  readonly tape: Tape
  /** The data that the tape reads, length nobs each. */
  readonly columns: readonly Float64Array[]
  /** Length F. */
  readonly outputs: readonly MapOutput[]
}

/** The same map for other rows, given how a column of theirs is had from one of these. */
export const mapRows = (map: PredictorMap, column: (values: Float64Array) => Float64Array): PredictorMap => ({
  ...map,
  columns: map.columns.map(column),
})
