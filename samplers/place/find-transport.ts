import { type ValuedDensity, valueAlone } from '../../src/likelihood/posterior.js'
import { cholesky } from '../../src/numerics/cholesky.js'
import type { Rng } from '../../src/random/stream.js'
import { moved } from './location-scale.js'
import { origin, transportedNormal } from './transported-normal.js'
import { identityTerms, type MapTerms, thirdDerivatives } from './triangular-map.js'

/** A map, and the rate at which its proposals would be accepted. */
export interface Transport {
  readonly mapTerms: MapTerms
  readonly acceptance: number
}

/** Third derivatives take twice the square of the dimension in gradients. */
export const mostTransported = 15

/** Points a dimension of each round. The last round only looks. */
const points = [50, 150, 50]

/**
 * The triangular map that takes a standard normal distribution nearest to a posterior in whitened coordinates: its skewness from the
 * third derivatives at the mode, then moved by the mean and covariance that importance sampling finds.
 */
export function findTransport(posterior: ValuedDensity, rng: Rng): Transport {
  const d = posterior.dimension
  const value = valueAlone(posterior)
  const x = new Float64Array(d)
  let mapTerms: MapTerms = { ...identityTerms(d), third: thirdDerivatives(posterior.evaluate, origin(d)) }
  for (let round = 0; ; round++) {
    const proposal = transportedNormal(d, mapTerms)
    const size = points[round] * d
    const logWeights = new Float64Array(size)
    const z = new Float64Array(size * d)
    for (let k = 0; k < size; k++) {
      const logProposal = proposal.draw(rng, x)
      const log = value(x) - logProposal
      logWeights[k] = Number.isNaN(log) ? Number.NEGATIVE_INFINITY : log
      z.set(proposal.z, k * d)
    }
    const high = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const weights = logWeights.map((log) => (high > Number.NEGATIVE_INFINITY ? Math.exp(log - high) : 0))
    if (round + 1 === points.length) return { mapTerms, acceptance: acceptanceOf(weights) }
    mapTerms = { ...mapTerms, ...centred(mapTerms, weights, z, d) }
  }
}

/** Chance that a proposal is accepted in the long run, from weights of proposals: the mean of min(w_i, w_j) over that of w. */
function acceptanceOf(weights: Float64Array): number {
  const sorted = weights.slice().sort()
  const m = sorted.length
  let least = 0
  let sum = 0
  sorted.forEach((weight, k) => {
    least += weight * (2 * (m - k) - 1)
    sum += weight
  })
  return sum > 0 ? least / (m * sum) : 0
}

/** Shift and C after the weighted mean and covariance of z; unchanged where the effective sample size is below ten times the dimension. */
function centred(
  { shift, C }: MapTerms,
  weights: Float64Array,
  z: Float64Array,
  d: number,
): { readonly shift: Float64Array; readonly C: Float64Array } {
  let sum = 0
  let squares = 0
  const mean = new Float64Array(d)
  weights.forEach((weight, k) => {
    sum += weight
    squares += weight * weight
    for (let i = 0; i < d; i++) mean[i] += weight * z[k * d + i]
  })
  if (!((sum * sum) / squares > 10 * d)) return { shift, C }
  for (let i = 0; i < d; i++) mean[i] /= sum
  const S = new Float64Array(d * d)
  weights.forEach((weight, k) => {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) S[i * d + j] += (weight / sum) * (z[k * d + i] - mean[i]) * (z[k * d + j] - mean[j])
    }
  })
  if (!cholesky(S, d)) return { shift, C }
  const next = moved({ center: shift, L: C }, mean, S)
  return { shift: next.center, C: next.L }
}
