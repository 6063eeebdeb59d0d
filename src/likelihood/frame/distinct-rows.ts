import type { Slot } from './slots.js'
import type { LaidTerm } from './parameter-layout.js'

/** The rows of a model by what they meet: those of one cell meet the same effects, with the same multipliers at any parameters. */
export interface DistinctRows {
  /** Number of cells. */
  readonly count: number
  /** Cell of each row. */
  readonly ofRow: Int32Array
  /** The first row of each cell. */
  readonly first: Int32Array
}

/** Cells of equal levels and equal Z in all terms, dense columns included, numbered as they come. */
export function distinctRows(
  terms: readonly LaidTerm[],
  slots: readonly Slot[],
  n: number,
  dense: { readonly ofRow: Int32Array } | null = null,
): DistinctRows {
  const seen = new Set<Float64Array | Int32Array>()
  const columns = slots.flatMap(({ term, column, inChain }) => {
    const { index, z } = terms[term].term
    const own = inChain ? [inChain.columns, inChain.z] : [z.subarray(column * n, (column + 1) * n)]
    const all = seen.has(index) ? own : [index, ...own]
    seen.add(index)
    return all
  })
  return distinctOf(dense ? [...columns, dense.ofRow] : columns, n)
}

/** Cells of equal values in all of some columns of length n. */
export function distinctOf(columns: readonly (Float64Array | Int32Array)[], n: number): DistinctRows {
  const whole = { count: Math.min(1, n), ofRow: new Int32Array(n), first: new Int32Array(Math.min(1, n)) }
  return columns.reduce<DistinctRows>(
    (cells, column) =>
      cells.count < n ? refined(cells, column instanceof Int32Array ? column : numbered(column)) : cells,
    whole,
  )
}

/** The numbers of the distinct values of an array, as they come. */
function numbered(values: Float64Array): Int32Array {
  const numbers = new Map<number, number>()
  const out = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    // Columns repeat their values in runs.
    if (i > 0 && values[i] === values[i - 1]) {
      out[i] = out[i - 1]
      continue
    }
    let number = numbers.get(values[i])
    if (number === undefined) {
      number = numbers.size
      numbers.set(values[i], number)
    }
    out[i] = number
  }
  return out
}

/** Cells divided by a further code of each row. */
function refined(cells: DistinctRows, codes: ArrayLike<number>): DistinctRows {
  const { ofRow } = cells
  const n = ofRow.length
  let most = 0
  for (let i = 0; i < n; i++) most = Math.max(most, codes[i])
  if (most === 0) return cells
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i++) keys[i] = ofRow[i] * (most + 1) + codes[i]
  const divided = numbered(keys)
  const first: number[] = []
  for (let i = 0; i < n; i++) if (divided[i] === first.length) first.push(i)
  return { count: first.length, ofRow: divided, first: Int32Array.from(first) }
}
