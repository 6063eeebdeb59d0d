/** An outer parameter for which the likelihood has no finite maximum. */
export interface Runaway {
  /** Its position among the outer parameters. */
  readonly at: number
  /** The name of the predictor that it is a coefficient of. */
  readonly predictor: string
  /** The name of its column. */
  readonly name: string
  /** The end that it runs to; null where the data do not determine which, or do not identify it. */
  readonly to: '-Inf' | 'Inf' | null
}
