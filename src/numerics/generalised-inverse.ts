/** A pivot this small beside its row's own is rounding: the row depends on those before it. */
const dependent = 1e-10

/**
 * A generalised inverse of a symmetric positive semidefinite n x n matrix: the inverse of a largest part that is definite, zero
 * elsewhere (the sweep operator in the order of the pivots; Goodnight 1979). The inverse where there is one.
 */
export function generalisedInverse(matrix: Float64Array, n: number): Float64Array {
  const root = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(0, matrix[i * (n + 1)])))
  const a = matrix.map((value, e) => {
    const unit = root[Math.floor(e / n)] * root[e % n]
    return unit > 0 ? value / unit : 0
  })
  const swept: boolean[] = new Array(n).fill(false)
  for (let round = 0; round < n; round++) {
    let k = -1
    for (let i = 0; i < n; i++) if (!swept[i] && (k < 0 || a[i * (n + 1)] > a[k * (n + 1)])) k = i
    const pivot = a[k * (n + 1)]
    if (!(pivot > dependent)) break
    swept[k] = true
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const ratio = a[i * n + k] / pivot
      for (let j = 0; j < n; j++) if (j !== k) a[i * n + j] -= ratio * a[k * n + j]
      a[i * n + k] = -ratio
    }
    for (let j = 0; j < n; j++) if (j !== k) a[k * n + j] /= pivot
    a[k * (n + 1)] = 1 / pivot
  }
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (swept[i] && swept[j]) out[i * n + j] = a[i * n + j] / (root[i] * root[j])
  }
  return out
}
