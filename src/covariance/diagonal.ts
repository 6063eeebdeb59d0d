import { boundaryOf } from './boundary.js'
import type { Chart } from './chart.js'
import type { Covariance } from './covariance.js'
import { heldDeviation } from './held.js'

const write = (theta: ArrayLike<number>, q: number, out: Float64Array): void => {
  out.fill(0, 0, q * q)
  for (let i = 0; i < q; i++) out[i * q + i] = theta[i]
}

/** A standard deviation each, no correlation. */
export const noCorrelation: Chart = {
  deviationOf: (q) => Int32Array.from({ length: q }, (_, i) => i),
  correlationSize: () => 0,
  correlationFactor: (_, q, out) => {
    out.fill(0, 0, q * q)
    for (let i = 0; i < q; i++) out[i * (q + 1)] = 1
  },
  correlationFactorDerivative: (_y, q, _j, out) => {
    out.fill(0, 0, q * q)
  },
  lkj: () => 0,
  drawLkj: () => {},
  pairs: () => [],
  fromCorrelations: () => new Float64Array(0),
  theta: (sd, _, q, out) => {
    for (let i = 0; i < q; i++) out[i] = sd[i]
  },
  pull: (_sd, _y, q, thetaGradient, sdGradient) => {
    for (let i = 0; i < q; i++) sdGradient[i] += thetaGradient[i]
  },
}

/** Uncorrelated effects: theta are their standard deviations. */
export const diagonal: Covariance = {
  name: 'diag',
  proportional: true,
  part: (_q, kept) => kept,
  size: (q) => q,
  start: (q) => new Float64Array(q).fill(1),
  factor: write,
  factorDerivative: (_, q, j, out) => {
    out.fill(0, 0, q * q)
    out[j * q + j] = 1
  },
  elements: (q) =>
    Array.from({ length: q }, (_, i) => Float64Array.from({ length: q * q }, (__, e) => (e === i * (q + 1) ? 1 : 0))),
  standardDeviations: (theta, q) => Float64Array.from({ length: q }, (_, i) => Math.abs(theta[i])),
  standardDeviationDerivative: (theta, q, out) => {
    out.fill(0, 0, q * q)
    for (let i = 0; i < q; i++) out[i * q + i] = theta[i] < 0 ? -1 : 1
  },
  correlations: (_, q) => Float64Array.from({ length: q * q }, (__, at) => (at % (q + 1) === 0 ? 1 : 0)),
  units: (q) => Int32Array.from({ length: q }, (_, i) => i),
  roots: (q) => Array.from({ length: q }, (_, i) => i),
  canonicalSigns: (theta, q) => Float64Array.from({ length: q }, (_, i) => (theta[i] < 0 ? -1 : 1)),
  held: (q) => Array.from({ length: q }, (_, i) => heldDeviation(i)),
  chart: noCorrelation,
  boundary: (theta, q) => {
    const factor = new Float64Array(q * q)
    write(theta, q, factor)
    return boundaryOf(factor, q)
  },
}
