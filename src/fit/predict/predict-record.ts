import type { RecordHeading } from '../../data/record-heading.js'
import type { Limits } from '../results/limits.js'

/** Random effects at zero; at the conditional modes of the levels known; the response averaged over them. */
export type PredictionKind = 'population' | 'conditional' | 'average'

/** What `glmm predict` prints with --json: schema glmm/predict@1. */
export interface PredictRecord extends RecordHeading {
  readonly schema: 'glmm/predict@1'
  readonly kind: PredictionKind
  /** Of the limits. */
  readonly level: number
  /** Rows predicted. */
  readonly nobs: number
  /** Rows without a prediction, for want of a value. */
  readonly dropped: number
  /** Rows that are not estimable: no linear combination of the rows of the fit's data. */
  readonly notEstimable: number
  readonly predictions: readonly Prediction[]
}

/** Of one row of the data; null where something the prediction needs is missing or not estimable. */
export interface Prediction {
  /** From 1. */
  readonly row: number
  /** The values of the columns that are reported with it, such as those of a grid. */
  readonly at?: Readonly<Record<string, number | string>>
  /** The mean's linear predictor; averaged means, taken to the link's scale. */
  readonly linear: PredictedValue | null
  /** Mean of the response (of the proportion, where there are trials). */
  readonly response: PredictedValue | null
  /** Limits of a new response; there where asked for. */
  readonly interval?: Limits
  /** Groups, such as 'center', of which the row has a level that the fit had not: their effect is 0. */
  readonly newLevels: readonly string[]
}

/** Null where it does not exist: no standard error without a covariance of the estimates. */
export interface PredictedValue {
  readonly estimate: number | null
  readonly se: number | null
  readonly lower: number | null
  readonly upper: number | null
}
