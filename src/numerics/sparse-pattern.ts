import { heap, type Space } from './space.js'
import { type Supernodes, supernodes } from './sparse-supernodes.js'

/**
 * What a factor H = L L' has in common for all values of H on one pattern, in natural order.
 *
 * Columns with the same rows below them (or nearly so) make a supernode; its m rows times w columns are one dense
 * panel, row after row, the w rows of its diagonal block first. Arrays of values (L, or H^-1 on the pattern of L) have
 * `size` elements, panel after panel; `entryOf` finds an element, and those above the diagonal of a panel mean nothing.
 */
export interface SparsePattern extends Supernodes {
  readonly q: number
  /** Length of an array of values. */
  readonly size: number
  /** Elimination tree: the first row below the diagonal of each column of L, or -1. */
  readonly parent: Int32Array
  /** Where the panel of each supernode starts, then `size`. */
  readonly panelStart: Int32Array
  /** Where the diagonal element of each column stands. */
  readonly diagonal: Int32Array
  /** Where each value of the input pattern belongs. */
  readonly target: Int32Array
  /** Scratch of the numeric phases: row positions, and as many doubles as the largest panel. */
  readonly relative: Int32Array
  readonly work: Float64Array
}

/**
 * The symbolic factor of the pattern of a lower triangle, column after column: `colStart` has q + 1 positions in
 * `input`, the rows, ascending within a column, the diagonal first.
 *
 * O(nnz(H) + rows of the supernodes), since a column that joins the supernode before it needs no rows of its own, and
 * the rows of each supernode are looked at only by its parent: the rows of a column of L are those of H with those of
 * its children in the elimination tree (Davis 2006, section 4.2).
 */
export function symbolic(q: number, colStart: Int32Array, input: Int32Array, space: Space = heap): SparsePattern {
  const found = supernodes(q, colStart, input)
  const kept = (values: Int32Array): Int32Array => {
    const out = space.integers(values.length)
    out.set(values)
    return out
  }
  const supernodeOf = kept(found.supernodeOf)
  const firstColumn = kept(found.firstColumn)
  const rowStart = kept(found.rowStart)
  const rowIndex = kept(found.rowIndex)
  const count = firstColumn.length - 1
  const parent = space.integers(q)
  const panelStart = space.integers(count + 1)
  let [size, largest, longest] = [0, 0, 0]
  for (let s = 0; s < count; s++) {
    const [width, rows] = [firstColumn[s + 1] - firstColumn[s], rowStart[s + 1] - rowStart[s]]
    for (let j = 0; j < width; j++) parent[firstColumn[s] + j] = j + 1 < rows ? rowIndex[rowStart[s] + j + 1] : -1
    size += width * rows
    largest = Math.max(largest, width * rows)
    longest = Math.max(longest, rows)
    if (size >= 2 ** 31) throw new RangeError(`a Cholesky factor of ${q} columns with 2^31 elements or more`)
    panelStart[s + 1] = size
  }
  const target = space.integers(input.length)
  const diagonal = space.integers(q)
  const relative = space.integers(longest)
  const work = space.vector(largest)
  const places = { panelStart, diagonal, target, relative, work }
  const pattern = { q, size, parent, firstColumn, supernodeOf, rowStart, rowIndex, ...places }
  for (let j = 0; j < q; j++) {
    diagonal[j] = entryOf(pattern, j, j)
    for (let p = colStart[j]; p < colStart[j + 1]; p++) target[p] = entryOf(pattern, input[p], j)
  }
  return pattern
}

/** Position of element (i, j) = (j, i) in an array of values, or -1 where L has no place for it. */
export function entryOf(pattern: SparsePattern, i: number, j: number): number {
  if (i < j) return entryOf(pattern, j, i)
  const { firstColumn, rowStart, rowIndex } = pattern
  const s = pattern.supernodeOf[j]
  const width = firstColumn[s + 1] - firstColumn[s]
  let local = i - firstColumn[s]
  if (local >= width) {
    let [low, high] = [rowStart[s] + width, rowStart[s + 1]]
    while (low < high) {
      const middle = (low + high) >> 1
      if (rowIndex[middle] < i) low = middle + 1
      else high = middle
    }
    if (low === rowStart[s + 1] || rowIndex[low] !== i) return -1
    local = low - rowStart[s]
  }
  return pattern.panelStart[s] + local * width + j - firstColumn[s]
}
