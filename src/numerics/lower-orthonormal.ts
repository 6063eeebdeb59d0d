import { backwardSolve, cholesky } from './cholesky.js'
import { gram, manyColumns, timesLower } from './gram.js'

/** Columns x T that are orthogonal with mean square 1, T lower triangular. */
export interface LowerOrthonormal {
  /** T, p x p, row after row. */
  readonly factor: Float64Array
  /** log |T|. */
  readonly logDeterminant: number
}

/**
 * The lower triangular T (p x p) for which the columns of X T have mean square 1 and mean product 0, X being n x p, column
 * after column, and of full rank: Gram-Schmidt from the last column to the first, each column orthogonalised twice
 * (Giraud, Langou and Rozloznik 2005). NaN where X is not of full rank.
 */
export function lowerOrthonormal(x: Float64Array, n: number, p: number): LowerOrthonormal {
  return (p >= manyColumns ? byGram(x, n, p) : null) ?? byColumns(x, n, p)
}

/** Twice by the Cholesky factor of X'X (Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015); null where X is too near to collinear. */
function byGram(x: Float64Array, n: number, p: number): LowerOrthonormal | null {
  const scale = Float64Array.from({ length: p }, (_, j) => {
    let sum = 0
    for (let i = j * n; i < (j + 1) * n; i++) sum += x[i] * x[i]
    return Math.sqrt(n / sum)
  })
  const first = lowerInverse(gram(x, n, p, null), n, p, scale)
  if (!first) return null
  const second = lowerInverse(gram(timesLower(x, first, n, p), n, p, null), n, p, new Float64Array(p).fill(1))
  if (!second) return null
  const factor = new Float64Array(p * p)
  for (let i = 0; i < p; i++)
    for (let k = 0; k <= i; k++) for (let j = 0; j <= k; j++) factor[i * p + j] += first[i * p + k] * second[k * p + j]
  let logDeterminant = 0
  for (let j = 0; j < p; j++) logDeterminant += Math.log(factor[j * (p + 1)])
  return { factor, logDeterminant }
}

/** A share of a column's square that later columns leave, below which X'X has too few of its digits. */
const collinear = 1e-9

/**
 * The lower triangular T with T'GT = n I, for the cross products G of columns that are scaled to mean square 1 by `scale`:
 * a Cholesky factor from the last column to the first, G = U U' with U = T'^-1. Null where that is too near to singular.
 */
function lowerInverse(gramian: Float64Array, n: number, p: number, scale: Float64Array): Float64Array | null {
  const turned = new Float64Array(p * p)
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++) {
      const [a, b] = [p - 1 - i, p - 1 - j]
      turned[i * p + j] = (gramian[a * p + b] * scale[a] * scale[b]) / n
    }
  if (!cholesky(turned, p)) return null
  for (let j = 0; j < p; j++) if (!(turned[j * (p + 1)] ** 2 > collinear)) return null
  // G turned is L L'; columns times L'^-1 are orthonormal, and L'^-1, turned back, is lower triangular.
  const out = new Float64Array(p * p)
  const column = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    column.fill(0)
    column[j] = 1
    backwardSolve(turned, p, column)
    for (let i = 0; i <= j; i++) out[(p - 1 - i) * p + p - 1 - j] = column[i] * scale[p - 1 - i]
  }
  return out
}

function byColumns(x: Float64Array, n: number, p: number): LowerOrthonormal {
  const q = new Float64Array(n * p)
  const factor = new Float64Array(p * p)
  let logDeterminant = 0
  for (let j = p - 1; j >= 0; j--) {
    const column = q.subarray(j * n, (j + 1) * n)
    column.set(x.subarray(j * n, (j + 1) * n))
    // Row by row below: column j of X is sum over k >= j of r[k] times column k of Q.
    const r = new Float64Array(p)
    for (let pass = 0; pass < 2; pass++) {
      for (let k = p - 1; k > j; k--) {
        const other = q.subarray(k * n, (k + 1) * n)
        let product = 0
        for (let i = 0; i < n; i++) product += other[i] * column[i]
        product /= n
        r[k] += product
        for (let i = 0; i < n; i++) column[i] -= product * other[i]
      }
    }
    let square = 0
    for (let i = 0; i < n; i++) square += column[i] * column[i]
    const size = Math.sqrt(square / n)
    for (let i = 0; i < n; i++) column[i] /= size
    // Q_j = (X_j - sum r_k Q_k) / size, and Q_k = X T_k.
    factor[j * p + j] = 1 / size
    for (let m = j + 1; m < p; m++) {
      let sum = 0
      for (let k = j + 1; k <= m; k++) sum += r[k] * factor[m * p + k]
      factor[m * p + j] = -sum / size
    }
    logDeterminant -= Math.log(size)
  }
  return { factor, logDeterminant }
}
