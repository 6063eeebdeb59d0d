import { backwardSolve } from '../../numerics/cholesky.js'

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
