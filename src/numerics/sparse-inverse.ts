import { blockRows, dot, dotTile, onVectors, reduceTile, wide } from './sparse-panel.js'
import type { SparsePattern } from './sparse-pattern.js'
import { eachPart, inverseBelowByTiles } from './sparse-inverse-tiles.js'
import { reserved, vectorArray, vectorsAround } from './vector-tile.js'

/**
 * The elements of Z = H^-1 on the pattern of L, written to `out` (`pattern.size` elements, found by `entryOf`).
 *
 * The recursions of Takahashi, Fagan and Chin (1973; Erisman and Tinney 1975) on panels, from the last to the first:
 * with J the columns of a supernode, R its rows below and Y = L_RJ L_JJ^-1,
 *     Z_RJ = -Z_RR Y,    Z_JJ = (L_JJ L_JJ')^-1 - Y' Z_RJ,
 * where Z_RR lies in panels already done, since the rows below a column are all pairs in the pattern of L.
 */
export function selectedInverse(pattern: SparsePattern, l: Float64Array, out: Float64Array): void {
  const { firstColumn, rowStart, panelStart, work } = pattern
  out.fill(0)
  for (let s = firstColumn.length - 2; s >= 0; s--) {
    const width = firstColumn[s + 1] - firstColumn[s]
    const rows = rowStart[s + 1] - rowStart[s]
    const at = panelStart[s]
    invertTransposed(l, out, at, width)
    const tiled = rows > width && inverseBelow(pattern, l, out, s, width, rows)
    multiplyTransposed(out, at, width)
    if (tiled) {
      for (let i = 0, e = 0; i < width; i++, e = i * width) for (let j = 0; j <= i; j++, e++) out[at + e] -= work[e]
      continue
    }
    for (let p = width; p < rows; p++) {
      const [y, z] = [p * width, at + p * width]
      for (let i = 0; i < width; i++) {
        const x = work[y + i]
        for (let j = 0, row = at + i * width; j <= i; j++) out[row + j] -= x * out[z + j]
      }
    }
  }
}

/** Fewer rows than this below a block are not worth copies of what they meet. */
const fewestRows = 8

/**
 * Writes Z_RJ for the rows R of supernode s below its block, where `out` holds N = L_JJ^-T. True where Y' Z_RJ stands in
 * `work` then, false where Y does, below the place of the block.
 */
function inverseBelow(
  pattern: SparsePattern,
  l: Float64Array,
  out: Float64Array,
  s: number,
  width: number,
  rows: number,
): boolean {
  if (width > 1 && rows - width >= fewestRows && inverseBelowByTiles(pattern, l, out, s, width, rows)) return true
  const { panelStart, work } = pattern
  const at = panelStart[s]
  for (let i = width; i < rows; i++) {
    const row = at + i * width
    for (let j = 0; j < width; j++) work[i * width + j] = dot(l, row + j, out, at + j * width + j, width - j)
  }
  if (width === 1) timesColumn(pattern, out, s, rows)
  else timesElements(pattern, out, s, width, rows)
  return false
}

/** N = L^-T of a w x w block of l into the upper triangle of the same block of out, which is zero. */
export function invertTransposed(l: Float64Array, out: Float64Array, at: number, w: number): void {
  const size = w * w
  if (w < wide) {
    invertBlocks(l, at, out, at, w)
    return
  }
  const around = l.buffer === out.buffer ? vectorsAround(l) : null
  if (around) {
    invertBlocks(around, l.byteOffset / 8 + at, around, out.byteOffset / 8 + at, w)
    return
  }
  const copy = vectorArray(2 * size)
  if (!copy) {
    invertBlocks(l, at, out, at, w)
    return
  }
  const [from, to] = [reserved, reserved + size]
  copy.set(l.subarray(at, at + size), from)
  copy.fill(0, to, to + size)
  invertBlocks(copy, from, copy, to, w)
  out.set(copy.subarray(to, to + size), at)
}

function invertBlocks(l: Float64Array, l0: number, out: Float64Array, out0: number, w: number): void {
  for (let block = 0; block < w; block += blockRows) {
    const end = Math.min(block + blockRows, w)
    for (let i0 = block; i0 < w; i0 += 4) {
      const i1 = Math.min(i0 + 4, w)
      for (let j0 = block; j0 < Math.min(i0, end); j0 += 4) {
        reduceTile(out, out0 + j0 * w, w, 4, l, l0 + i0 * w, w, i1 - i0, j0, i0)
      }
      if (i0 >= end) continue
      for (let j = i0; j < i1; j++) {
        const row = out0 + j * w
        out[row + j] = 1 / l[l0 + j * w + j]
        for (let i = j + 1; i < i1; i++) {
          const other = l0 + i * w
          out[row + i] = -dot(l, other + j, out, row + j, i - j) / l[other + i]
        }
      }
    }
  }
}

/**
 * The lower triangle of N N' in place of an upper triangular N. Row i needs rows j <= i of N from column i on, and
 * these stand until its own diagonal is written, last.
 */
export const multiplyTransposed = (out: Float64Array, at: number, w: number): void =>
  onVectors(out, at, w * w, w, (x, x0) => multiplyBlocks(x, x0, w))

function multiplyBlocks(x: Float64Array, at: number, w: number): void {
  for (let block = 0; block < w; block += blockRows) {
    const end = Math.min(block + blockRows, w)
    for (let j0 = 0; j0 < block; j0 += 4) {
      for (let i0 = block; i0 < end; i0 += 4) multiplyTile(x, at, w, i0, Math.min(4, end - i0), j0)
    }
    for (let i0 = block; i0 < end; i0 += 4) {
      const rows = Math.min(4, end - i0)
      for (let j0 = block; j0 < i0; j0 += 4) multiplyTile(x, at, w, i0, rows, j0)
      for (let i = i0; i < i0 + rows; i++) {
        const row = at + i * w
        for (let j = i0; j <= i; j++) x[row + j] = dot(x, row + i, x, at + j * w + i, w - i)
      }
    }
  }
}

/** The products of rows i0 ... of N with its rows j0 ... j0 + 3, where those stand that are wanted: from column i0 on. */
function multiplyTile(x: Float64Array, at: number, w: number, i0: number, rows: number, j0: number): void {
  const tile = rows === 4 ? dotTile(x, at + i0 * w + i0, w, x, at + j0 * w + i0, w, w - i0) : null
  for (let i = 0; i < rows; i++) {
    const row = at + (i0 + i) * w
    for (let j = 0; j < 4; j++) {
      x[row + j0 + j] = tile ? tile[4 * i + j] : dot(x, row + i0 + i, x, at + (j0 + j) * w + i0 + i, w - i0 - i)
    }
  }
}

/** Z_RJ = -Z_RR Y for one column J, with Y in `work` where Z_RJ stands in its panel. */
function timesColumn(pattern: SparsePattern, out: Float64Array, s: number, rows: number): void {
  const { panelStart, relative, work } = pattern
  const at = panelStart[s]
  eachPart(pattern, s, 1, rows, (p, next, to, wide) => {
    for (let i = p; i < rows; i++) {
      const row = to + relative[i] * wide
      const end = Math.min(i, next)
      const y = work[i]
      let sum = i < next ? out[row + relative[i]] * y : 0
      for (let j = p; j < end; j++) {
        const z = out[row + relative[j]]
        sum += z * work[j]
        out[at + j] -= z * y
      }
      out[at + i] -= sum
    }
  })
}

/** The same for several columns, element by element. */
function timesElements(pattern: SparsePattern, out: Float64Array, s: number, width: number, rows: number): void {
  const { panelStart, relative, work } = pattern
  const at = panelStart[s]
  eachPart(pattern, s, width, rows, (p, next, to, wide) => {
    for (let i = p; i < rows; i++) {
      const row = to + relative[i] * wide
      for (let j = p; j <= i && j < next; j++) {
        const z = out[row + relative[j]]
        const [a, b] = [i * width, j * width]
        for (let k = 0; k < width; k++) out[at + a + k] -= z * work[b + k]
        if (i !== j) for (let k = 0; k < width; k++) out[at + b + k] -= z * work[a + k]
      }
    }
  })
}
