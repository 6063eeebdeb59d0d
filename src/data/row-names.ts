import type { Warning } from '../errors.js'
import type { Column } from './table.js'

/** Whether a column numbers the rows in their order, from whatever number, rows left out or not: an index, no data. */
export function numbersRows(column: Column): boolean {
  if (column.kind !== 'numeric') return false
  const { values } = column
  return values.every((value, i) => Number.isInteger(value) && (i === 0 || value > values[i - 1]))
}

/**
 * Whether a column that the header does not count is one of row names: 1, 2, 3, ... or texts that all differ. Where
 * neither, a separator may be in a field of every row.
 */
export function areRowNames(column: Column): boolean {
  if (column.kind === 'numeric') return column.values.every((value, i) => value === i + 1)
  return column.levels.length === column.codes.length
}

/** Whether no row has a cell in a column. */
export const isEmptyColumn = (column: Column): boolean =>
  column.kind === 'numeric' ? column.values.every(Number.isNaN) : column.levels.length === 0

export const leftOut = (source: string): Warning => ({
  code: 'READING',
  message: `the first column of ${source} has no name in the header and was taken for row names and left out; name it there to use it`,
})
