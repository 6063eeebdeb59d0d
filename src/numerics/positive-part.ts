/** Sweeps after which a small symmetric matrix is diagonal to rounding, with a margin. */
const mostSweeps = 12

/**
 * The nearest positive semidefinite matrix to a symmetric one (in Frobenius' norm): its eigenvalues below 0 become 0. In place,
 * k x k, row after row; by Jacobi's rotations (Golub and Van Loan 2013, section 8.5).
 */
export function positivePart(a: Float64Array, k: number): void {
  if (k === 1) {
    a[0] = Math.max(0, a[0])
    return
  }
  const vectors = new Float64Array(k * k)
  for (let i = 0; i < k; i++) vectors[i * (k + 1)] = 1
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false
    for (let p = 0; p < k; p++) for (let q = p + 1; q < k; q++) rotated = rotate(a, vectors, k, p, q) || rotated
    if (!rotated) break
  }
  const values = Float64Array.from({ length: k }, (_, i) => Math.max(0, a[i * (k + 1)]))
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let m = 0; m < k; m++) sum += vectors[i * k + m] * values[m] * vectors[j * k + m]
      a[i * k + j] = sum
      a[j * k + i] = sum
    }
  }
}

/** Makes a_pq zero; false where it is nothing beside its diagonal. */
function rotate(a: Float64Array, vectors: Float64Array, k: number, p: number, q: number): boolean {
  const [app, aqq, apq] = [a[p * (k + 1)], a[q * (k + 1)], a[p * k + q]]
  if (Math.abs(apq) <= 1e-17 * (Math.abs(app) + Math.abs(aqq))) return false
  const ratio = (aqq - app) / (2 * apq)
  const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio))
  const c = 1 / Math.sqrt(1 + t * t)
  const s = t * c
  for (let i = 0; i < k; i++) turn(a, i * k + p, i * k + q, c, s)
  for (let i = 0; i < k; i++) turn(a, p * k + i, q * k + i, c, s)
  for (let i = 0; i < k; i++) turn(vectors, i * k + p, i * k + q, c, s)
  return true
}

function turn(a: Float64Array, p: number, q: number, c: number, s: number): void {
  const [x, y] = [a[p], a[q]]
  a[p] = c * x - s * y
  a[q] = s * x + c * y
}
