/** Sweeps over all pairs; a handful are enough for small matrices. */
const mostSweeps = 50

/**
 * Eigenvalues and vectors (n x n, a vector a column, row after row) of a small symmetric matrix by Jacobi's rotations (Golub and
 * Van Loan 2013, section 8.5).
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * (n + 1)] = 1
  let whole = 0
  for (const value of a) whole += value * value
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i * n + j] ** 2
    if (!(off > 1e-30 * whole)) break
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p * n + q] === 0) continue
        const tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
        const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau))
        const c = 1 / Math.hypot(1, t)
        const s = t * c
        rotate(a, n, p, q, c, s, n, 1)
        rotate(a, n, p, q, c, s, 1, n)
        rotate(vectors, n, p, q, c, s, n, 1)
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * (n + 1)]), vectors }
}

/** Turns columns p and q (`along` = n, `across` = 1), or rows. */
function rotate(
  a: Float64Array,
  n: number,
  p: number,
  q: number,
  c: number,
  s: number,
  along: number,
  across: number,
): void {
  for (let k = 0; k < n; k++) {
    const [i, j] = [k * along + p * across, k * along + q * across]
    const [x, y] = [a[i], a[j]]
    a[i] = c * x - s * y
    a[j] = s * x + c * y
  }
}
