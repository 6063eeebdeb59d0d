import { numberText } from '../formula/number-text.js'
import { parseNumber } from './parse-number.js'
import type { Column, FactorColumn, NumericColumn, Table } from './table.js'

/** What a model asks of a column again and again, found once for each. */
export interface ColumnFacts {
  /** Number of missing cells. */
  readonly missing: number
  /** Whether a cell is infinite. */
  readonly infinite: boolean
  /** A numeric column as a factor, its levels in ascending order; made on first need. */
  asFactor: Levels | null
  /** See strayTextRow; null before it is asked. */
  strayRow: number | null
}

/** `codes` index `levels`; -1 is missing. */
export interface Levels {
  readonly levels: readonly string[]
  readonly codes: Int32Array
}

const facts = new WeakMap<Column, ColumnFacts>()
const maps = new WeakMap<Table, ReadonlyMap<string, Column>>()

/** The columns of a table by name. */
export function columnsByName(table: Table): ReadonlyMap<string, Column> {
  let map = maps.get(table)
  if (map === undefined) {
    map = new Map(table.columns.map((column) => [column.name, column]))
    maps.set(table, map)
  }
  return map
}

export function columnFacts(column: Column): ColumnFacts {
  let known = facts.get(column)
  if (known === undefined) {
    let missing = 0
    let infinite = false
    if (column.kind === 'factor') {
      for (const code of column.codes) if (code < 0) missing++
    } else {
      for (const value of column.values) {
        if (Number.isNaN(value)) missing++
        else if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) infinite = true
      }
    }
    known = { missing, infinite, asFactor: null, strayRow: null }
    facts.set(column, known)
  }
  return known
}

/** Whether the cell of a row is missing. */
export const isMissingCell = (column: Column, row: number): boolean =>
  column.kind === 'factor' ? column.codes[row] < 0 : Number.isNaN(column.values[row])

/** A cell as text, for messages. */
export function cellText(column: Column, row: number): string {
  if (isMissingCell(column, row)) return 'NA'
  return column.kind === 'factor' ? column.levels[column.codes[row]] : numberText(column.values[row])
}

/** Any column as a factor; numbers become levels in ascending order, named as R names them. */
export function columnLevels(column: Column): Levels {
  if (column.kind === 'factor') return column
  const known = columnFacts(column)
  known.asFactor ??= numericLevels(column.values)
  return known.asFactor
}

export function numericLevels(values: Float64Array): Levels {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const place = new Map<number, number>()
  const levels: string[] = []
  for (const value of sorted) {
    // Map takes 0 and -0 for the same key, as levels should.
    if (place.has(value)) continue
    const text = numberText(value)
    // Numbers that agree in 15 digits are one level, as in R.
    if (levels.length === 0 || levels[levels.length - 1] !== text) levels.push(text)
    place.set(value, levels.length - 1)
  }
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) codes[i] = place.get(values[i]) ?? -1
  return { levels, codes }
}

/** A text column of which most cells are numbers, so that the rest look like slips: the share from which it does. */
const mostlyNumbers = 0.8

/** Row of the first cell that is no number, in a factor of which at least four in five cells are numbers; else -1. */
export function strayTextRow(column: FactorColumn): number {
  const known = columnFacts(column)
  known.strayRow ??= findStray(column)
  return known.strayRow
}

function findStray(column: FactorColumn): number {
  if (column.levels.every((level) => Number.isNaN(parseNumber(level)))) return -1
  const isNumber = column.levels.map((level) => !Number.isNaN(parseNumber(level)))
  let numbers = 0
  let present = 0
  for (const code of column.codes) {
    if (code < 0) continue
    present++
    if (isNumber[code]) numbers++
  }
  return numbers < present && numbers >= mostlyNumbers * present ? firstTextRow(column) : -1
}

/** Row of the first cell of text that is no number; -1 when all are numbers. */
export function firstTextRow(column: FactorColumn): number {
  const isNumber = column.levels.map((level) => !Number.isNaN(parseNumber(level)))
  return column.codes.findIndex((code) => code >= 0 && !isNumber[code])
}

/** A numeric column of nothing but 0 and 1 (and missing cells). */
export const isZeroOne = (column: NumericColumn): boolean =>
  column.values.every((value) => value === 0 || value === 1 || Number.isNaN(value))
