import type { Warning } from '../errors.js'
import type { Spelling } from './number-spelling.js'

/** Rectangular data, column by column. A row number is the position in these arrays, from 0. */
export interface Table {
  /** Where the table came from, for messages: a file name, or 'the data'. */
  readonly source: string
  readonly nrow: number
  /** Each of length `nrow`. */
  readonly columns: readonly Column[]
  /** Line of the source file on which row 0 stands (header lines are counted); 1 for tables made in memory. */
  readonly firstLine: number
  /** Line of each row, where rows and lines do not go together (blank lines, line ends inside quotes); else null. */
  readonly lines: Int32Array | null
  /** Whether a semicolon separated the cells of its file. */
  readonly semicolon?: true
  /** What was surprising in how the file was read. */
  readonly warnings?: readonly Warning[]
}

/** A column whose every cell is a number or missing (NaN). */
export interface NumericColumn {
  readonly kind: 'numeric'
  readonly name: string
  readonly values: Float64Array
  /** How cells of a file are written, where not as the number is by itself. */
  readonly spellings?: ReadonlyMap<number, Spelling>
  /** The cells as texts, where there are whole numbers that doubles do not distinguish: levels ascending as numbers. */
  readonly exact?: Pick<FactorColumn, 'levels' | 'codes'>
}

/** A column with at least one cell of text. `codes` index `levels`; -1 is missing. */
export interface FactorColumn {
  readonly kind: 'factor'
  readonly name: string
  /** Sorted, the first being the reference level. */
  readonly levels: readonly string[]
  readonly codes: Int32Array
  /** Whether it was read from a file in which decimals have a comma. */
  readonly comma?: true
}

/** A column of a table, of one entry a row. */
export type Column = NumericColumn | FactorColumn
