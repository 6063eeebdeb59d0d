import { dot, dotTile } from './sparse-panel.js'
import type { SparsePattern } from './sparse-pattern.js'
import { reserved, vectorArray } from './vector-tile.js'

/** Fewer columns or rows than this are not worth a copy. */
const worthCopy = 8

/** Subtracts the products of the rows of supernode s below its diagonal block from the panels of its ancestors. */
export function updateAncestors(pattern: SparsePattern, l: Float64Array, s: number, width: number, rows: number): void {
  const { firstColumn, supernodeOf, rowIndex, rowStart, panelStart, relative } = pattern
  const [from, at] = [rowStart[s], panelStart[s]]
  const fours = 4 * Math.ceil(width / 4)
  const copy = width >= worthCopy && rows - width >= worthCopy ? rowsBelow(l, at, width, rows, fours) : null
  const [x, x0, w] = copy ? [copy, reserved - width * fours, fours] : [l, at, width]
  for (let p = width, next = p; p < rows; p = next) {
    const t = supernodeOf[rowIndex[from + p]]
    const wide = firstColumn[t + 1] - firstColumn[t]
    next = relativeRows(pattern, s, p, rows, t)
    const to = panelStart[t]
    if (width === 1) {
      for (let i = p; i < rows; i++) {
        const x = l[at + i]
        const row = to + relative[i] * wide
        const end = i < next ? i + 1 : next
        for (let j = p; j < end; j++) l[row + relative[j]] -= x * l[at + j]
      }
      continue
    }
    for (let i0 = p; i0 < rows; i0 += 4) {
      for (let j0 = p; j0 < next && j0 <= i0; j0 += 4) {
        const whole = copy !== null || (width >= 4 && i0 + 4 <= rows && j0 + 4 <= next)
        const tile = whole ? dotTile(x, x0 + i0 * w, w, x, x0 + j0 * w, w, w) : null
        const [i1, j1] = [Math.min(i0 + 4, rows), Math.min(j0 + 4, next)]
        for (let i = i0; i < i1; i++) {
          const row = to + relative[i] * wide
          for (let j = j0; j < j1 && j <= i; j++) {
            l[row + relative[j]] -= tile
              ? tile[4 * (i - i0) + j - j0]
              : dot(l, at + i * width, l, at + j * width, width)
          }
        }
      }
    }
  }
}

/** The rows of a panel below its block where the vector kernel works, rows and columns filled up to fours with zeros; null where there is no room. */
function rowsBelow(l: Float64Array, at: number, width: number, rows: number, w: number): Float64Array | null {
  const size = (rows - width + 3) * w
  const x = vectorArray(size)
  if (!x) return null
  x.fill(0, reserved, reserved + size)
  for (let i = width, to = reserved; i < rows; i++, to += w) {
    x.set(l.subarray(at + i * width, at + (i + 1) * width), to)
  }
  return x
}

/**
 * Writes to `relative` where the rows p, p + 1 ... of supernode s stand among the rows of its ancestor t, which holds
 * the column of row p. Returns the first row whose column is not of t.
 */
export function relativeRows(pattern: SparsePattern, s: number, p: number, rows: number, t: number): number {
  const { firstColumn, rowIndex, rowStart, relative } = pattern
  const from = rowStart[s]
  const [start, end, first] = [rowStart[t], rowStart[t + 1], firstColumn[t]]
  let next = p
  while (next < rows && rowIndex[from + next] < firstColumn[t + 1]) {
    relative[next] = rowIndex[from + next] - first
    next++
  }
  // A panel whose rows have no gap, as the last one, needs no search.
  const dense = rowIndex[end - 1] - first === end - 1 - start
  for (let i = next, low = start; i < rows; i++) {
    const row = rowIndex[from + i]
    if (dense) {
      relative[i] = row - first
      continue
    }
    // Steps that double, then halves: O(log) of the gap to the row before.
    let step = 1
    while (low + step < end && rowIndex[low + step] <= row) step *= 2
    let high = Math.min(low + step, end)
    low += step >> 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (rowIndex[middle] <= row) low = middle
      else high = middle
    }
    relative[i] = low - start
  }
  return next
}
