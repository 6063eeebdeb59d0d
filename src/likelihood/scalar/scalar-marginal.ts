import { farthest } from '../../families/shift-kernel.js'
import type { QuadratureRule } from '../../numerics/gauss-hermite.js'
import { emptyMode, findMode, type ModeResult } from './conditional-mode.js'
import { fixedGradient, fixedPredictor, type GroupedRows } from '../frame/grouped-rows.js'
import type { NodeScratch, Scratch } from '../frame/scratch.js'

/**
 * Log marginal likelihood of a model with one scalar random effect, u integrated out level by level with the
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
 * `byLevel`, where given, receives each level's log L_g.
 */
export function scalarMarginal(
  rows: GroupedRows,
  work: Scratch,
  nodeWork: NodeScratch,
  rule: QuadratureRule,
  parameters: Float64Array,
  gradient: Float64Array | null,
  byLevel: Float64Array | null,
): number {
  const { p, start } = rows
  const sigma = parameters[p]
  const levels = start.length - 1
  const mode = emptyMode()
  const sums: NodeSums = { mass: 1, a: 0, b: 0, direct: 0 }
  const laplace = rule.nodes.length === 1
  let total = 0
  let sigmaGradient = 0
  fixedPredictor(rows, parameters, work.fixed)
  for (let g = 0; g < levels; g++) {
    if (!findMode(rows, work, sigma, g, mode)) return Number.NEGATIVE_INFINITY
    if (laplace) sumAtMode(rows, work, sigma, g, mode, sums)
    else sumOverNodes(rows, work, nodeWork, rule, sigma, g, mode, sums)
    const logL = mode.height - 0.5 * Math.log(mode.curvature) + Math.log(sums.mass)
    if (!(logL > Number.NEGATIVE_INFINITY && logL < Number.POSITIVE_INFINITY)) return Number.NEGATIVE_INFINITY
    total += logL
    if (byLevel) byLevel[g] = logL
    if (gradient) sigmaGradient += levelGradient(rows, work, sigma, g, mode, sums)
  }
  if (gradient) {
    fixedGradient(rows, work.rowWeight, gradient)
    gradient[p] = sigmaGradient
  }
  return total
}

/** Sums over the nodes of one level; the mean score of each row goes to rowWeight. */
interface NodeSums {
  /** The sum itself, relative to exp(h(m)). */
  mass: number
  /** Means over the nodes, by share, of h'(u_k), of z_k h'(u_k), and of the derivative in sigma at fixed u. */
  a: number
  b: number
  direct: number
}

/** The sums of one node, the mode, where everything is known already. */
function sumAtMode(rows: GroupedRows, work: Scratch, sigma: number, g: number, mode: ModeResult, sums: NodeSums): void {
  const { z, start } = rows
  const { d1, rowWeight } = work
  let slope = 0
  for (let i = start[g]; i < start[g + 1]; i++) {
    slope += z[i] * d1[i]
    rowWeight[i] = d1[i]
  }
  sums.mass = 1
  sums.a = sigma * slope - mode.u
  sums.b = 0
  sums.direct = mode.u * slope
}

/** The sums over all nodes. */
function sumOverNodes(
  rows: GroupedRows,
  work: Scratch,
  nodeWork: NodeScratch,
  { nodes, logWeights }: QuadratureRule,
  sigma: number,
  g: number,
  mode: ModeResult,
  sums: NodeSums,
): void {
  const { u, share, divisor, slope } = nodeWork
  const count = nodes.length
  const whole = heightsAtNodes(rows, work, nodeWork, nodes, sigma, g, mode)
  let mass = 0
  let a = 0
  let b = 0
  let direct = 0
  for (let k = 0; k < count; k++) {
    const zk = nodes[k]
    const part = Math.exp(logWeights[k] + 0.5 * zk * zk + share[k] - mode.height) / divisor[k]
    const hPrime = sigma * slope[k] - u[k]
    share[k] = part
    mass += part
    a += part * hPrime
    b += part * zk * hPrime
    direct += part * u[k] * slope[k]
  }
  const perMass = 1 / mass
  for (let k = 0; k < count; k++) share[k] *= perMass
  sums.mass = mass
  sums.a = a * perMass
  sums.b = b * perMass
  sums.direct = direct * perMass
  const { rowWeight } = work
  if (whole) {
    rows.shifted!.mean(share, count, nodeWork.d1, rowWeight)
    return
  }
  const { d1 } = nodeWork
  for (let i = rows.start[g], at = 0; i < rows.start[g + 1]; i++, at += count) {
    let sum = 0
    for (let k = 0; k < count; k++) sum += share[k] * d1[at + k]
    rowWeight[i] = sum
  }
}

/**
 * The nodes u_k of level g, h(u_k) + log divisor_k into `share` and the sums of z times the rows' first derivatives into `slope`. True if
 * the shift kernel did it. Otherwise row by row, each at all nodes: the innermost loops run over the nodes, long enough
 * to be fast; first derivatives go to d1 and, where given, second ones to d2 (rows x nodes).
 */
export function heightsAtNodes(
  rows: GroupedRows,
  work: Scratch,
  { u, eta, logDensity, share, divisor, slope, d1 }: NodeScratch,
  nodes: Float64Array,
  sigma: number,
  g: number,
  mode: ModeResult,
  d2?: Float64Array,
): boolean {
  const { z, start, kernel, shifted } = rows
  const { fixed } = work
  const count = nodes.length
  const s = 1 / Math.sqrt(mode.curvature)
  for (let k = 0; k < count; k++) {
    u[k] = mode.u + s * nodes[k]
    share[k] = -0.5 * u[k] * u[k]
    divisor[k] = 1
    slope[k] = 0
  }
  const reach = Math.abs(sigma) * Math.max(Math.abs(u[0]), Math.abs(u[count - 1]))
  if (shifted && mode.shifted && reach <= farthest) {
    for (let k = 0; k < count; k++) eta[k] = sigma * u[k]
    shifted.atShifts(eta, count, share, divisor, slope, d1)
    return true
  }
  for (let i = start[g], at = 0; i < start[g + 1]; i++, at += count) {
    const offset = fixed[i]
    const zi = z[i]
    const scale = sigma * zi
    for (let k = 0; k < count; k++) eta[k] = offset + scale * u[k]
    kernel.atNodes(i, eta, count, logDensity, d1, at, d2)
    for (let k = 0; k < count; k++) {
      share[k] += logDensity[k]
      slope[k] += zi * d1[at + k]
    }
  }
  return false
}

/** Adds to level g's row weights what comes of the moving mode and curvature; returns its derivative in sigma. */
function levelGradient(
  rows: GroupedRows,
  work: Scratch,
  sigma: number,
  g: number,
  mode: ModeResult,
  sums: NodeSums,
): number {
  const { z, start } = rows
  const { d1, d2, d3, rowWeight } = work
  const from = start[g]
  const to = start[g + 1]
  const { u: m, curvature } = mode
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
  const perH = (-0.5 / curvature) * (1 + sums.b / Math.sqrt(curvature)) // d log L / d H at fixed mode
  const perMode = sums.a - perH * sigma * sigma * sigma * third // d log L / d m, H moving along
  const viaMode = (perMode * sigma) / curvature
  const viaCurvature = perH * sigma * sigma
  for (let i = from; i < to; i++) rowWeight[i] += z[i] * (viaMode * d2[i] - viaCurvature * z[i] * d3[i])
  return (
    sums.direct +
    (perMode * (slope + sigma * m * mixed)) / curvature -
    perH * (2 * sigma * mixed + sigma * sigma * m * third)
  )
}
