import type { Covariance } from './covariance.js'
import { noCorrelation } from './diagonal.js'

/**
 * No distribution at all: effects with a flat prior, as restricted maximum likelihood integrates fixed effects out.
 * No parameters; Lambda is the identity. Not a structure that a formula can name.
 */
export const flat: Covariance = {
  name: 'flat',
  size: () => 0,
  start: () => new Float64Array(0),
  factor: (_, q, out) => {
    out.fill(0, 0, q * q)
    for (let i = 0; i < q; i++) out[i * q + i] = 1
  },
  factorDerivative: (_theta, q, _j, out) => {
    out.fill(0, 0, q * q)
  },
  elements: () => [],
  standardDeviations: (_, q) => new Float64Array(q).fill(Number.POSITIVE_INFINITY),
  standardDeviationDerivative: () => {},
  correlations: (_, q) => Float64Array.from({ length: q * q }, (__, at) => (at % (q + 1) === 0 ? 1 : 0)),
  units: () => new Int32Array(0),
  roots: () => [],
  canonicalSigns: () => new Float64Array(0),
  held: () => [],
  chart: { ...noCorrelation, deviationOf: () => new Int32Array(0) },
  boundary: () => null,
}
