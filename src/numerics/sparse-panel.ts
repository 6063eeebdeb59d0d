import { isVectorArray, reserved, vectorArray, vectorsAround, vectorTile } from './vector-tile.js'

/**
 * Dense kernels on panels that stand row after row in one array. They work on tiles of 4 x 4 elements: 16 sums over
 * the same 8 loads.
 */

/** Scratch of a tile's 16 products. */
const tile = new Float64Array(16)

/** The 4 x 4 products of rows of a (from a0, lda apart) with rows of b (from b0, ldb apart), each over n elements. */
export function dotTile(
  a: Float64Array,
  a0: number,
  lda: number,
  b: Float64Array,
  b0: number,
  ldb: number,
  n: number,
): Float64Array {
  if (a === b && isVectorArray(a)) {
    vectorTile(a0, lda, b0, ldb, n)
    return a
  }
  for (let half = 0; half < 2; half++) {
    let [p0, p1] = [a0 + 2 * half * lda, a0 + (2 * half + 1) * lda]
    let [q0, q1, q2, q3] = [b0, b0 + ldb, b0 + 2 * ldb, b0 + 3 * ldb]
    let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0]
    for (const end = p0 + n; p0 < end; p0++, p1++, q0++, q1++, q2++, q3++) {
      const [x0, x1] = [a[p0], a[p1]]
      const y0 = b[q0]
      s00 += x0 * y0
      s10 += x1 * y0
      const y1 = b[q1]
      s01 += x0 * y1
      s11 += x1 * y1
      const y2 = b[q2]
      s02 += x0 * y2
      s12 += x1 * y2
      const y3 = b[q3]
      s03 += x0 * y3
      s13 += x1 * y3
    }
    const at = 8 * half
    tile[at] = s00
    tile[at + 1] = s01
    tile[at + 2] = s02
    tile[at + 3] = s03
    tile[at + 4] = s10
    tile[at + 5] = s11
    tile[at + 6] = s12
    tile[at + 7] = s13
  }
  return tile
}

/** Sum of a[i + k] b[j + k] over n elements. */
export function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0
  for (const end = i + n; i < end; i++, j++) sum += a[i] * b[j]
  return sum
}

/**
 * One tile of X := X L^-T: `rows` rows of x (from x0, ldx apart) and `columns` columns from `to`, where columns `from`
 * to `to` are done and those before `from` are zero. Row `to` of L starts at l0.
 */
export function reduceTile(
  x: Float64Array,
  x0: number,
  ldx: number,
  rows: number,
  l: Float64Array,
  l0: number,
  ldl: number,
  columns: number,
  from: number,
  to: number,
): void {
  const whole = rows === 4 && columns === 4 && to - from >= 4
  const products = whole ? dotTile(x, x0 + from, ldx, l, l0 + from, ldl, to - from) : tile
  for (let i = 0; i < rows; i++) {
    const row = x0 + i * ldx
    for (let j = 0; j < columns; j++) {
      const other = l0 + j * ldl
      let sum = x[row + to + j] - (whole ? products[4 * i + j] : dot(x, row + from, l, other + from, to - from))
      for (let k = to; k < to + j; k++) sum -= x[row + k] * l[other + k]
      x[row + to + j] = sum / l[other + to + j]
    }
  }
}

/** Rows that are eliminated together, so that the columns are read from memory once for all of them. */
export const blockRows = 32

/** Panels of fewer columns are not worth a copy to where the vector kernel works. */
export const wide = 64

/**
 * Works on `size` numbers of x from `at` where the vector kernel can: where they stand or, if w columns are worth it, in
 * a copy.
 */
export function onVectors<T>(
  x: Float64Array,
  at: number,
  size: number,
  w: number,
  work: (x: Float64Array, at: number) => T,
): T {
  if (w < wide) return work(x, at)
  const around = vectorsAround(x)
  if (around) return work(around, x.byteOffset / 8 + at)
  const copy = vectorArray(size)
  if (!copy) return work(x, at)
  copy.set(x.subarray(at, at + size), reserved)
  const result = work(copy, reserved)
  x.set(copy.subarray(reserved, reserved + size), at)
  return result
}

/**
 * Cholesky factor, in place, of a panel of m rows and w columns whose first w rows are a symmetric block (its lower
 * triangle is read) and whose further rows become X L^-T. False where the block is not positive definite.
 */
export const factorPanel = (l: Float64Array, at: number, m: number, w: number): boolean =>
  onVectors(l, at, m * w, w, (x, x0) => factorBlocks(x, x0, m, w))

function factorBlocks(x: Float64Array, at: number, m: number, w: number): boolean {
  for (let block = 0; block < m; block += blockRows) {
    const end = Math.min(block + blockRows, m)
    const before = Math.min(block, w)
    for (let j0 = 0; j0 < before; j0 += 4) {
      for (let i0 = block; i0 < end; i0 += 4) {
        reduceTile(x, at + i0 * w, w, Math.min(4, end - i0), x, at + j0 * w, w, Math.min(4, w - j0), 0, j0)
      }
    }
    for (let i0 = block; i0 < end; i0 += 4) {
      if (!factorRows(x, at, w, i0, Math.min(i0 + 4, end), before)) return false
    }
  }
  return true
}

/** Four rows of the panel, done up to column `before`. */
function factorRows(x: Float64Array, at: number, w: number, i0: number, i1: number, before: number): boolean {
  const done = Math.min(i0, w)
  for (let j0 = before; j0 < done; j0 += 4) {
    reduceTile(x, at + i0 * w, w, i1 - i0, x, at + j0 * w, w, Math.min(4, w - j0), 0, j0)
  }
  for (let i = i0; i < i1; i++) {
    const row = at + i * w
    const columns = Math.min(i, w)
    for (let j = done; j < columns; j++) {
      const other = at + j * w
      x[row + j] = (x[row + j] - dot(x, row, x, other, j)) / x[other + j]
    }
    if (i >= w) continue
    const diagonal = x[row + i] - dot(x, row, x, row, i)
    if (!(diagonal > 0 && diagonal < Number.POSITIVE_INFINITY)) return false
    x[row + i] = Math.sqrt(diagonal)
  }
  return true
}
