import type { Warning } from '../errors.js'

/** What every result about one model begins with. */
export interface RecordHeading {
  /** Of the software. */
  readonly version: string
  /** The options in force: enough to run it again. */
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  readonly formula: string
  readonly family: string
  readonly link: string
}
