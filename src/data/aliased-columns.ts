import { gram, manyColumns } from '../numerics/gram.js'

/** R's tolerance for a column that is a linear combination of earlier ones, relative to its own length. */
const tolerance = 1e-7

/**
 * The columns that linear regression keeps, ascending: those not linear combinations of earlier ones. `x` is n x p,
 * column after column, and is left as it is. Householder's QR with R's limited pivoting (dqrdc2 in R's appl): a column
 * whose remainder has become shorter than 1e-7 of the column is moved to the end.
 */
export function independentColumns(x: Float64Array, n: number, p: number): Int32Array {
  if (clearlyIndependent(x, n, p)) return Int32Array.from({ length: p }, (_, j) => j)
  const q = x.slice()
  const length = new Float64Array(p)
  const remaining = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    remaining[j] = columnNorm(q, j * n, j * n + n)
    length[j] = remaining[j] === 0 ? 1 : remaining[j]
  }
  const kept: number[] = []
  for (let j = 0; j < p && kept.length < n; j++) {
    if (remaining[j] < length[j] * tolerance) continue
    const l = kept.length
    kept.push(j)
    reflect(q, n, p, j, l, remaining)
  }
  return Int32Array.from(kept)
}

/** The share of a column's squared length beyond the reach of earlier ones that leaves no doubt in X'X. */
const noDoubt = 1e-6

/** True if the Cholesky factor of X'X, columns scaled to length 1, says that all are kept: no copy of x is needed. */
function clearlyIndependent(x: Float64Array, n: number, p: number): boolean {
  if (p > n) return false
  const l = new Float64Array(p * p)
  const length = Float64Array.from({ length: p }, (_, j) => columnNorm(x, j * n, j * n + n))
  const products = p >= manyColumns ? gram(x, n, p, null) : null
  for (let j = 0; j < p; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = products ? products[j * p + k] : dot(x, j * n, k * n, n)
      sum /= length[j] * length[k]
      for (let m = 0; m < k; m++) sum -= l[j * p + m] * l[k * p + m]
      if (k < j) l[j * p + k] = sum / l[k * p + k]
      else if (sum > noDoubt) l[j * p + j] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

function dot(x: Float64Array, a: number, b: number, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += x[a + i] * x[b + i]
  return sum
}

function columnNorm(q: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += q[i] * q[i]
  return Math.sqrt(sum)
}

/** Applies the reflection that clears column `j` below row `l` to all later columns, and updates what remains of them. */
function reflect(q: Float64Array, n: number, p: number, j: number, l: number, remaining: Float64Array): void {
  if (l === n - 1) return
  const from = j * n
  let norm = columnNorm(q, from + l, from + n)
  if (norm === 0) return
  if (q[from + l] < 0) norm = -norm
  for (let i = l; i < n; i++) q[from + i] /= norm
  q[from + l] += 1
  const head = q[from + l]
  for (let k = j + 1; k < p; k++) {
    const to = k * n
    let dot = 0
    for (let i = l; i < n; i++) dot += q[from + i] * q[to + i]
    const t = -dot / head
    for (let i = l; i < n; i++) q[to + i] += t * q[from + i]
    if (remaining[k] === 0) continue
    const shrink = Math.max(1 - (Math.abs(q[to + l]) / remaining[k]) ** 2, 0)
    remaining[k] = shrink < 1e-6 ? columnNorm(q, to + l + 1, to + n) : remaining[k] * Math.sqrt(shrink)
  }
}
