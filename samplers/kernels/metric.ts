import type { Rng } from '../../src/random/stream.js'

/**
 * An Euclidean metric: momenta are N(0, Sigma^-1) where Sigma is close to the covariance of the target,
 * Sigma = D (I + V (Lambda - I) V') D with D diagonal and the columns of V orthonormal.
 */
export interface Metric {
  /** The diagonal of D^2, length d. */
  readonly variance: Float64Array
  /** Lambda, one a direction: none where Sigma is diagonal. */
  readonly stretch: Float64Array
  /** V, direction after direction, length d each. */
  readonly directions: Float64Array
  /** Draws a momentum into `out`. */
  readonly momentum: (rng: Rng, out: Float64Array) => void
  /** out = Sigma vector. */
  readonly apply: (vector: Float64Array, out: Float64Array) => void
}

const none = new Float64Array(0)

export function diagonalMetric(variance: Float64Array): Metric {
  return lowRankMetric(variance, none, none)
}

export function lowRankMetric(variance: Float64Array, stretch: Float64Array, directions: Float64Array): Metric {
  const d = variance.length
  const sd = variance.map(Math.sqrt)
  const r = stretch.length
  /** Adds V (f(Lambda) - I) V' out to out. */
  const along = (out: Float64Array, factor: (stretch: number) => number): void => {
    for (let k = 0, first = 0; k < r; k++, first += d) {
      let dot = 0
      for (let j = 0; j < d; j++) dot += directions[first + j] * out[j]
      // Directions are orthonormal: what one adds no other sees.
      dot *= factor(stretch[k]) - 1
      for (let j = 0; j < d; j++) out[j] += dot * directions[first + j]
    }
  }
  const inverseRoot = (value: number): number => 1 / Math.sqrt(value)
  const whole = (value: number): number => value
  return {
    variance,
    stretch,
    directions,
    momentum: (rng, out) => {
      for (let j = 0; j < d; j++) out[j] = rng.normal()
      along(out, inverseRoot)
      for (let j = 0; j < d; j++) out[j] /= sd[j]
    },
    apply: (vector, out) => {
      for (let j = 0; j < d; j++) out[j] = sd[j] * vector[j]
      along(out, whole)
      for (let j = 0; j < d; j++) out[j] *= sd[j]
    },
  }
}
