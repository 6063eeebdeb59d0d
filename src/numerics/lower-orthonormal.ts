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
