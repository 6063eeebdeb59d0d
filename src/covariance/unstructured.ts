import type { Covariance } from './covariance.js'

/** Any covariance matrix: theta is the lower triangle of Lambda, row after row. */
export const unstructured: Covariance = {
  name: 'us',
  size: (q) => (q * (q + 1)) / 2,
  start: (q) => {
    const theta = new Float64Array((q * (q + 1)) / 2)
    for (let i = 0, at = 0; i < q; at += ++i) theta[at + i] = 1
    return theta
  },
  factor: (theta, q, out) => {
    for (let i = 0, at = 0; i < q; i++) {
      for (let j = 0; j < q; j++) out[i * q + j] = j <= i ? theta[at++] : 0
    }
  },
}
