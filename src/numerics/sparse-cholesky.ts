import { factorPanel } from './sparse-panel.js'
import type { SparsePattern } from './sparse-pattern.js'
import { updateAncestors } from './sparse-update.js'

/**
 * H = L L' from the values of H on the input pattern; L is written to `l`, `pattern.size` elements. The values may be
 * `l` itself: then H stands where `entryOf` says and the rest of `l` is zero. False, with `l` spoilt, where H is not
 * positive definite or not finite. Right-looking over supernodes; allocates nothing.
 */
export function factorize(pattern: SparsePattern, values: Float64Array, l: Float64Array): boolean {
  const { target, firstColumn, rowStart, panelStart } = pattern
  if (values !== l) {
    l.fill(0)
    for (let p = 0; p < target.length; p++) l[target[p]] = values[p]
  }
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const width = firstColumn[s + 1] - firstColumn[s]
    const rows = rowStart[s + 1] - rowStart[s]
    const at = panelStart[s]
    if (width > 1) {
      if (!factorPanel(l, at, rows, width)) return false
    } else {
      if (!(l[at] > 0 && l[at] < Number.POSITIVE_INFINITY)) return false
      const diagonal = Math.sqrt(l[at])
      const inverse = 1 / diagonal
      l[at] = diagonal
      for (let i = at + 1; i < at + rows; i++) l[i] *= inverse
    }
    if (rows > width) updateAncestors(pattern, l, s, width, rows)
  }
  return true
}

/** log |H| = 2 log |L|. */
export function logDeterminant(pattern: SparsePattern, l: Float64Array): number {
  const { firstColumn, panelStart } = pattern
  // A logarithm per many elements: a factor of H lies in 1e-162 to 1e154, so that the product stays in range.
  let [sum, product] = [0, 1]
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const width = firstColumn[s + 1] - firstColumn[s]
    for (let j = 0, at = panelStart[s]; j < width; j++, at += width + 1) {
      product *= l[at]
      if (product > 1e-100 && product < 1e100) continue
      sum += Math.log(product)
      product = 1
    }
  }
  return 2 * (sum + Math.log(product))
}

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
