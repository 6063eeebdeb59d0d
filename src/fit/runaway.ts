/** A parameter without a finite maximum. */
export interface Runaway {
  /** Its position among the outer parameters. */
  readonly at: number
  /** The predictor that it belongs to. */
  readonly predictor: string
  readonly name: string
  /** Where it runs to; null for one that the data leave open, or whose direction they do. */
  readonly to: 'Inf' | '-Inf' | null
}
