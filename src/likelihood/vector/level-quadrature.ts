import { derivativeOrder } from '../../families/derivative-order.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import {
  dampedNewton,
  modeRounding,
  modeTolerance,
  mostModeSteps,
  type NewtonSearch,
  type NewtonTarget,
} from '../../numerics/damped-newton.js'
import type { ProductRule } from '../../numerics/product-rule.js'
import type { LevelStructure } from '../frame/level-structure.js'
import { pointsReverse } from './cholesky-reverse.js'
import { effectOf, type LinearPredictors } from '../frame/linear-predictors.js'
import type { Evaluate } from '../frame/log-density.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * Log marginal likelihood of a model whose random effects belong to one factor, a vector u of q a level integrated
 * out with an adaptive product rule (Pinheiro and Chao 2006): with mode m, H = -h''(m) = C C' and points z_k,
 *
 *   log L_g = -log |C| + log sum_k w_k exp(|z_k|^2 / 2 + h(m + C'^-1 z_k)).
 *
 * The gradient is exact for every rule. With P_k the share of point k, e_k = C'^-1 z_k and a_k = C^-1 h'(u_k), the
 * derivative in C is -diag(1 / C_ii) - tril(sum P_k e_k a_k'); the reverse of the Cholesky factorization takes it to H,
 * from there by third derivatives to the linear predictors, and sum P_k h'(u_k) with it through the mode.
 *
 * The evaluator's levels are the levels; offsets are in the order of its rows.
 */
export function levelQuadrature(
  { q, start }: LevelStructure,
  linear: LinearPredictors,
  rows: RowModel,
  rule: ProductRule,
): Evaluate {
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, space, eta, d1, d2, d3 } = rows
  const { pair: pairs, triple: triples } = derivativeOrder(K)
  const width = slots.length
  const levels = start.length - 1
  const n = start[levels]
  const { count, points, logWeights } = rule
  let largest = 0
  for (let g = 0; g < levels; g++) largest = Math.max(largest, start[g + 1] - start[g])
  const predictorOf = Int32Array.from(slots, (slot) => slot.predictor)
  const effect = effectOf(linear)
  const vector = (): Float64Array => space.vector(q)
  const matrix = (): Float64Array => space.vector(q * q)
  const mode = vector()
  const step = vector()
  const slope = vector()
  const v = vector()
  const c = matrix() // H, then its Cholesky factor in the lower triangle
  const inH = matrix()
  const spread = space.vector(count * q) // e_k
  const share = space.vector(count)
  const slopes = space.vector(count * q) // h'(u_k)
  const pointEta = space.vector(count * K)
  const pointLog = space.vector(count)
  const score = space.vector(largest * K * count)
  const levelPoints = { count, share, slopes, spread }
  const reverse = pointsReverse(q, c, v, inH, space)
  const inFixed = eta.map(() => space.vector(n))
  const inMultipliers = space.vector(n * width)
  const along = space.vector(K)
  const inEta = space.vector(K)
  const applied = space.vector(width * K) // inH A_l at each slot

  /** h at `mode` with the rows' derivatives there. */
  function height(from: number, to: number): number {
    for (let k = 0; k < K; k++) for (let i = from; i < to; i++) eta[k][i] = fixed[k][i]
    for (let i = from, at = from * width; i < to; i++) {
      for (let s = 0; s < width; s++, at++) eta[predictorOf[s]][i] += a[at] * mode[effect[s]]
    }
    let h = rows.evaluate(from, to)
    for (let e = 0; e < q; e++) h -= 0.5 * mode[e] * mode[e]
    return h
  }

  /** H at the mode into `c`, factorized; where `concave`, with an information that is positive semidefinite. */
  function curvature(from: number, to: number, concave: boolean): boolean {
    const seconds = concave ? rows.concave(from, to) : d2
    c.fill(0)
    for (let e = 0; e < q; e++) c[e * q + e] = 1
    for (let i = from; i < to; i++) {
      const row = i * width
      for (let s = 0; s < width; s++) {
        for (let t = 0; t < width; t++) {
          const second = seconds[pairs[predictorOf[s] * K + predictorOf[t]]][i]
          c[effect[s] * q + effect[t]] -= second * a[row + s] * a[row + t]
        }
      }
    }
    return cholesky(c, q)
  }

  /** The rows of the level whose mode is searched. */
  let [first, end] = [0, 0]
  const target: NewtonTarget = {
    height: () => height(first, end),
    fillSlope: () => {
      for (let e = 0; e < q; e++) slope[e] = -mode[e]
      for (let i = first, at = first * width; i < end; i++) {
        for (let s = 0; s < width; s++, at++) slope[effect[s]] += d1[predictorOf[s]][i] * a[at]
      }
    },
    factorize: (concave) => curvature(first, end, concave),
    solve: () => {
      forwardSolve(c, q, step)
      backwardSolve(c, q, step)
    },
  }
  const search: NewtonSearch = { x: mode, slope, step, rounded: modeRounding, maxSteps: mostModeSteps }

  /** From 0. Returns h at the mode, -Infinity on failure. */
  function findMode(from: number, to: number): number {
    first = from
    end = to
    mode.fill(0)
    return dampedNewton(target, search, 0, q, height(from, to), modeTolerance * q)
  }

  /** Fills the points' shares (summing to 1), slopes and the rows' scores; returns the log of the sum over points. */
  function sumOverPoints(from: number, to: number, h: number): number {
    for (let k = 0; k < count; k++) {
      const e = spread.subarray(k * q, (k + 1) * q)
      for (let j = 0; j < q; j++) e[j] = points[k * q + j]
      backwardSolve(c, q, e)
      share[k] = 0
      for (let j = 0; j < q; j++) {
        const u = mode[j] + e[j]
        share[k] -= 0.5 * u * u
        slopes[k * q + j] = -u
      }
    }
    for (let i = from; i < to; i++) {
      const row = i * width
      for (let k = 0; k < K; k++) pointEta.fill(fixed[k][i], k * count, (k + 1) * count)
      for (let s = 0; s < width; s++) {
        const first = predictorOf[s] * count
        const e = effect[s]
        const multiplier = a[row + s]
        for (let k = 0; k < count; k++) pointEta[first + k] += multiplier * (mode[e] + spread[k * q + e])
      }
      const at = (i - from) * K * count
      rows.atPoints(i, pointEta, count, pointLog, score, at)
      for (let k = 0; k < count; k++) share[k] += pointLog[k]
      for (let s = 0; s < width; s++) {
        const first = at + predictorOf[s] * count
        for (let k = 0; k < count; k++) slopes[k * q + effect[s]] += a[row + s] * score[first + k]
      }
    }
    let mass = 0
    for (let k = 0; k < count; k++) {
      share[k] = Math.exp(logWeights[k] + share[k] - h)
      mass += share[k]
    }
    for (let k = 0; k < count; k++) share[k] /= mass
    return Math.log(mass)
  }

  /** Derivatives of the level's log L in its rows' fixed parts and multipliers. */
  function rowDerivatives(from: number, to: number): void {
    // v collects the derivative in the mode.
    reverse(levelPoints)

    for (let i = from; i < to; i++) {
      const row = i * width
      const at = (i - from) * K * count
      applied.fill(0)
      for (let s = 0; s < width; s++) {
        for (let t = 0; t < width; t++) {
          applied[s * K + predictorOf[t]] += inH[effect[s] * q + effect[t]] * a[row + t]
        }
      }
      for (let j = 0; j < K; j++) {
        let third = 0
        for (let s = 0; s < width; s++) {
          const first = (j * K + predictorOf[s]) * K
          for (let l = 0; l < K; l++) third -= d3[triples[first + l]][i] * a[row + s] * applied[s * K + l]
        }
        inEta[j] = third
        let mean = 0
        for (let k = 0; k < count; k++) mean += share[k] * score[at + j * count + k]
        inFixed[j][i] = mean + third
      }
      for (let s = 0; s < width; s++) {
        const k = predictorOf[s]
        const e = effect[s]
        v[e] += inEta[k] * a[row + s]
        let direct = inEta[k] * mode[e]
        for (let point = 0; point < count; point++) {
          direct += share[point] * score[at + k * count + point] * (mode[e] + spread[point * q + e])
        }
        for (let l = 0; l < K; l++) direct -= 2 * d2[pairs[k * K + l]][i] * applied[s * K + l]
        inMultipliers[row + s] = direct
      }
    }
    forwardSolve(c, q, v)
    backwardSolve(c, q, v)
    for (let i = from; i < to; i++) {
      const row = i * width
      along.fill(0)
      for (let s = 0; s < width; s++) along[predictorOf[s]] += a[row + s] * v[effect[s]]
      for (let j = 0; j < K; j++) {
        let viaMode = 0
        for (let k = 0; k < K; k++) viaMode += d2[pairs[j * K + k]][i] * along[k]
        inEta[j] = viaMode
        inFixed[j][i] += viaMode
      }
      for (let s = 0; s < width; s++) {
        const k = predictorOf[s]
        inMultipliers[row + s] += inEta[k] * mode[effect[s]] + d1[k][i] * v[effect[s]]
      }
    }
  }

  return (parameters, gradient, byCluster, offsets) => {
    linear.update(parameters, offsets)
    let total = 0
    for (let g = 0; g < levels; g++) {
      const from = start[g]
      const to = start[g + 1]
      const h = findMode(from, to)
      if (h === Number.NEGATIVE_INFINITY) return h
      let logL = h + sumOverPoints(from, to, h)
      for (let j = 0; j < q; j++) logL -= Math.log(c[j * q + j])
      if (!Number.isFinite(logL)) return Number.NEGATIVE_INFINITY
      total += logL
      if (byCluster) byCluster[g] = logL
      if (gradient) rowDerivatives(from, to)
    }
    if (gradient) linear.gradient(inFixed, inMultipliers, gradient)
    return total
  }
}
