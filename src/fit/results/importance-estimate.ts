import type { ImportanceDiagnosis } from '../../likelihood/sparse/importance-diagnosis.js'
import type { Estimate } from './estimate.js'

/** Maximum likelihood estimates by importance sampling, with what the sampling leaves open. */
export interface ImportanceEstimate extends ImportanceDiagnosis {
  readonly estimate: Estimate
  /** Draws of each block of random effects, the estimate's `nodes`. */
  readonly draws: number
  readonly seed: number
  /** Monte Carlo covariance of the estimates, d x d: how they would scatter from seed to seed. */
  readonly covariance: Float64Array
  /** The largest Monte Carlo error of an estimate, in its standard errors. */
  readonly maxMcseInSe: number
}
