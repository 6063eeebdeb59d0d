import { backwardSolve, forwardSolve } from '../../numerics/cholesky.js'
import type { Space } from '../../numerics/space.js'

/**
 * Takes a derivative in the Cholesky factor C of H = C C' (lower triangle of `inC`) to the symmetric derivative in H:
 * C'^-1 S C^-1 with S the symmetric part of the lower triangle of C' inC, its diagonal halved (Murray 2016).
 */
export function choleskyReverse(c: Float64Array, inC: Float64Array, q: number, out: Float64Array): void {
  for (let i = 0; i < q; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < q; k++) sum += c[k * q + i] * inC[k * q + j]
      out[i * q + j] = 0.5 * sum
      out[j * q + i] = 0.5 * sum
    }
  }
  // Both sides in turn: rows first, then, the matrix being symmetric, the transpose's rows.
  for (let side = 0; side < 2; side++) {
    for (let i = 0; i < q; i++) backwardSolve(c, q, out.subarray(i * q, (i + 1) * q))
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < i; j++) {
        const swap = out[i * q + j]
        out[i * q + j] = out[j * q + i]
        out[j * q + i] = swap
      }
    }
  }
}

/** Points of a rule around a level's mode m, u_k = m + e_k with e_k = C'^-1 z_k. */
export interface LevelPoints {
  readonly count: number
  /** Each point's share P_k of the sum. */
  readonly share: Float64Array
  /** h'(u_k), and e_k: count x q. */
  readonly slopes: Float64Array
  readonly spread: Float64Array
}

/**
 * The reverse of a level's sum over points: with a_k = C^-1 h'(u_k), writes the derivative in the mode at fixed C,
 * sum P_k h'(u_k), into `inMode` and, through that in C, -diag(1 / C_ii) - tril(sum P_k e_k a_k'), the one in H into `inH`.
 */
export function pointsReverse(
  q: number,
  c: Float64Array,
  inMode: Float64Array,
  inH: Float64Array,
  space: Space,
): (points: LevelPoints) => void {
  const inC = space.vector(q * q)
  const slope = space.vector(q)
  return ({ count, share, slopes, spread }) => {
    inMode.fill(0)
    inC.fill(0)
    for (let j = 0; j < q; j++) inC[j * q + j] = -1 / c[j * q + j]
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < q; j++) {
        slope[j] = slopes[k * q + j]
        inMode[j] += share[k] * slope[j]
      }
      forwardSolve(c, q, slope)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j <= i; j++) inC[i * q + j] -= share[k] * spread[k * q + i] * slope[j]
      }
    }
    choleskyReverse(c, inC, q, inH)
  }
}
