import { backwardSolve, cholesky } from '../src/numerics/cholesky.js'
import type { Rng } from '../src/random/stream.js'

/** An Euclidean metric: momenta are N(0, Sigma^-1) where Sigma is close to the covariance of the target. */
export interface Metric {
  readonly kind: 'diagonal' | 'dense'
  /** Sigma: its diagonal (d), or the whole matrix (d x d). */
  readonly sigma: Float64Array
  /** Draws a momentum into `out`. */
  readonly momentum: (rng: Rng, out: Float64Array) => void
  /** out = Sigma vector. */
  readonly apply: (vector: Float64Array, out: Float64Array) => void
}

export function diagonalMetric(sigma: Float64Array): Metric {
  const precisionRoot = sigma.map((variance) => 1 / Math.sqrt(variance))
  return {
    kind: 'diagonal',
    sigma,
    momentum: (rng, out) => {
      for (let j = 0; j < out.length; j++) out[j] = precisionRoot[j] * rng.normal()
    },
    apply: (vector, out) => {
      for (let j = 0; j < out.length; j++) out[j] = sigma[j] * vector[j]
    },
  }
}

/** Null where sigma (d x d) is not positive definite. */
export function denseMetric(sigma: Float64Array, d: number): Metric | null {
  const root = sigma.slice()
  if (!cholesky(root, d)) return null
  return {
    kind: 'dense',
    sigma,
    // Sigma = L L': L'^-1 z has covariance Sigma^-1.
    momentum: (rng, out) => {
      for (let j = 0; j < d; j++) out[j] = rng.normal()
      backwardSolve(root, d, out)
    },
    apply: (vector, out) => {
      for (let i = 0, at = 0; i < d; i++) {
        let sum = 0
        for (let j = 0; j < d; j++, at++) sum += sigma[at] * vector[j]
        out[i] = sum
      }
    },
  }
}
