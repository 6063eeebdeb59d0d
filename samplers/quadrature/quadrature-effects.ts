import type { ConditionalEffects } from '../../src/likelihood/frame/conditional-effects.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { normalCdf } from '../../src/numerics/special.js'
import { latticeCdf } from './quadrature-line.js'

/** The posterior of one effect. */
export interface EffectMarginal {
  readonly mean: number
  readonly sd: number
  readonly cdf: (t: number) => number
}

/** Of an effect's lattice: its step, and how far it goes on both sides, in conditional standard deviations. */
const step = 0.75
const reach = 6.5
const mostPlaces = 250
/** A conditional density so narrow beside the step is taken for normal: the effect's own standard deviation is nearly zero there. */
const narrow = 1.2
/** Share of the weights, those of the smallest standard deviations, that may be narrow. */
const narrowShare = 0.01

/**
 * The posterior of each effect of one factor: the mixture, over the points of a grid of outer parameters with their
 * weights, of its conditional densities, summed on a lattice of the effect's own. The trapezoidal rule on it integrates
 * each of them to rounding, whatever its shape. The rule integrates a level's other effects. In the order of
 * the coordinates.
 */
export function effectMarginals(
  likelihood: Likelihood,
  rule: Rule,
  points: readonly Float64Array[],
  weights: Float64Array,
): EffectMarginal[] {
  const { coordinates } = likelihood
  const density = likelihood.marginal(rule)
  const levels = likelihood.factor?.levels.length ?? 0
  const q = coordinates.terms.reduce((sum, term) => sum + term.q, 0)
  const all = levels * q
  const at = points.length * all
  // The points of a grid are in the support.
  const given = (parameters: Float64Array): ConditionalEffects => density.effectsAt(parameters)!
  const centers = new Float64Array(at)
  const sds = new Float64Array(at)
  points.forEach((parameters, p) => {
    const conditional = given(parameters)
    for (let g = 0; g < levels; g++) {
      for (let e = 0; e < q; e++) {
        const { center, sd } = conditional.ofLevel(g, e)
        centers[p * all + g * q + e] = center
        sds[p * all + g * q + e] = sd
      }
    }
  })
  const lattices = Array.from({ length: all }, (_, effect) => effectLattice(centers, sds, weights, effect, all))

  points.forEach((parameters, p) => {
    const conditional = given(parameters)
    for (let effect = 0; effect < all; effect++) {
      const { from, width, sums, normals } = lattices[effect]
      const center = centers[p * all + effect]
      const sd = sds[p * all + effect]
      if (sd < narrow * width) {
        normals.push([weights[p], center, sd])
        continue
      }
      // The part of the lattice where this conditional density is.
      const first = Math.max(0, Math.ceil((center - reach * sd - from) / width))
      const count = Math.min(sums.length, Math.floor((center + reach * sd - from) / width) + 1) - first
      const e = effect % q
      const logs = conditional.ofLevel((effect - e) / q, e).logDensity(from + width * first, width, count)
      let high = Number.NEGATIVE_INFINITY
      for (let k = 0; k < count; k++) high = Math.max(high, logs[k])
      let mass = 0
      for (let k = 0; k < count; k++) {
        logs[k] = Math.exp(logs[k] - high)
        mass += logs[k]
      }
      const share = weights[p] / mass
      for (let k = 0; k < count; k++) sums[first + k] += share * logs[k]
    }
  })
  // Effects are numbered term after term, those of a level together.
  let before = 0
  return coordinates.terms.flatMap(({ q: own }) => {
    const term = Array.from({ length: levels * own }, (_, at) => {
      const e = at % own
      return marginalOf(lattices[((at - e) / own) * q + before + e])
    })
    before += own
    return term
  })
}

interface EffectLattice {
  readonly from: number
  readonly width: number
  /** Mass at each place. */
  readonly sums: Float64Array
  /** Weight, mean and standard deviation of the narrow ones. */
  readonly normals: (readonly [number, number, number])[]
}

function effectLattice(
  centers: Float64Array,
  sds: Float64Array,
  weights: Float64Array,
  effect: number,
  stride: number,
): EffectLattice {
  const sdAt = (p: number): number => sds[p * stride + effect]
  const bySd = [...weights.keys()].sort((a, b) => sdAt(a) - sdAt(b))
  let passed = 0
  let finest = 0
  for (const p of bySd) {
    finest = sdAt(p)
    passed += weights[p]
    if (passed > narrowShare) break
  }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let p = 0; p < weights.length; p++) {
    low = Math.min(low, centers[p * stride + effect] - reach * sdAt(p))
    high = Math.max(high, centers[p * stride + effect] + reach * sdAt(p))
  }
  const width = Math.max(step * finest, (high - low) / mostPlaces)
  return { from: low, width, sums: new Float64Array(Math.ceil((high - low) / width) + 1), normals: [] }
}

function marginalOf({ from, width, sums, normals }: EffectLattice): EffectMarginal {
  let mass = 0
  let mean = 0
  sums.forEach((share, k) => {
    mass += share
    mean += share * (from + width * k)
  })
  for (const [weight, m] of normals) mean += weight * m
  let variance = 0
  sums.forEach((share, k) => {
    variance += share * (from + width * k - mean) ** 2
  })
  for (const [weight, m, sd] of normals) variance += weight * ((m - mean) ** 2 + sd * sd)
  const peak = sums.reduce((best, share, k) => (share > sums[best] ? k : best), 0)
  let [first, last] = [peak, peak]
  while (sums[first - 1] > 1e-14) first--
  while (sums[last + 1] > 1e-14) last++
  const smooth = latticeCdf(from + width * first, width, sums.subarray(first, last + 1).map(Math.log), mass)
  return {
    mean,
    sd: Math.sqrt(variance),
    cdf: (t) => normals.reduce((sum, [weight, m, sd]) => sum + weight * normalCdf((t - m) / sd), smooth(t)),
  }
}
