/**
 * Cholesky factor of a symmetric positive definite matrix, in place. `a` is n x n, row after row; its lower
 * triangle is read and becomes L with A = L L'. The upper triangle is left as it is.
 * Returns false, with `a` spoilt, where A is not positive definite (or holds a NaN).
 */
export function cholesky(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    const rowJ = j * n
    let diagonal = a[rowJ + j]
    for (let k = 0; k < j; k++) diagonal -= a[rowJ + k] * a[rowJ + k]
    if (!(diagonal > 0)) return false
    diagonal = Math.sqrt(diagonal)
    a[rowJ + j] = diagonal
    const inverse = 1 / diagonal
    for (let i = j + 1; i < n; i++) {
      const rowI = i * n
      let sum = a[rowI + j]
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k]
      a[rowI + j] = sum * inverse
    }
  }
  return true
}

/** Solves L x = b in place. */
export function forwardSolve(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]
    for (let k = 0, at = i * n; k < i; k++, at++) sum -= l[at] * b[k]
    b[i] = sum / l[i * n + i]
  }
}

/** Solves L' x = b in place. */
export function backwardSolve(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i] / l[i * n + i]
    b[i] = x
    for (let k = 0, at = i * n; k < i; k++, at++) b[k] -= l[at] * x
  }
}

/** Inverse of A = L L' from its factor: n x n, symmetric, row after row. */
export function choleskyInverse(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    column.fill(0)
    column[j] = 1
    forwardSolve(l, n, column)
    backwardSolve(l, n, column)
    inverse.set(column, j * n)
  }
  return inverse
}
