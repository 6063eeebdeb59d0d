import { boundaryOf, singularAt } from './boundary.js'
import type { Covariance } from './covariance.js'
import { oneCorrelation } from './one-correlation.js'
import { heldCoordinate, heldDeviation } from './held.js'

/** rho = tanh(x / 2), that is x = log((1 + rho) / (1 - rho)), and sqrt(1 - rho^2), which keeps its digits at rho = 1. */
const correlation = (x: number): readonly [number, number] => {
  const e = Math.exp(-Math.abs(x))
  return [Math.tanh(x / 2), (2 * Math.sqrt(e)) / (1 + e)]
}

/** The x at which a chain's correlation stops: 1 - |rho| is 3e-8. */
const chainEnd = 18

const size = (q: number): number => (q > 1 ? 2 : q)

/** chol(R), R_ij = rho^|i - j|: rho^i in column 0, rho^(i - j) sqrt(1 - rho^2) in column j. */
const write = (theta: ArrayLike<number>, q: number, out: Float64Array): void => {
  const [rho, rest] = q > 1 ? correlation(theta[1]) : [0, 1]
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) out[i * q + j] = j > i ? 0 : theta[0] * rho ** (i - j) * (j === 0 ? 1 : rest)
  }
}

/** Its derivative in x: d rho / dx = (1 - rho^2) / 2, d sqrt(1 - rho^2) / dx = -rho sqrt(1 - rho^2) / 2. */
const writeSlope = (theta: ArrayLike<number>, q: number, out: Float64Array): void => {
  const [rho, rest] = correlation(theta[1])
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      const lag = i - j
      const power = lag > 0 ? 0.5 * lag * rho ** (lag - 1) * rest * rest : 0
      const slope = j === 0 ? power : (power - 0.5 * rho ** (lag + 1)) * rest
      out[i * q + j] = lag < 0 ? 0 : theta[0] * slope
    }
  }
}

/**
 * First-order autoregression over the term's columns in their order: one standard deviation, correlations rho^|i - j|.
 * theta is the standard deviation and, for q > 1, x = log((1 + rho) / (1 - rho)).
 */
export const autoregressive: Covariance = {
  name: 'ar1',
  proportional: true,
  columns: 'cells',
  size,
  start: (q) => new Float64Array(size(q)).fill(1, 0, 1),
  factor: write,
  factorDerivative: (theta, q, k, out) => {
    if (k === 0) write([1, theta[1]], q, out)
    else writeSlope(theta, q, out)
  },
  standardDeviations: (theta, q) => new Float64Array(q).fill(Math.abs(theta[0])),
  standardDeviationDerivative: (theta, q, out) => {
    const m = size(q)
    out.fill(0, 0, q * m)
    for (let i = 0; i < q; i++) out[i * m] = theta[0] < 0 ? -1 : 1
  },
  correlations: (theta, q) => {
    const rho = q > 1 ? correlation(theta[1])[0] : 0
    return Float64Array.from({ length: q * q }, (_, at) => rho ** Math.abs(Math.floor(at / q) - (at % q)))
  },
  chain: {
    deviation: 0,
    at: 1,
    correlation: (x) => {
      const [rho, rest] = correlation(Math.min(Math.max(x, -chainEnd), chainEnd))
      return { rho, rest: rest * rest, slope: Math.abs(x) > chainEnd ? 0 : 0.5 * rest * rest }
    },
  },
  units: (q) => Int32Array.from({ length: size(q) }, (_, i) => (i === 0 ? 0 : -1)),
  roots: () => [0],
  ends: (q) => (q > 1 ? [{ at: 1, end: singularAt }] : []),
  canonicalSigns: (theta, q) => Float64Array.from({ length: size(q) }, (_, i) => (i === 0 && theta[0] < 0 ? -1 : 1)),
  held: (q) => [
    heldDeviation(0),
    ...(q > 1
      ? [
          heldCoordinate(
            'correlation',
            [0, 1],
            [-1, 1],
            1,
            (x) => correlation(x)[0],
            (rho) => 2 * Math.atanh(rho),
          ),
        ]
      : []),
  ],
  chart: oneCorrelation({
    deviationOf: (q) => new Int32Array(q),
    factor: (x, q, out) => write([1, x], q, out),
    slope: (x, q, out) => writeSlope([1, x], q, out),
    logJacobian: (x) => {
      const [rho, rest] = correlation(x)
      return [2 * Math.log(rest) - Math.LN2, -rho]
    },
    fromCorrelation: (rho) => Math.log1p(rho) - Math.log1p(-rho),
  }),
  boundary: (theta, q) => {
    const factor = new Float64Array(q * q)
    write(theta, q, factor)
    return boundaryOf(factor, q)
  },
}
