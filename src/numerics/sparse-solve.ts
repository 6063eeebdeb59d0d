import type { SparsePattern } from './sparse-pattern.js'

/** Solves L x = b in place. */
export function forward(pattern: SparsePattern, l: Float64Array, b: Float64Array): void {
  const { firstColumn, rowStart, rowIndex, panelStart } = pattern
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const first = firstColumn[s]
    const width = firstColumn[s + 1] - first
    let at = panelStart[s]
    for (let i = 0; i < width; i++, at += width) {
      let sum = b[first + i]
      for (let k = 0; k < i; k++) sum -= l[at + k] * b[first + k]
      b[first + i] = sum / l[at + i]
    }
    for (let p = rowStart[s] + width; p < rowStart[s + 1]; p++, at += width) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += l[at + k] * b[first + k]
      b[rowIndex[p]] -= sum
    }
  }
}

/** Solves L' x = b in place. */
export function backward(pattern: SparsePattern, l: Float64Array, b: Float64Array): void {
  const { firstColumn, rowStart, rowIndex, panelStart } = pattern
  for (let s = firstColumn.length - 2; s >= 0; s--) {
    const first = firstColumn[s]
    const width = firstColumn[s + 1] - first
    let at = panelStart[s] + width * width
    for (let p = rowStart[s] + width; p < rowStart[s + 1]; p++, at += width) {
      const x = b[rowIndex[p]]
      for (let k = 0; k < width; k++) b[first + k] -= l[at + k] * x
    }
    at = panelStart[s] + (width - 1) * width
    for (let i = width - 1; i >= 0; i--, at -= width) {
      const x = b[first + i] / l[at + i]
      b[first + i] = x
      for (let k = 0; k < i; k++) b[first + k] -= l[at + k] * x
    }
  }
}

/** Solves H x = L L' x = b in place. */
export function solve(pattern: SparsePattern, l: Float64Array, b: Float64Array): void {
  forward(pattern, l, b)
  backward(pattern, l, b)
}
