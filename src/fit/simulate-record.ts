import type { Warning } from '../errors.js'

/** What `glmm simulate` prints with --json: schema glmm/simulate@1. */
export interface SimulateRecord {
  readonly schema: 'glmm/simulate@1'
  readonly version: string
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  readonly formula: string
  readonly family: string
  readonly link: string
  readonly nobs: number
  readonly dropped: number
  readonly seed: number
  /** Whether the random effects of known levels stand at their modes instead of being drawn. */
  readonly conditional: boolean
  /** Text of the response. */
  readonly response: string
  /** Trials of each row; null where the family has none. */
  readonly trials: readonly number[] | null
  /** One list a replicate, in the order of the rows used: successes, where there are trials. */
  readonly replicates: readonly (readonly number[])[]
}
