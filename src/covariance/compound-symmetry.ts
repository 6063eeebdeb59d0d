import { boundaryOf, singularAt } from './boundary.js'
import type { Covariance } from './covariance.js'
import { oneCorrelation } from './one-correlation.js'
import { type Held, heldCoordinate, heldDeviation } from './held.js'

/**
 * The correlation as a smooth map of x in R: x = log((1 + (q - 1) rho) / (1 - rho)), the log ratio of the two eigenvalues
 * of R, so that rho runs from -1 / (q - 1) to 1 and is 0 at x = 0. With (a, b) in proportion to (e^x, 1), at most 1:
 * s_k = (k + 1) a + (q - 1 - k) b is in proportion to 1 + k rho, and rho = (a - b) / s_0, 1 - rho = q b / s_0.
 */
const oddsOf = (x: number): readonly [number, number] => (x <= 0 ? [Math.exp(x), 1] : [1, Math.exp(-x)])

const correlation = (x: number, q: number): number => {
  const [a, b] = oddsOf(x)
  return (a - b) / (a + (q - 1) * b)
}

/**
 * Column j of the Cholesky factor of R = (1 - rho) I + rho 1 1': its diagonal element and the one value below it, each
 * with its derivative in x. The variance of an effect given j others is (1 - rho)(1 + j rho) / (1 + (j - 1) rho), the
 * covariance of two such effects rho (1 - rho) / (1 + (j - 1) rho).
 */
function column(x: number, q: number, j: number): { diagonal: number; below: number; slopes: [number, number] } {
  const [a, b] = oddsOf(x)
  const s = (k: number): number => (k + 1) * a + (q - 1 - k) * b
  if (j === 0) return { diagonal: 1, below: (a - b) / s(0), slopes: [0, (q * a * b) / s(0) ** 2] }
  const diagonal = Math.sqrt((q * b * s(j)) / (s(0) * s(j - 1)))
  // d log s_k / dx = (k + 1) a / s_k; of s_(q - 1) = q a it is 1, also where a underflows.
  const [first, before] = [a / s(0), (j * a) / s(j - 1)]
  const own = j === q - 1 ? 1 : ((j + 1) * a) / s(j)
  const slope = 0.5 * diagonal * (own - first - before)
  if (j === q - 1) return { diagonal, below: 0, slopes: [slope, 0] }
  const root = Math.sqrt((q * b) / (s(0) * s(j - 1) * s(j)))
  const below = (a - b) * root
  return { diagonal, below, slopes: [slope, a * root - 0.5 * below * (first + before + own)] }
}

const size = (q: number): number => (q > 1 ? q + 1 : q)

/** chol(R), or its derivative in x. */
const correlationFactor = (x: number, q: number, derivative: boolean, out: Float64Array): void => {
  out.fill(0, 0, q * q)
  for (let j = 0; j < q; j++) {
    const { diagonal, below, slopes } = column(x, q, j)
    for (let i = j; i < q; i++) out[i * q + j] = derivative ? slopes[i === j ? 0 : 1] : i === j ? diagonal : below
  }
}

const write = (theta: ArrayLike<number>, q: number, out: Float64Array): void => {
  out.fill(0, 0, q * q)
  for (let j = 0; j < q; j++) {
    const { diagonal, below } = q > 1 ? column(theta[q], q, j) : { diagonal: 1, below: 0 }
    for (let i = j; i < q; i++) out[i * q + j] = Math.abs(theta[i]) * (i === j ? diagonal : below)
  }
}

const heldCorrelation = (q: number): Held =>
  heldCoordinate(
    'correlation',
    [0, 1],
    [-1 / (q - 1), 1],
    q,
    (x) => correlation(x, q),
    (rho) => Math.log1p((q - 1) * rho) - Math.log1p(-rho),
  )

/**
 * Compound symmetry: each effect its own standard deviation, all pairs one correlation. theta are the q standard
 * deviations and, for q > 1, x = log((1 + (q - 1) rho) / (1 - rho)). Lambda = diag(|sd|) chol(R): with sd itself, a
 * negative one would turn the sign of that effect's correlations, which is another model.
 */
export const compoundSymmetry: Covariance = {
  name: 'cs',
  proportional: true,
  columns: 'several',
  size,
  start: (q) => new Float64Array(size(q)).fill(1, 0, q),
  factor: write,
  factorDerivative: (theta, q, k, out) => {
    out.fill(0, 0, q * q)
    for (let j = 0; j < q; j++) {
      const { diagonal, below, slopes } = q > 1 ? column(theta[q], q, j) : { diagonal: 1, below: 0, slopes: [0, 0] }
      if (k === q) {
        for (let i = j; i < q; i++) out[i * q + j] = Math.abs(theta[i]) * slopes[i === j ? 0 : 1]
      } else if (k >= j) {
        out[k * q + j] = (theta[k] < 0 ? -1 : 1) * (k === j ? diagonal : below)
      }
    }
  },
  standardDeviations: (theta, q) => Float64Array.from({ length: q }, (_, i) => Math.abs(theta[i])),
  standardDeviationDerivative: (theta, q, out) => {
    const m = size(q)
    out.fill(0, 0, q * m)
    for (let i = 0; i < q; i++) out[i * m + i] = theta[i] < 0 ? -1 : 1
  },
  correlations: (theta, q) => {
    const rho = q > 1 ? correlation(theta[q], q) : 0
    return Float64Array.from({ length: q * q }, (_, at) => (at % (q + 1) === 0 ? 1 : rho))
  },
  units: (q) => Int32Array.from({ length: size(q) }, (_, i) => (i < q ? i : -1)),
  roots: (q) => Array.from({ length: q }, (_, i) => i),
  ends: (q) => (q > 1 ? [{ at: q, end: singularAt }] : []),
  canonicalSigns: (theta, q) => Float64Array.from({ length: size(q) }, (_, i) => (i < q && theta[i] < 0 ? -1 : 1)),
  held: (q) => [...Array.from({ length: q }, (_, i) => heldDeviation(i)), ...(q > 1 ? [heldCorrelation(q)] : [])],
  chart: oneCorrelation({
    deviationOf: (q) => Int32Array.from({ length: q }, (_, i) => i),
    factor: (x, q, out) => correlationFactor(x, q, false, out),
    slope: (x, q, out) => correlationFactor(x, q, true, out),
    // d rho / dx = q a b / (a + (q - 1) b)^2, of which the logarithm has the slope 1 - 2 a / (a + (q - 1) b).
    logJacobian: (x, q) => {
      const [a, b] = oddsOf(x)
      const s = a + (q - 1) * b
      return [Math.log(q) - Math.abs(x) - 2 * Math.log(s), 1 - (2 * a) / s]
    },
    fromCorrelation: (rho, q) => Math.log1p((q - 1) * rho) - Math.log1p(-rho),
  }),
  boundary: (theta, q) => {
    const factor = new Float64Array(q * q)
    write(theta, q, factor)
    return boundaryOf(factor, q)
  },
}
