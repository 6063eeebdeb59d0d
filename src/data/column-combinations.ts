/** Columns count as combinations of others to 1e-7 of their length; a part below this share is rounding. */
const negligible = 1e-9

/**
 * The coefficients with which each of `columns` (length n) is a linear combination of the columns of x, n x p column
 * after column and linearly independent: least squares by Gram and Schmidt's process, each column twice, which leaves
 * the orthogonal ones orthogonal to rounding (Giraud, Langou and Rozloznik 2005). What adds nothing but rounding is 0.
 */
export function combinationsOf(x: Float64Array, columns: readonly Float64Array[], n: number): number[][] {
  const p = x.length / n
  const lengths = Float64Array.from({ length: p }, (_, j) => lengthOf(x.subarray(j * n, j * n + n)))
  const q: Float64Array[] = []
  const r = new Float64Array(p * p)
  /** Takes the orthogonal columns out of `rest` and adds the shares to `shares`. */
  const project = (rest: Float64Array, shares: Float64Array): void => {
    for (let pass = 0; pass < 2; pass++) {
      q.forEach((unit, k) => {
        let share = 0
        for (let i = 0; i < n; i++) share += unit[i] * rest[i]
        for (let i = 0; i < n; i++) rest[i] -= share * unit[i]
        shares[k] += share
      })
    }
  }
  for (let j = 0; j < p; j++) {
    const rest = x.slice(j * n, j * n + n)
    const shares = new Float64Array(p)
    project(rest, shares)
    const norm = lengthOf(rest)
    shares[j] = norm
    for (let k = 0; k <= j; k++) r[k * p + j] = shares[k]
    q.push(rest.map((value) => value / norm))
  }
  return columns.map((column) => {
    const right = new Float64Array(p)
    project(column.slice(), right)
    for (let k = p - 1; k >= 0; k--) {
      for (let j = k + 1; j < p; j++) right[k] -= r[k * p + j] * right[j]
      right[k] /= r[k * p + k]
    }
    const whole = lengthOf(column)
    return Array.from(right, (value, k) => (Math.abs(value) * lengths[k] > negligible * whole ? value : 0))
  })
}

function lengthOf(column: Float64Array): number {
  let squares = 0
  for (const value of column) squares += value * value
  return Math.sqrt(squares)
}
