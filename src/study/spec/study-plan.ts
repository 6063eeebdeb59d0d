import type { PlainError, Warning } from '../../errors.js'

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * One setting under which rows are made. A row of a study has the address (condition, replicate), both counted from 0,
 * and its numbers are named by the condition's columns.
 */
export interface Condition {
  /** What distinguishes it, in words. */
  readonly settings: { readonly [key: string]: Json }
  /** The most replicates it has. */
  readonly replicates: number
  /** Names of the numbers of each row. */
  readonly columns: readonly string[]
}

/** What is needed to read a study's rows and to sum them up, without its data: JSON. It heads the log of the rows. */
export interface StudyOutline {
  readonly kind: string
  readonly seed: number
  readonly conditions: readonly Condition[]
  /** What the kind needs to know for its measures, such as the true values. */
  readonly facts: Json
}

/** A study as it crosses threads: plain data, typed arrays among them. */
export interface StudyPlan extends StudyOutline {
  /** What the kind needs to make rows: models above all. */
  readonly data: unknown
}

/** The numbers of a row in the order of the condition's columns, NaN where there is none, infinite where a parameter has no finite maximum. */
export interface RowValues {
  readonly values: ArrayLike<number>
  /** Why the row counts as failed; null where it does not. */
  readonly failure: PlainError | null
}

/** Makes the row at an address: a pure function of the plan and the address. A GlmmError thrown is a failed row. */
export type MakeRow = (condition: number, replicate: number) => RowValues

/** One row as measures take it in. */
export interface Row {
  readonly condition: number
  readonly replicate: number
  readonly ok: boolean
  /** NaN where there is no number. */
  readonly values: ArrayLike<number>
}

/** A number the study came for, with its Monte Carlo error beside it: `coverage`, `coverageMcse`. */
export interface Measure {
  readonly condition: number
  readonly parameter: string
  readonly [measure: string]: number | string | null
}

/** Sums up rows as they come, in the order of their addresses, in memory that does not grow with them where possible. */
export interface Summary {
  readonly add: (row: Row) => void
  /** As of the rows so far; numbers that do not exist are null. */
  readonly measures: () => Measure[]
  /** In a sentence each, what a reader should take from the study. */
  readonly findings: () => string[]
  /** What to beware of in them; nothing where left out. */
  readonly warnings?: () => readonly Warning[]
}
