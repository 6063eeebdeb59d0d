import type { Covariance } from './covariance.js'

/** Any covariance matrix: theta is the lower triangle of Lambda, row after row. */
export const unstructured: Covariance = {
  name: 'us',
  size: (q) => (q * (q + 1)) / 2,
  start: (q) => {
    const theta = new Float64Array((q * (q + 1)) / 2)
    for (let i = 0; i < q; i++) theta[position(i, i)] = 1
    return theta
  },
  factor: (theta, q, out) => {
    for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) out[i * q + j] = j <= i ? theta[position(i, j)] : 0
  },
  factorDerivative: (_theta, q, j, out) => {
    for (let i = 0; i < q; i++) for (let k = 0; k < q; k++) out[i * q + k] = k <= i && position(i, k) === j ? 1 : 0
  },
  standardDeviations: (theta, q) => Float64Array.from({ length: q }, (_, i) => rowNorm(theta, i)),
  standardDeviationDerivative: (theta, q, out) => {
    const m = (q * (q + 1)) / 2
    out.fill(0)
    for (let i = 0; i < q; i++) {
      const sd = rowNorm(theta, i)
      for (let j = 0; j <= i; j++) out[i * m + position(i, j)] = sd === 0 ? 1 : theta[position(i, j)] / sd
    }
  },
  correlations: (theta, q) => {
    const out = new Float64Array(q * q)
    for (let i = 0; i < q; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += theta[position(i, k)] * theta[position(j, k)]
        out[i * q + j] = i === j ? 1 : sum / (rowNorm(theta, i) * rowNorm(theta, j))
        out[j * q + i] = out[i * q + j]
      }
    }
    return out
  },
  units: (q) => {
    const of = new Int32Array((q * (q + 1)) / 2)
    for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) of[position(i, j)] = i
    return of
  },
  roots: (q) => Array.from({ length: q }, (_, i) => position(i, i)),
  // A column of Lambda and its negative give the same covariance: the diagonal is told positive.
  canonicalSigns: (theta, q) => {
    const signs = new Float64Array((q * (q + 1)) / 2)
    for (let i = 0; i < q; i++) {
      for (let j = 0; j <= i; j++) signs[position(i, j)] = theta[position(j, j)] < 0 ? -1 : 1
    }
    return signs
  },
}

/** Place of Lambda's element (i, j), j <= i, in theta. */
const position = (i: number, j: number): number => (i * (i + 1)) / 2 + j

function rowNorm(theta: ArrayLike<number>, i: number): number {
  let sum = 0
  for (let j = 0; j <= i; j++) sum += theta[position(i, j)] ** 2
  return Math.sqrt(sum)
}
