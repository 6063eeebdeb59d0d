import { symmetricEigen } from '../numerics/symmetric-eigen.js'

/** A Wald statistic (L b - c)' (L V L')^- (L b - c), and the rank that it has. */
export interface Wald {
  readonly chiSquare: number
  readonly rank: number
  /** Whether combinations that follow from others are to have other values than follow. */
  readonly contradictory: boolean
  /** Combinations of the rows, `rank` of them, that say the same and are not correlated. */
  readonly rows: readonly Float64Array[]
}

/** Eigenvalues this small beside the largest, of L V L' in units of its diagonal, are of combinations said twice. */
const dependent = 1e-9

/**
 * The Wald statistic of several combinations at once, of which some may follow from others.
 *
 * @param values - L b - c
 * @param covariance - V, p x p of which the first p x p of a wider matrix of `width` columns
 * @returns NaN where a combination has no covariance
 */
export function wald(
  rows: readonly Float64Array[],
  values: readonly number[],
  covariance: Float64Array,
  width: number,
): Wald {
  const q = rows.length
  const p = rows[0]?.length ?? 0
  const joint = new Float64Array(q * q)
  for (let a = 0; a < q; a++)
    for (let b = 0; b < q; b++)
      for (let i = 0; i < p; i++)
        for (let j = 0; j < p; j++)
          if (rows[a][i] !== 0 && rows[b][j] !== 0)
            joint[a * q + b] += rows[a][i] * covariance[i * width + j] * rows[b][j]
  if (joint.some(Number.isNaN)) return { chiSquare: Number.NaN, rank: q, contradictory: false, rows }
  const unit = Float64Array.from({ length: q }, (_, a) => Math.sqrt(joint[a * (q + 1)]) || 1)
  const { values: roots, vectors } = symmetricEigen(
    joint.map((value, e) => value / (unit[Math.floor(e / q)] * unit[e % q])),
    q,
  )
  const largest = roots.reduce((a, b) => Math.max(a, b), 0)
  let chiSquare = 0
  let contradictory = false
  const kept: Float64Array[] = []
  for (let m = 0; m < q; m++) {
    let along = 0
    let size = 0
    const row = new Float64Array(p)
    for (let a = 0; a < q; a++) {
      const weight = vectors[a * q + m] / unit[a]
      along += weight * values[a]
      size += Math.abs(weight * values[a])
      for (let j = 0; j < p; j++) row[j] += weight * rows[a][j]
    }
    if (!(roots[m] > dependent * largest)) {
      contradictory ||= Math.abs(along) > 1e-6 * size
      continue
    }
    chiSquare += along ** 2 / roots[m]
    kept.push(row)
  }
  return { chiSquare, rank: kept.length, contradictory, rows: kept }
}
