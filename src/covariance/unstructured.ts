import { boundaryOf } from './boundary.js'
import type { Covariance } from './covariance.js'
import { partialCorrelations } from './partial-correlations.js'
import { unstructuredHeld } from './unstructured-held.js'

const write = (theta: ArrayLike<number>, q: number, out: Float64Array): void => {
  for (let i = 0, at = 0; i < q; i++) {
    for (let j = 0; j < q; j++) out[i * q + j] = j <= i ? theta[at++] : 0
  }
}

const deviations = (theta: ArrayLike<number>, q: number): Float64Array => {
  const sd = new Float64Array(q)
  for (let i = 0, at = 0; i < q; at += ++i) {
    let largest = 0
    for (let j = 0; j <= i; j++) largest = Math.max(largest, Math.abs(theta[at + j]))
    if (largest === 0) continue
    let sum = 0
    for (let j = 0; j <= i; j++) sum += (theta[at + j] / largest) ** 2
    sd[i] = largest * Math.sqrt(sum)
  }
  return sd
}

/** Row and column of each theta. */
const lower = (q: number): [number, number][] =>
  Array.from({ length: q }, (_, i) => Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j])).flat()

/** Any covariance matrix: theta is the lower triangle of Lambda, row after row. */
export const unstructured: Covariance = {
  name: 'us',
  proportional: true,
  part: (_q, kept) => kept.flatMap((i, row) => kept.slice(0, row + 1).map((j) => (i * (i + 1)) / 2 + j)),
  size: (q) => (q * (q + 1)) / 2,
  start: (q) => {
    const theta = new Float64Array((q * (q + 1)) / 2)
    for (let i = 0, at = 0; i < q; at += ++i) theta[at + i] = 1
    return theta
  },
  factor: write,
  factorDerivative: (_, q, j, out) => {
    let row = 0
    while (((row + 1) * (row + 2)) / 2 <= j) row++
    out.fill(0, 0, q * q)
    out[row * q + j - (row * (row + 1)) / 2] = 1
  },
  elements: (q) =>
    lower(q).map(([i, j]) => {
      const element = new Float64Array(q * q)
      element[i * q + j] = 1
      element[j * q + i] = 1
      return element
    }),
  standardDeviations: deviations,
  standardDeviationDerivative: (theta, q, out) => {
    const sd = deviations(theta, q)
    const m = (q * (q + 1)) / 2
    out.fill(0, 0, q * m)
    for (let i = 0, at = 0; i < q; at += ++i) {
      for (let j = 0; j <= i; j++) out[i * m + at + j] = sd[i] > 0 ? theta[at + j] / sd[i] : j === i ? 1 : 0
    }
  },
  correlations: (theta, q) => {
    const sd = deviations(theta, q)
    const out = new Float64Array(q * q)
    for (let i = 0, rowI = 0; i < q; rowI += ++i) {
      out[i * q + i] = 1
      for (let j = 0, rowJ = 0; j < i; rowJ += ++j) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += (theta[rowI + k] / sd[i]) * (theta[rowJ + k] / sd[j])
        out[i * q + j] = Math.max(-1, Math.min(1, sum))
        out[j * q + i] = out[i * q + j]
      }
    }
    return out
  },
  units: (q) => Int32Array.from(lower(q), ([i]) => i),
  roots: (q) => Array.from({ length: q }, (_, i) => (i * (i + 3)) / 2),
  // A column of Lambda and its negative give the same covariance: the diagonal is reported positive.
  canonicalSigns: (theta, q) => Float64Array.from(lower(q), ([, j]) => (theta[(j * (j + 3)) / 2] < 0 ? -1 : 1)),
  held: unstructuredHeld,
  chart: partialCorrelations,
  boundary: (theta, q) => {
    const factor = new Float64Array(q * q)
    write(theta, q, factor)
    return boundaryOf(factor, q)
  },
}
