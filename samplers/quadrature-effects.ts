import { clustering } from '../src/likelihood/cluster-structure.js'
import type { Likelihood } from '../src/likelihood/likelihood.js'
import { linearPredictors } from '../src/likelihood/linear-predictors.js'
import { parameterLayout } from '../src/likelihood/parameter-layout.js'
import { rowModel } from '../src/likelihood/row-model.js'
import { normalCdf } from '../src/numerics/special.js'
import { latticeCdf } from './quadrature-line.js'

/** The posterior of one effect. */
export interface EffectMarginal {
  readonly mean: number
  readonly sd: number
  readonly cdf: (t: number) => number
}

/** Of a level's lattice: its step, and how far it goes on both sides, in conditional standard deviations. */
const step = 0.75
const reach = 6.5
const mostPlaces = 250
/** A conditional density so narrow beside the step is taken for normal: the effect's own standard deviation is nearly zero there. */
const narrow = 1.2
/** Share of the weights, those of the smallest standard deviations, that may be narrow. */
const narrowShare = 0.01

/**
 * The posterior of each level's scalar effect b: the mixture, over the points of a grid of outer parameters with their
 * weights, of its conditional densities, summed on a lattice of the level's own. The trapezoidal rule on it integrates
 * each of them to rounding, whatever its shape.
 */
export function effectMarginals(
  likelihood: Likelihood,
  points: readonly Float64Array[],
  weights: Float64Array,
): EffectMarginal[] {
  const { model, layout } = likelihood
  const { model: sorted, structure } = clustering(model, layout)
  const inOrder = parameterLayout(sorted)
  const [{ predictor }] = inOrder.terms
  const linear = linearPredictors(sorted, inOrder)
  const K = model.predictors.length
  const rows = rowModel(model.family, model.link, K, sorted.response)
  const { start } = structure
  const levels = start.length - 1
  const modes = points.map((parameters) => likelihood.modes(parameters).terms[0])
  const lattices = Array.from({ length: levels }, (_, g) => levelLattice(modes, weights, g))
  const largest = lattices.reduce((most, { sums }) => Math.max(most, sums.length), 0)
  const eta = new Float64Array(K * largest)
  const logs = new Float64Array(largest)
  const logDensity = new Float64Array(largest)
  const scores = new Float64Array(K * largest)

  points.forEach((parameters, p) => {
    const { mode, sd } = modes[p]
    linear.update(parameters)
    const sigma = linear.lambdas[0][0]
    for (let g = 0; g < levels; g++) {
      const { from, width, sums, normals } = lattices[g]
      if (sd[g] < narrow * width) {
        normals.push([weights[p], mode[g], sd[g]])
        continue
      }
      // The part of the lattice where this conditional density is.
      const first = Math.max(0, Math.ceil((mode[g] - reach * sd[g] - from) / width))
      const count = Math.min(sums.length, Math.floor((mode[g] + reach * sd[g] - from) / width) + 1) - first
      for (let k = 0; k < count; k++) logs[k] = -0.5 * ((from + width * (first + k)) / sigma) ** 2
      for (let i = start[g]; i < start[g + 1]; i++) {
        for (let l = 0; l < K; l++) {
          const slope = l === predictor ? linear.multipliers[i] / sigma : 0
          const offset = linear.fixed[l][i] + slope * (from + width * first)
          for (let k = 0; k < count; k++) eta[l * count + k] = offset + slope * width * k
        }
        rows.atPoints(i, eta, count, logDensity, scores, 0)
        for (let k = 0; k < count; k++) logs[k] += logDensity[k]
      }
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
  return lattices.map(marginalOf)
}

interface LevelLattice {
  readonly from: number
  readonly width: number
  /** Mass at each place. */
  readonly sums: Float64Array
  /** Weight, mean and standard deviation of the narrow ones. */
  readonly normals: (readonly [number, number, number])[]
}

function levelLattice(
  modes: readonly { readonly mode: Float64Array; readonly sd: Float64Array }[],
  weights: Float64Array,
  g: number,
): LevelLattice {
  const bySd = [...modes.keys()].sort((a, b) => modes[a].sd[g] - modes[b].sd[g])
  let passed = 0
  let finest = 0
  for (const p of bySd) {
    finest = modes[p].sd[g]
    passed += weights[p]
    if (passed > narrowShare) break
  }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { mode, sd } of modes) {
    low = Math.min(low, mode[g] - reach * sd[g])
    high = Math.max(high, mode[g] + reach * sd[g])
  }
  const width = Math.max(step * finest, (high - low) / mostPlaces)
  return { from: low, width, sums: new Float64Array(Math.ceil((high - low) / width) + 1), normals: [] }
}

function marginalOf({ from, width, sums, normals }: LevelLattice): EffectMarginal {
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
