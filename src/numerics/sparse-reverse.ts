import type { SparsePattern } from './sparse-pattern.js'
import { relativeRows } from './sparse-update.js'

/**
 * The way back through `factorize`: takes the derivatives of a function in the elements of L, given in `bar`
 * (`pattern.size` elements), to those in the elements of the lower triangle of H, in place. An element of H below the
 * diagonal stands for its mirror image too.
 *
 * Each step of the factorization backwards, from the last column to the first (Smith 1995, "Differentiation of the
 * Cholesky algorithm"), on panels; the cost is twice that of the factorization.
 */
export function reverseCholesky(pattern: SparsePattern, l: Float64Array, bar: Float64Array): void {
  const { firstColumn, supernodeOf, rowIndex, rowStart, panelStart, relative } = pattern
  for (let s = firstColumn.length - 2; s >= 0; s--) {
    const w = firstColumn[s + 1] - firstColumn[s]
    const rows = rowStart[s + 1] - rowStart[s]
    const at = panelStart[s]
    for (let p = w, next = p; p < rows; p = next) {
      const t = supernodeOf[rowIndex[rowStart[s] + p]]
      const wide = firstColumn[t + 1] - firstColumn[t]
      next = relativeRows(pattern, s, p, rows, t)
      for (let i = p; i < rows; i++) {
        const row = panelStart[t] + relative[i] * wide
        const a = at + i * w
        for (let j = p; j <= i && j < next; j++) {
          const x = bar[row + relative[j]]
          const b = at + j * w
          for (let k = 0; k < w; k++) bar[a + k] -= x * l[b + k]
          for (let k = 0; k < w; k++) bar[b + k] -= x * l[a + k]
        }
      }
    }
    reversePanel(l, bar, at, rows, w)
  }
}

/** The same within one panel of `rows` rows and w columns. */
function reversePanel(l: Float64Array, bar: Float64Array, at: number, rows: number, w: number): void {
  const column = new Float64Array(w)
  const inColumn = new Float64Array(w)
  for (let k = w - 1; k >= 0; k--) {
    const diagonal = l[at + k * w + k]
    for (let i = k + 1; i < w; i++) column[i] = l[at + i * w + k]
    inColumn.fill(0, k)
    let sum = 0
    for (let i = k + 1; i < rows; i++) {
      const row = at + i * w
      const x = l[row + k]
      const end = Math.min(i + 1, w)
      let own = bar[row + k]
      for (let j = k + 1; j < end; j++) {
        own -= bar[row + j] * column[j]
        inColumn[j] -= bar[row + j] * x
      }
      if (i >= w) {
        sum += own * x
        bar[row + k] = own / diagonal
      } else inColumn[i] += own
    }
    for (let i = k + 1; i < w; i++) {
      sum += inColumn[i] * column[i]
      bar[at + i * w + k] = inColumn[i] / diagonal
    }
    bar[at + k * w + k] = (bar[at + k * w + k] - sum / diagonal) / (2 * diagonal)
  }
}
