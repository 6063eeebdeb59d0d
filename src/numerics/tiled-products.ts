import { dotTile } from './sparse-panel.js'
import { reserved, vectorArray } from './vector-tile.js'

/**
 * Rows that are copied to where the vector kernel works at once: no power of two, by which columns of the copy would fall on the
 * same lines of the cache.
 */
const chunkRows = 252

const fours = (count: number): number => 4 * Math.ceil(count / 4)
const room = (size: number): Float64Array => vectorArray(size) ?? new Float64Array(reserved + size)

/** Columns from (included) to (excluded). */
interface Range {
  readonly from: number
  readonly to: number
}

/**
 * Adds X_a' diag(w) X_b to `out`, where X has w.length rows of p columns, row after row, and a and b are ranges of its
 * columns: element (i, j) of the product, i in a and j in b, to out[i * p + j]. Of one range with itself the lower triangle only.
 */
export function addCrossProducts(
  x: Float64Array,
  p: number,
  w: Float64Array,
  a: Range,
  b: Range,
  out: Float64Array,
): void {
  const [rowsA, rowsB] = [fours(a.to - a.from), fours(b.to - b.from)]
  const copy = room((rowsA + rowsB) * chunkRows)
  const [a0, b0] = [reserved, reserved + rowsA * chunkRows]
  const square = a.from === b.from && a.to === b.to
  for (let first = 0; first < w.length; first += chunkRows) {
    const rows = Math.min(chunkRows, w.length - first)
    copy.fill(0, reserved, reserved + (rowsA + rowsB) * chunkRows)
    for (let r = 0; r < rows; r++) {
      const at = (first + r) * p
      const weight = w[first + r]
      for (let i = a.from, to = a0 + r; i < a.to; i++, to += chunkRows) copy[to] = x[at + i]
      for (let j = b.from, to = b0 + r; j < b.to; j++, to += chunkRows) copy[to] = weight * x[at + j]
    }
    const length = fours(rows)
    for (let i0 = a.from; i0 < a.to; i0 += 4) {
      for (let j0 = b.from; j0 < (square ? Math.min(i0 + 4, b.to) : b.to); j0 += 4) {
        const [rowA, rowB] = [a0 + (i0 - a.from) * chunkRows, b0 + (j0 - b.from) * chunkRows]
        const tile = dotTile(copy, rowA, chunkRows, copy, rowB, chunkRows, length)
        for (let i = i0; i < Math.min(i0 + 4, a.to); i++) {
          for (let j = j0; j < Math.min(j0 + 4, b.to, square ? i + 1 : b.to); j++) {
            out[i * p + j] += tile[4 * (i - i0) + j - j0]
          }
        }
      }
    }
  }
}

/**
 * X_b G for a symmetric G, p x p, row after row, and a range b of the columns of X, rows of p columns row after row: calls `visit` with rows
 * `first` to `first` + `rows` - 1 of the product, `rows` x p numbers at the start of `product`.
 */
export function eachProductWith(
  x: Float64Array,
  count: number,
  p: number,
  b: Range,
  g: Float64Array,
  visit: (first: number, rows: number, product: Float64Array) => void,
): void {
  const padded = fours(p)
  const length = fours(b.to - b.from)
  const product = new Float64Array(chunkRows * p)
  for (let first = 0; first < count; first += chunkRows) {
    const rows = Math.min(chunkRows, count - first)
    const copy = room((padded + chunkRows) * length)
    const x0 = reserved + padded * length
    copy.fill(0, reserved, x0 + chunkRows * length)
    for (let c = 0; c < p; c++) copy.set(g.subarray(c * p + b.from, c * p + b.to), reserved + c * length)
    for (let r = 0; r < rows; r++) {
      const at = (first + r) * p
      copy.set(x.subarray(at + b.from, at + b.to), x0 + r * length)
    }
    for (let r0 = 0; r0 < rows; r0 += 4) {
      for (let c0 = 0; c0 < p; c0 += 4) {
        const tile = dotTile(copy, x0 + r0 * length, length, copy, reserved + c0 * length, length, length)
        for (let r = r0; r < Math.min(r0 + 4, rows); r++) {
          for (let c = c0; c < Math.min(c0 + 4, p); c++) product[r * p + c] = tile[4 * (r - r0) + c - c0]
        }
      }
    }
    visit(first, rows, product)
  }
}
