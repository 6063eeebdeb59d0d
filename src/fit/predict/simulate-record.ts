import type { RecordHeading } from '../../data/record-heading.js'

/** What `glmm simulate` prints with --json: schema glmm/simulate@1. */
export interface SimulateRecord extends RecordHeading {
  readonly schema: 'glmm/simulate@1'
  /** Length of each replicate; `dropped` rows of the table have none. */
  readonly nobs: number
  readonly dropped: number
  readonly seed: number
  /** Whether the random effects of known levels are at their modes instead of being drawn. */
  readonly conditional: boolean
  /** Text of the response. */
  readonly response: string
  /** Trials of each row; null where the family has none. */
  readonly trials: readonly number[] | null
  /** One list a replicate, in the order of the rows used: successes, where there are trials. */
  readonly replicates: readonly (readonly number[])[]
}
