import type { Rng } from '../../random/stream.js'

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

/** The distribution of all random effects b given the response and the outer parameters. */
export interface ConditionalEffects extends ConditionalModes {
  /**
   * Draws all effects, in the order of the coordinates, into `out` from `at`; each draw is independent of the one before. Only
   * where the likelihood has a `factor`.
   */
  readonly draw: (rng: Rng, out: Float64Array, at: number) => void
}
