import type { Slot } from './linear-predictors.js'
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

/** Cells of equal levels and equal Z in all terms, numbered as they come. */
export function distinctRows(terms: readonly LaidTerm[], slots: readonly Slot[], n: number): DistinctRows {
  let cells: DistinctRows = { count: Math.min(1, n), ofRow: new Int32Array(n), first: new Int32Array(Math.min(1, n)) }
  const refine = (codes: ArrayLike<number>): void => {
    if (cells.count < n) cells = refined(cells, codes)
  }
  const seen = new Set<Int32Array>()
  for (const { term, column, inChain } of slots) {
    const { index, z } = terms[term].term
    if (!seen.has(index)) refine(index)
    seen.add(index)
    if (inChain) refine(inChain.columns)
    refine(numbered(inChain?.z ?? z.subarray(column * n, (column + 1) * n)))
  }
  return cells
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
