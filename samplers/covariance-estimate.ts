import { denseMetric, diagonalMetric, type Metric } from './metric.js'

/** Running mean and (co)variance of draws (Welford 1962), from which a metric is made. */
export interface CovarianceEstimate {
  add: (x: Float64Array) => void
  reset: () => void
  /**
   * The metric of what was added since the reset, drawn toward a small multiple of the identity by a weight of 5
   * draws; null where there are too few draws for it.
   */
  metric: () => Metric | null
}

/** Draws' worth of the prior guess in the estimate, and that guess. */
const priorDraws = 5
const priorVariance = 1e-3

export function covarianceEstimate(d: number, kind: 'diagonal' | 'dense'): CovarianceEstimate {
  const mean = new Float64Array(d)
  const before = new Float64Array(d)
  const scatter = new Float64Array(kind === 'dense' ? d * d : d)
  let count = 0
  return {
    reset: () => {
      count = 0
      mean.fill(0)
      scatter.fill(0)
    },
    add: (x) => {
      count++
      for (let j = 0; j < d; j++) {
        before[j] = x[j] - mean[j]
        mean[j] += before[j] / count
      }
      if (kind === 'diagonal') {
        for (let j = 0; j < d; j++) scatter[j] += before[j] * (x[j] - mean[j])
        return
      }
      for (let i = 0, at = 0; i < d; i++) {
        for (let j = 0; j < d; j++, at++) scatter[at] += before[i] * (x[j] - mean[j])
      }
    },
    metric: () => {
      if (count < 2) return null
      const weight = count / (count + priorDraws)
      const sigma = scatter.map((sum) => (weight * sum) / (count - 1))
      const stride = kind === 'dense' ? d + 1 : 1
      for (let j = 0; j < d; j++) sigma[j * stride] += priorVariance * (1 - weight)
      return kind === 'dense' ? denseMetric(sigma, d) : diagonalMetric(sigma)
    },
  }
}
