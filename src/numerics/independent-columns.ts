/** A column counts as a combination of earlier ones if no more than this share of its length is left beside them. */
const dependent = 1e-9

/** Which columns of a matrix are combinations of earlier ones, and of which. */
export interface IndependentColumns {
  /** Columns that are not, in their order. */
  readonly kept: readonly number[]
  /** Columns that are: each stands for one dimension of the null space. */
  readonly held: readonly number[]
  /**
   * Basis of the null space, held.length vectors of length p one after the other: the k-th is 1 in held[k], 0 in the
   * other held columns.
   */
  readonly basis: Float64Array
  /** The kept columns made orthonormal, one after the other, each of the rows' number. */
  readonly orthonormal: readonly Float64Array[]
  /** Upper triangle of R, kept.length squared, row after row: the kept columns are `orthonormal` times R. */
  readonly triangle: Float64Array
}

/** Gram and Schmidt's orthogonalisation, each column taken twice against the ones before it, in their order. */
export function independentColumns(columns: readonly Float64Array[]): IndependentColumns {
  const p = columns.length
  const kept: number[] = []
  const held: number[] = []
  const orthonormal: Float64Array[] = []
  const shares: Float64Array[] = []
  for (let j = 0; j < p; j++) {
    const rest = columns[j].slice()
    const length = norm(rest)
    const share = new Float64Array(kept.length + 1)
    for (let pass = 0; pass < 2 && length > 0; pass++) {
      for (let k = 0; k < kept.length; k++) {
        const q = orthonormal[k]
        let along = 0
        for (let i = 0; i < q.length; i++) along += q[i] * rest[i]
        share[k] += along
        for (let i = 0; i < q.length; i++) rest[i] -= along * q[i]
      }
    }
    const left = norm(rest)
    shares.push(share)
    if (!(left > dependent * length)) {
      held.push(j)
      continue
    }
    share[kept.length] = left
    for (let i = 0; i < rest.length; i++) rest[i] /= left
    kept.push(j)
    orthonormal.push(rest)
  }
  const r = kept.length
  const triangle = new Float64Array(r * r)
  kept.forEach((column, k) => {
    for (let i = 0; i <= k; i++) triangle[i * r + k] = shares[column][i]
  })
  const basis = new Float64Array(held.length * p)
  held.forEach((column, h) => {
    const before = shares[column].length - 1
    const combination = solveUpper(triangle, r, shares[column].subarray(0, before), before)
    basis[h * p + column] = 1
    for (let k = 0; k < before; k++) basis[h * p + kept[k]] = -rounded(combination[k])
  })
  return { kept, held, basis, orthonormal, triangle }
}

/** x with R x = b for the leading `size` rows and columns of an upper triangle of `r`. */
export function solveUpper(triangle: Float64Array, r: number, b: ArrayLike<number>, size: number = r): Float64Array {
  const x = Float64Array.from({ length: size }, (_, i) => b[i])
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) x[i] -= triangle[i * r + j] * x[j]
    x[i] /= triangle[i * r + i]
  }
  return x
}

/** Rounding of a coefficient that is zero would look like a parameter that takes part. */
const rounded = (coefficient: number): number => (Math.abs(coefficient) < 1e-9 ? 0 : coefficient)

function norm(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i]
  return Math.sqrt(sum)
}
