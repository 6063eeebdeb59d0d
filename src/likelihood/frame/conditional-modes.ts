/** Conditional modes b = Lambda u of the random effects and their conditional standard deviations, one entry a term. */
export interface ConditionalModes {
  /** Level after level, each with the term's columns: levels x q; of the covariance levels x q x q. */
  readonly terms: readonly {
    readonly mode: Float64Array
    readonly sd: Float64Array
    readonly covariance: Float64Array
  }[]
  /** Each linear predictor at the modes, in the order of the model's rows. */
  readonly eta: readonly Float64Array[]
}
