import type { QuadratureRule } from '../numerics/gauss-hermite.js'
import { findMode, type ModeResult, type Scratch } from './conditional-mode.js'
import { fixedGradient, fixedPredictor, type GroupedRows } from './grouped-rows.js'

/**
 * Log marginal likelihood of a model with one scalar random effect, u integrated out cluster by cluster with the
 * adaptive Gauss-Hermite rule (Liu and Pierce 1994; Pinheiro and Bates 1995): with mode m, s = (-h''(m))^(-1/2)
 * and nodes z_k of weight w_k against the normal density,
 *
 *   log L_g = log s + log sum_k w_k exp(z_k^2 / 2 + h(m + s z_k)),      h(u) = log p(y_g | u) - u^2 / 2.
 *
 * One node is Laplace's approximation. `parameters` is (beta, sigma). Returns log L, or -Infinity out of support.
 *
 * The gradient is the exact derivative of that sum for every number of nodes. m and s move with the parameters:
 * dm = (dh') / -h'' and ds = -s^3 d(-h'') / 2, the latter by third derivatives (implicit differentiation). Writing
 * P_k for node k's share of the sum, A = sum P_k h'(u_k) and V = 1 / s + sum P_k z_k h'(u_k), it is
 * sum P_k dh(u_k) + A dm + V ds, and collects into one weight a row, times X.
 *
 * `clusters`, where given, receives each cluster's log L_g.
 */
export function scalarMarginal(
  rows: GroupedRows,
  work: Scratch,
  rule: QuadratureRule,
  parameters: Float64Array,
  gradient: Float64Array | null,
  clusters: Float64Array | null,
): number {
  const { p, z, start, kernel } = rows
  const { fixed, eta, d1, d2, d3, score: nodeScore, mean, rowWeight } = work
  const { nodes, logWeights } = rule
  const sigma = parameters[p]
  const blocks = start.length - 1
  const mode: ModeResult = { u: 0, height: 0, curvature: 1 }
  let total = 0
  let sigmaGradient = 0
  fixedPredictor(rows, parameters, fixed)

  for (let g = 0; g < blocks; g++) {
    const from = start[g]
    const to = start[g + 1]
    if (!findMode(rows, work, sigma, g, mode)) return Number.NEGATIVE_INFINITY
    const { u: m, height, curvature } = mode
    const s = 1 / Math.sqrt(curvature)

    let mass = 0
    let sumA = 0 // of mass * h'(u_k)
    let sumB = 0 // of mass * z_k * h'(u_k)
    let direct = 0 // of mass * the derivative in sigma at fixed u
    for (let i = from; i < to; i++) mean[i] = 0
    for (let k = 0; k < nodes.length; k++) {
      const zk = nodes[k]
      const u = m + s * zk
      // The middle node is the mode itself, where everything is known already.
      const central = zk === 0
      const score = central ? d1 : nodeScore
      let h = height
      if (!central) {
        for (let i = from; i < to; i++) eta[i] = fixed[i] + sigma * z[i] * u
        h = (gradient ? kernel.score(eta, from, to, score) : kernel.value(eta, from, to)) - 0.5 * u * u
      }
      const share = Math.exp(logWeights[k] + 0.5 * zk * zk + h - height)
      mass += share
      if (!gradient) continue
      let slope = 0
      for (let i = from; i < to; i++) {
        slope += z[i] * score[i]
        mean[i] += share * score[i]
      }
      const hPrime = sigma * slope - u
      sumA += share * hPrime
      sumB += share * zk * hPrime
      direct += share * u * slope
    }
    const logL = height + Math.log(s) + Math.log(mass)
    if (!(Math.abs(logL) < Number.POSITIVE_INFINITY)) return Number.NEGATIVE_INFINITY
    total += logL
    if (clusters) clusters[g] = logL
    if (!gradient) continue

    // Derivatives of the mode and of the curvature H = -h''(m) = 1 - sigma^2 sum z^2 d2.
    let slope = 0
    let mixed = 0 // sum z^2 d2, so that dh'/dsigma = slope + sigma m mixed
    let third = 0 // sum z^3 d3
    for (let i = from; i < to; i++) {
      const zi = z[i]
      slope += zi * d1[i]
      mixed += zi * zi * d2[i]
      third += zi * zi * zi * d3[i]
    }
    const perH = (-0.5 * s * s * s * sumB) / mass - 0.5 * s * s // d log L / d H at fixed mode
    const perMode = sumA / mass - perH * sigma * sigma * sigma * third // d log L / d m, H moving along
    const viaMode = (perMode * sigma) / curvature
    const viaCurvature = perH * sigma * sigma
    for (let i = from; i < to; i++) {
      rowWeight[i] = mean[i] / mass + z[i] * (viaMode * d2[i] - viaCurvature * z[i] * d3[i])
    }
    sigmaGradient +=
      direct / mass +
      (perMode * (slope + sigma * m * mixed)) / curvature -
      perH * (2 * sigma * mixed + sigma * sigma * m * third)
  }

  if (gradient) {
    fixedGradient(rows, rowWeight, gradient)
    gradient[p] = sigmaGradient
  }
  return total
}
