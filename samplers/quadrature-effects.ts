import { clustering } from '../src/likelihood/cluster-structure.js'
import type { Likelihood } from '../src/likelihood/likelihood.js'
import { linearPredictors } from '../src/likelihood/linear-predictors.js'
import { parameterLayout } from '../src/likelihood/parameter-layout.js'
import { rowModel } from '../src/likelihood/row-model.js'
import { gaussHermite } from '../src/numerics/gauss-hermite.js'
import { hermiteAt, hermiteCdf } from './quadrature-grid.js'

/** The posterior of one effect. */
export interface EffectMarginal {
  readonly mean: number
  readonly sd: number
  readonly cdf: (t: number) => number
}

/**
 * The posterior of each level's scalar effect b: the mixture, over the points of a grid of outer parameters with their
 * weights, of its conditional densities. Each of these stands in Hermite polynomials around its own mode and curvature
 * (see gridCdf), through `nodes` nodes; nothing is taken for normal.
 */
export function effectMarginals(
  likelihood: Likelihood,
  points: readonly Float64Array[],
  weights: Float64Array,
  nodes: number,
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
  const { nodes: z, logWeights } = gaussHermite(nodes)
  const h = hermiteAt(z, nodes)
  const logShare = new Float64Array(nodes)
  const eta = new Float64Array(K * nodes)
  const logDensity = new Float64Array(nodes)
  const scores = new Float64Array(K * nodes)
  // Of each level and point: the mode of b and its standard deviation there, then the coefficients, times the weight.
  const stride = 2 + nodes
  const table = new Float64Array(levels * points.length * stride)
  const first = new Float64Array(levels)
  const second = new Float64Array(levels)

  points.forEach((parameters, p) => {
    const [{ mode, sd }] = likelihood.modes(parameters).terms
    linear.update(parameters)
    const sigma = linear.lambdas[0][0]
    for (let g = 0; g < levels; g++) {
      for (let k = 0; k < nodes; k++) {
        const u = (mode[g] + sd[g] * z[k]) / sigma
        logShare[k] = logWeights[k] + 0.5 * z[k] * z[k] - 0.5 * u * u
      }
      for (let i = start[g]; i < start[g + 1]; i++) {
        for (let l = 0; l < K; l++) {
          const slope = l === predictor ? linear.multipliers[i] / sigma : 0
          for (let k = 0; k < nodes; k++) eta[l * nodes + k] = linear.fixed[l][i] + slope * (mode[g] + sd[g] * z[k])
        }
        rows.atPoints(i, eta, nodes, logDensity, scores, 0)
        for (let k = 0; k < nodes; k++) logShare[k] += logDensity[k]
      }
      let high = Number.NEGATIVE_INFINITY
      for (let k = 0; k < nodes; k++) high = Math.max(high, logShare[k])
      let mass = 0
      for (let k = 0; k < nodes; k++) {
        logShare[k] = Math.exp(logShare[k] - high)
        mass += logShare[k]
      }
      const at = (g * points.length + p) * stride
      table[at] = mode[g]
      table[at + 1] = sd[g]
      for (let k = 0; k < nodes; k++) {
        const share = (weights[p] * logShare[k]) / mass
        const b = mode[g] + sd[g] * z[k]
        first[g] += share * b
        second[g] += share * b * b
        for (let n = 0; n < nodes; n++) table[at + 2 + n] += share * h[n * nodes + k]
      }
    }
  })
  return Array.from({ length: levels }, (_, g) => ({
    mean: first[g],
    sd: Math.sqrt(second[g] - first[g] * first[g]),
    cdf: (t) => {
      let sum = 0
      for (let at = g * points.length * stride; at < (g + 1) * points.length * stride; at += stride) {
        sum += hermiteCdf((t - table[at]) / table[at + 1], table.subarray(at + 2, at + stride))
      }
      return sum
    },
  }))
}
