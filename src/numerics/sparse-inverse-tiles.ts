import { dotTile } from './sparse-panel.js'
import type { SparsePattern } from './sparse-pattern.js'
import { relativeRows } from './sparse-update.js'
import { reserved, vectorArray } from './vector-tile.js'

/** Calls `visit` for each ancestor's part of Z_RR, R the rows of supernode s below its block: rows p to rows - 1 and columns p to next - 1, in the panel that starts at `to`. */
export function eachPart(
  pattern: SparsePattern,
  s: number,
  width: number,
  rows: number,
  visit: (p: number, next: number, to: number, wide: number) => void,
): void {
  const { firstColumn, supernodeOf, rowIndex, rowStart, panelStart } = pattern
  for (let p = width, next = p; p < rows; p = next) {
    const t = supernodeOf[rowIndex[rowStart[s] + p]]
    next = relativeRows(pattern, s, p, rows, t)
    visit(p, next, panelStart[t], firstColumn[t + 1] - firstColumn[t])
  }
}

/**
 * With N = L_JJ^-T in `out` where supernode s has its block, writes Z_RJ = -Z_RR Y, Y = L_RJ L_JJ^-1, to `out` and
 * Y' Z_RJ (its lower triangle, width x width) to the start of `work`. Works on copies in which rows and columns are filled up with zeros to
 * whole tiles; false where there is no room for them.
 */
export function inverseBelowByTiles(
  pattern: SparsePattern,
  l: Float64Array,
  out: Float64Array,
  s: number,
  width: number,
  rows: number,
): boolean {
  const { panelStart, work } = pattern
  const below = rows - width
  const r = 4 * Math.ceil(below / 4)
  const w = 4 * Math.ceil(width / 4)
  const size = r * (r + 2 * w) + w * w
  const x = vectorArray(size)
  if (!x) return false
  const z0 = reserved
  const y0 = z0 + r * r
  // L_RJ, row after row; later Z_RJ', as Y' column after column.
  const l0 = y0 + w * r
  const n0 = l0 + r * w
  x.fill(0, z0, z0 + size)
  const at = panelStart[s]
  for (let j = 0; j < width; j++) x.set(out.subarray(at + j * width, at + (j + 1) * width), n0 + j * w)
  for (let i = 0, from = at + width * width; i < below; i++, from += width) {
    x.set(l.subarray(from, from + width), l0 + i * w)
  }
  for (let i0 = 0; i0 < r; i0 += 4) {
    for (let j0 = 0; j0 < w; j0 += 4) {
      const tile = dotTile(x, l0 + i0 * w + j0, w, x, n0 + j0 * w + j0, w, w - j0)
      for (let j = 0; j < 4; j++) for (let i = 0; i < 4; i++) x[y0 + (j0 + j) * r + i0 + i] = tile[4 * i + j]
    }
  }
  gather(pattern, out, s, width, rows, x, z0, r)
  const to = at + width * width
  for (let i0 = 0; i0 < below; i0 += 4) {
    const i1 = Math.min(4, below - i0)
    for (let k0 = 0; k0 < width; k0 += 4) {
      const tile = dotTile(x, z0 + i0 * r, r, x, y0 + k0 * r, r, r)
      const k1 = Math.min(4, width - k0)
      for (let i = 0; i < i1; i++) {
        for (let k = 0; k < k1; k++) {
          const value = -tile[4 * i + k]
          out[to + (i0 + i) * width + k0 + k] = value
          x[l0 + (k0 + k) * r + i0 + i] = value
        }
      }
    }
  }
  // What is left of L_RJ behind the last row.
  for (let k = 0; k < w; k++) x.fill(0, l0 + k * r + (k < width ? below : 0), l0 + (k + 1) * r)
  for (let k0 = 0; k0 < width; k0 += 4) {
    for (let j0 = 0; j0 <= k0; j0 += 4) {
      const tile = dotTile(x, y0 + k0 * r, r, x, l0 + j0 * r, r, r)
      for (let k = k0; k < Math.min(k0 + 4, width); k++) {
        for (let j = j0; j < Math.min(j0 + 4, width); j++) work[k * width + j] = tile[4 * (k - k0) + j - j0]
      }
    }
  }
  return true
}

/** Z_RR, both triangles, to the r x r numbers of x from z0. */
function gather(
  pattern: SparsePattern,
  out: Float64Array,
  s: number,
  width: number,
  rows: number,
  x: Float64Array,
  z0: number,
  r: number,
): void {
  const { relative } = pattern
  eachPart(pattern, s, width, rows, (p, next, to, wide) => {
    for (let i = p; i < rows; i++) {
      const row = to + relative[i] * wide
      const end = Math.min(i + 1, next)
      const own = z0 + (i - width) * r - width
      for (let j = p, mirror = z0 + (p - width) * r + i - width; j < end; j++, mirror += r) {
        const z = out[row + relative[j]]
        x[own + j] = z
        x[mirror] = z
      }
    }
  })
}
