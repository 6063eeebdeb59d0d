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
