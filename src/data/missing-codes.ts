import { cellRules } from './cell-rules.js'
import type { Column } from './table.js'

/** A column with the cells that are codes of missing values taken for missing. */
export function withoutCodes(column: Column, na: readonly (string | number)[]): Column {
  const rules = cellRules('.', na)
  const isNumber = (value: number): boolean => rules.missingNumbers?.has(value) ?? false
  if (column.kind === 'numeric') {
    const values = column.values.map((value) => (isNumber(value) ? Number.NaN : value))
    const { exact } = column
    if (exact === undefined) return { ...column, values }
    const codes = exact.codes.map((code, row) => (Number.isNaN(values[row]) ? -1 : code))
    return { ...column, values, exact: { ...exact, codes } }
  }
  const place = new Int32Array(column.levels.length)
  const levels: string[] = []
  for (const [i, level] of column.levels.entries()) {
    const missing = rules.isMissing(level) || isNumber(rules.parse(level))
    place[i] = missing ? -1 : levels.push(level) - 1
  }
  return { ...column, levels, codes: column.codes.map((code) => (code < 0 ? -1 : place[code])) }
}
