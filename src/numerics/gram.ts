import { dotTile } from './sparse-panel.js'
import { reserved, vectorArray } from './vector-tile.js'

/** Rows a piece, so that a piece of all columns stays in the cache. */
const piece = 512

/** From so many columns on the tiles are worth the copy. */
export const manyColumns = 8

/**
 * X'WX of n x p columns, one after the other, W diagonal with weights that are not negative (the identity for null): p x p, in
 * tiles of 4 x 4 on vector instructions where there are some.
 */
export function gram(x: Float64Array, n: number, p: number, weights: Float64Array | null): Float64Array<ArrayBuffer> {
  const padded = 4 * Math.ceil(p / 4)
  const [a, from] = tileArray(padded * piece)
  const roots = weights?.map(Math.sqrt)
  const sums = new Float64Array(padded * padded)
  for (let row = 0; row < n; row += piece) {
    const rows = Math.min(piece, n - row)
    a.fill(0, from, from + padded * piece)
    for (let j = 0; j < p; j++) {
      const at = from + j * piece
      a.set(x.subarray(j * n + row, j * n + row + rows), at)
      if (roots) for (let i = 0; i < rows; i++) a[at + i] *= roots[row + i]
    }
    for (let j = 0; j < p; j += 4) {
      for (let k = 0; k <= j; k += 4) {
        const products = dotTile(a, from + j * piece, piece, a, from + k * piece, piece, rows)
        for (let e = 0; e < 16; e++) sums[(j + (e >> 2)) * padded + k + (e & 3)] += products[e]
      }
    }
  }
  const out = new Float64Array(p * p)
  for (let j = 0; j < p; j++) for (let k = 0; k <= j; k++) out[j * p + k] = out[k * p + j] = sums[j * padded + k]
  return out
}

/** X'Wy of the same columns, length p. */
export function columnProducts(
  x: Float64Array,
  n: number,
  p: number,
  y: Float64Array,
  weights: Float64Array | null,
): Float64Array<ArrayBuffer> {
  const weighted = weights ? y.map((value, i) => value * weights[i]) : y
  return Float64Array.from({ length: p }, (_, j) => {
    let sum = 0
    for (let i = 0, at = j * n; i < n; i++, at++) sum += x[at] * weighted[i]
    return sum
  })
}

/** X T for a lower triangular T, p x p row after row: columns as those of X. */
export function timesLower(x: Float64Array, basis: Float64Array, n: number, p: number): Float64Array {
  const out = new Float64Array(n * p)
  for (let from = 0; from < n; from += piece) {
    const rows = Math.min(piece, n - from)
    for (let j = 0; j < p; j++) {
      const to = j * n + from
      let m = j
      for (; m + 1 < p; m += 2) {
        const [b0, b1] = [basis[m * p + j], basis[(m + 1) * p + j]]
        const [first, second] = [m * n + from, (m + 1) * n + from]
        for (let i = 0; i < rows; i++) out[to + i] += b0 * x[first + i] + b1 * x[second + i]
      }
      if (m < p) {
        const [last, at] = [basis[m * p + j], m * n + from]
        for (let i = 0; i < rows; i++) out[to + i] += last * x[at + i]
      }
    }
  }
  return out
}

/** An array that the vector kernel works on, and its first free index; an ordinary one where there is no kernel. */
function tileArray(size: number): readonly [Float64Array, number] {
  const vectors = vectorArray(size)
  return vectors ? [vectors, reserved] : [new Float64Array(size), 0]
}
