import type { SparsePattern } from './sparse-pattern.js'

/** H b for a symmetric H whose lower triangle stands on the pattern of a Cholesky factor; see entryOf. */
export function symmetricProduct(pattern: SparsePattern, h: Float64Array, b: Float64Array): Float64Array {
  const { q, firstColumn, rowStart, rowIndex, panelStart } = pattern
  const out = new Float64Array(q)
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const first = firstColumn[s]
    const width = firstColumn[s + 1] - first
    for (let p = rowStart[s], at = panelStart[s], i = 0; p < rowStart[s + 1]; p++, i++, at += width) {
      const row = rowIndex[p]
      const below = Math.min(i, width)
      let sum = 0
      for (let k = 0; k < below; k++) {
        sum += h[at + k] * b[first + k]
        out[first + k] += h[at + k] * b[row]
      }
      if (i < width) sum += h[at + i] * b[row]
      out[row] += sum
    }
  }
  return out
}
