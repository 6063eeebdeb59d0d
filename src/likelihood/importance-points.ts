import { logGamma } from '../numerics/special.js'
import { stream } from '../random/stream.js'

/**
 * Fixed points for importance sampling of independent blocks of variables, the same whatever is integrated. The points
 * of a block of q variables follow the mixture of a standard normal and, for the tails, a multivariate t.
 */
export interface ImportancePoints {
  /** Pairs of points that are opposite to each other; twice as many are drawn. */
  readonly pairs: number
  /** The first point of each pair: pairs x variables. */
  readonly points: Float64Array
  /** -log of the mixture's density of both points of a pair, times (2 pi)^(q / 2): pairs x blocks. */
  readonly logWeights: Float64Array
  /** Density of the standard normal over the mixture's, of which the mean is known to be 1: pairs x blocks. */
  readonly normalRatio: Float64Array
}

/** Each fourth pair is drawn from the t: a quarter of the draws is for the tails. */
const tailEvery = 4
const tailShare = 1 / tailEvery
const degrees = 5

/** `block` gives the block of each variable, `sizes` the variables of each block. Pairs come in strata of four. */
export function importancePoints(pairs: number, block: Int32Array, sizes: Int32Array, seed: number): ImportancePoints {
  const size = block.length
  const blocks = sizes.length
  const { normal } = stream({ seed, purpose: 'importance' })
  const points = new Float64Array(pairs * size)
  const logWeights = new Float64Array(pairs * blocks)
  const normalRatio = new Float64Array(pairs * blocks)
  const length2 = new Float64Array(blocks)
  const stretch = new Float64Array(blocks)
  for (let p = 0; p < pairs; p++) {
    stretch.fill(1)
    if (p % tailEvery === 0) {
      for (let g = 0; g < blocks; g++) {
        let chi2 = 0
        for (let i = 0; i < degrees; i++) chi2 += normal() ** 2
        stretch[g] = Math.sqrt(degrees / chi2)
      }
    }
    length2.fill(0)
    for (let c = 0, at = p * size; c < size; c++, at++) {
      points[at] = normal() * stretch[block[c]]
      length2[block[c]] += points[at] ** 2
    }
    for (let g = 0; g < blocks; g++) {
      const log = logWeight(sizes[g], length2[g])
      logWeights[p * blocks + g] = log
      normalRatio[p * blocks + g] = Math.exp(log - 0.5 * length2[g])
    }
  }
  return { pairs, points, logWeights, normalRatio }
}

/** -log((2 pi)^(q / 2) density) of the mixture at a point of squared length `length2`. */
export function logWeight(q: number, length2: number): number {
  const normal = Math.log(1 - tailShare) - 0.5 * length2
  const constant = logGamma((degrees + q) / 2) - logGamma(degrees / 2) - 0.5 * q * Math.log(degrees / 2)
  const wide = Math.log(tailShare) + constant - 0.5 * (degrees + q) * Math.log1p(length2 / degrees)
  const high = Math.max(normal, wide)
  return -(high + Math.log(Math.exp(normal - high) + Math.exp(wide - high)))
}
