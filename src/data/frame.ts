import { GlmmError } from '../errors.js'
import { caretLines } from '../formula/formula-fault.js'
import { nearestName } from '../nearest-name.js'
import type { CallNode, NameNode, SyntaxNode } from '../formula/syntax-tree.js'
import type { BasisKeeper } from './basis.js'
import { cellText, columnFacts } from './column-facts.js'
import type { Column, Table } from './table.js'
import type { Value } from './value.js'

/** Computes a call. Arguments are still syntax, so that a message can point at them. */
export type FormulaFunction = (call: CallNode, frame: Frame) => Value

export type FormulaFunctions = ReadonlyMap<string, FormulaFunction>

/** The rows of a table a model uses, on which the variables of a formula are computed. */
export interface Frame {
  readonly table: Table
  readonly columns: ReadonlyMap<string, Column>
  /** Rows of the table kept, ascending; null for all. */
  readonly rows: Int32Array | null
  /** Number of rows kept. */
  readonly nrow: number
  /** Text of the formula, for the caret of messages. */
  readonly source: string
  /** What the rows decide about the columns of a design, or what those of a fit have decided. */
  readonly basis: BasisKeeper
  /** The functions that a formula may call, by name. */
  readonly functions: FormulaFunctions
  /** Inside offset(...), where what a value must be follows from being an exposure. */
  readonly within?: 'offset'
}

/** 'row 5 (line 6 of x.csv)', for a row of the frame. */
export const placeOf = (frame: Frame, row: number): string =>
  tablePlace(frame.table, frame.rows === null ? row : frame.rows[row])

/** The same for a row of the table. */
export function tablePlace(table: Table, row: number): string {
  const line = table.lines?.[row] ?? table.firstLine + row
  return line === row + 1 ? `row ${row + 1}` : `row ${row + 1} (line ${line} of ${table.source})`
}

/** The values, in a row of the frame, of all columns that an expression uses: 'r = 12, n = 10'. */
export function valuesAt(frame: Frame, names: Iterable<string>, row: number): string {
  const at = frame.rows === null ? row : frame.rows[row]
  return [...names].map((name) => `${name} = ${cellText(frame.columns.get(name)!, at)}`).join(', ')
}

/** The text of a cell of the table in quotes, the number of a cell as it is. */
export const cellAt = (column: Column, row: number): string =>
  column.kind === 'factor' ? JSON.stringify(cellText(column, row)) : cellText(column, row)

/** An error about a part of the formula, with a caret under it. */
export const faultAt = (frame: Frame, node: SyntaxNode, message: string, hint: string): GlmmError =>
  new GlmmError('COLUMN', message, hint, caretLines(frame.source, node.start))

/** The column a name stands for. */
export function namedColumn(frame: Frame, node: NameNode): Column {
  const column = frame.columns.get(node.name)
  if (column !== undefined) return column
  throw absentColumn(frame.table, node.name, 'a column that the formula names', caretLines(frame.source, node.start))
}

/** How many column names a message lists. */
const listed = 12

export function absentColumn(table: Table, name: string, expected: string, detail?: string): GlmmError {
  const names = table.columns.map((column) => column.name)
  const near = nearestName(name, names)
  const list = names.length <= listed ? names.join(', ') : `${names.slice(0, listed).join(', ')}, ... (${names.length})`
  const title = inFirstRow(table, name)
    ? ` (the first row has it: if the header is line ${table.firstLine}, pass over what is above it: --skip ${table.firstLine - 1})`
    : ''
  const hint = `${near === null ? '' : `did you mean ${near}? `}the columns are ${list}${title}`
  return new GlmmError('COLUMN', `${expected} was expected in ${table.source}, got no column ${name}`, hint, detail)
}

/** Whether a cell of the first row is a name that was asked for, so that what was read as header may be a title. */
const inFirstRow = (table: Table, name: string): boolean =>
  table.nrow > 0 && table.columns.some((column) => column.kind === 'factor' && cellText(column, 0) === name)

/** Numbers of a column in the frame's rows; the column's own array when all rows are kept. Never infinite. */
export function numbersOf(frame: Frame, values: Float64Array, column: Column): Float64Array {
  const kept = gather(values, frame.rows)
  if (columnFacts(column).infinite) {
    const row = kept.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
    if (row >= 0)
      throw new GlmmError(
        'COLUMN',
        `finite numbers were expected in column ${column.name}, got ${kept[row] > 0 ? 'Inf' : '-Inf'} in ${placeOf(frame, row)}`,
        'correct the cell, or write NA for a missing value',
      )
  }
  return kept
}

/** The elements of `values` in `rows`; `values` itself when rows is null. */
export function gather<A extends Float64Array | Int32Array>(values: A, rows: Int32Array | null): A {
  if (rows === null) return values
  const kept = new (values.constructor as new (length: number) => A)(rows.length)
  for (let i = 0; i < rows.length; i++) kept[i] = values[rows[i]]
  return kept
}
