import type { Warning } from '../../errors.js'
import type { RowRecord } from './row-text.js'
import type { Json, Measure } from './study-plan.js'

/** What `glmm study` prints with --json: schema glmm/study@1. */
export interface StudyRecord {
  readonly schema: 'glmm/study@1'
  readonly version: string
  /** What was asked for, enough to run it again. */
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  /** 'bootstrap', 'simulation', 'calibration' or 'sensitivity'. */
  readonly kind: string
  readonly seed: number
  /** Replicates are those made; fewer than asked for where the study could stop earlier. */
  readonly conditions: readonly { readonly [key: string]: Json }[]
  /** The most replicates a condition has. */
  readonly replicates: number
  /** One a parameter, condition and whatever else the kind distinguishes. */
  readonly measures: readonly Measure[]
  /** In a sentence each, what a reader should take from the study. */
  readonly findings: readonly string[]
  /** In the order of condition and replicate; empty where there are more than the record takes, which are in the log. */
  readonly rows: readonly RowRecord[]
  readonly execution: StudyExecution
}

export interface StudyExecution {
  readonly executor: string
  readonly workers: number
  /** Batches handed out. */
  readonly jobs: number
  /** Batches handed out once more because their worker, or the queue, had lost them. */
  readonly retried: number
  /** Rows from elsewhere that were made again here, and found the same. */
  readonly rechecked: number
  readonly milliseconds: number
  /** Rows there are, those that failed, and those found in the log. */
  readonly rows: number
  readonly failed: number
  readonly resumed: number
  readonly shard: string | null
  /** Where the rows were written as they finished; null where nowhere. */
  readonly log: string | null
  /** SHA-256 of the rows' texts in the order of condition and replicate, each with a line end. */
  readonly rowsHash: string
}
