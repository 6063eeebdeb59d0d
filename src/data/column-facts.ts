import { numberText } from '../formula/number-text.js'
import { cellLevels, type Levels, rLevels } from './level-names.js'
import { parseNumber } from './parse-number.js'
import type { Column, FactorColumn, NumericColumn, Table } from './table.js'

/** What a model asks of a column again and again, found once for each. */
export interface ColumnFacts {
  /** Number of missing cells. */
  readonly missing: number
  /** Whether a cell is infinite. */
  readonly infinite: boolean
  /** See columnLevels and factorLevels; made on first need. */
  asGroups: Levels | null
  asFactor: Levels | null
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
    known = { missing, infinite, asGroups: null, asFactor: null }
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

/** Any column as a grouping factor: of numbers the levels are the cells' texts, in ascending order. */
export function columnLevels(column: Column): Levels {
  if (column.kind === 'factor') return column
  const known = columnFacts(column)
  known.asGroups ??= cellLevels(column)
  return known.asGroups
}

/** Any column as factor(x) makes it: of numbers the levels are named as R names them. */
export function factorLevels(column: Column): Levels {
  if (column.kind === 'factor') return column
  const known = columnFacts(column)
  known.asFactor ??= rLevels(column)
  return known.asFactor
}

/** Row of the first cell of text that is no number; -1 when all are numbers. */
export function firstTextRow(column: FactorColumn): number {
  const isNumber = column.levels.map((level) => !Number.isNaN(parseNumber(level)))
  return column.codes.findIndex((code) => code >= 0 && !isNumber[code])
}

/** A numeric column of nothing but 0 and 1 (and missing cells). */
export const isZeroOne = (column: NumericColumn): boolean =>
  column.values.every((value) => value === 0 || value === 1 || Number.isNaN(value))
