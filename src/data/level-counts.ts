import type { FactorColumn } from './table.js'

const counted = new WeakMap<FactorColumn, Int32Array>()

/** Cells of each level. */
export function levelCounts(column: FactorColumn): Int32Array {
  const known = counted.get(column)
  if (known !== undefined) return known
  const counts = new Int32Array(column.levels.length)
  for (const code of column.codes) if (code >= 0) counts[code]++
  counted.set(column, counts)
  return counts
}
