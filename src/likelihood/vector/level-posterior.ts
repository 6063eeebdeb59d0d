import type { RandomTerm } from '../../data/model.js'
import type { ResponseData } from '../../families/response-data.js'
import { densitySize } from '../../families/row-density.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import { positivePart } from '../../numerics/positive-part.js'
import { type ProductRule, productRule } from '../../numerics/product-rule.js'
import { hasOneFactor } from '../frame/level-structure.js'
import { countingSort } from '../frame/grouped-rows.js'
import { effectOf, type LinearPredictors, linearPredictors } from '../frame/linear-predictors.js'
import { rowDensity, rowKernel } from '../frame/row-kernel.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'
import { pairIndex } from '../../families/derivative-order.js'

/** The posterior of one level's spherical effects given its rows, on the nodes of its adaptive rule. */
export interface LevelNodes {
  readonly level: number
  /** Nodes. */
  readonly count: number
  /** Each node's share of the integral; they sum to one. */
  readonly share: Float64Array
  /** Logarithm of the integral, the level's log-likelihood. */
  readonly logIntegral: number
  /** The effects u at the nodes, count x q, node after node. */
  readonly u: Float64Array
  /** The level's rows, as numbered in the model. */
  readonly rows: Int32Array
  /** First derivatives of the rows' log densities in each predictor: [predictor][row * count + node]. */
  readonly d1: readonly Float64Array[]
  /** Second ones, by pairs of predictors as `pairIndex` has them. */
  readonly d2: readonly Float64Array[]
}

/** What the rows of each level of the one factor say of its effects. */
export interface LevelPosterior {
  readonly layout: ParameterLayout
  readonly linear: LinearPredictors
  readonly term: RandomTerm
  /** Effects a level. */
  readonly size: number
  /**
   * Calls `see` with each level in turn, at the outer parameters and a response of the model's rows. The nodes are
   * overwritten by the next level. False, at the level where it happens, if a mode is not found.
   */
  readonly visit: (parameters: Float64Array, response: ResponseData, see: (nodes: LevelNodes) => void) => boolean
}

/** Numbers of nodes an effect, from few to many, by the number of effects; more effects are not taken. */
const nodesOf: readonly (readonly number[])[] = [[], [9, 19, 41, 85], [5, 11, 23], [3, 7, 11]]
/** A rule will do if the next finer one changes no level's log-likelihood by more. */
const closeEnough = 1e-3

/**
 * The posterior of the levels' effects by the coarsest rule that integrates the levels of the model's own response at these
 * parameters, or by the finest there is. Null as `levelPosterior`.
 */
export function adequatePosterior(stated: Stated, parameters: Float64Array): LevelPosterior | null {
  let rule = 0
  let coarse = levelPosterior(stated, rule)
  if (!coarse) return null
  const logs = ({ term, visit }: LevelPosterior): Float64Array | null => {
    const out = new Float64Array(term.levels.length)
    const whole = visit(parameters, stated.model.response, ({ level, logIntegral }) => {
      out[level] = logIntegral
    })
    return whole ? out : null
  }
  for (let before = logs(coarse); before; rule++) {
    const fine = levelPosterior(stated, rule + 1)
    const after = fine && logs(fine)
    if (!fine || !after || after.every((one, g) => Math.abs(one - before![g]) <= closeEnough)) return coarse
    before = after
    coarse = fine
  }
  return coarse
}

/** Null where the random effects do not belong to one factor, or are too many a level for a product rule, or the rule is none. */
export function levelPosterior(stated: Stated, rule = 0): LevelPosterior | null {
  const { layout } = stated
  if (!hasOneFactor(layout)) return null
  const q = layout.terms.reduce((sum, { term }) => sum + term.names.length, 0)
  const nodes = nodesOf[q]?.[rule]
  if (nodes === undefined) return null
  const [{ term }] = layout.terms
  const linear = linearPredictors(stated)
  const { start, order } = countingSort(term.index, term.levels.length)
  let largest = 0
  for (let g = 0; g < term.levels.length; g++) largest = Math.max(largest, start[g + 1] - start[g])
  const work = levelWork(stated, linear, largest, productRule(nodes, q))
  return {
    layout,
    linear,
    term,
    size: q,
    visit: (parameters, response, see) => {
      linear.update(parameters)
      const bound = work.bind(response)
      for (let level = 0; level < term.levels.length; level++) {
        const nodes = bound(level, order.subarray(start[level], start[level + 1]))
        if (!nodes) return false
        see(nodes)
      }
      return true
    },
  }
}

const tolerance = 1e-18
const maxSteps = 100

type AtLevel = (level: number, rows: Int32Array) => LevelNodes | null

/** Work space, and the way from a response to each level's nodes. */
function levelWork(
  { model, family }: Stated,
  linear: LinearPredictors,
  largest: number,
  { q, points: z, logWeights, count: most }: ProductRule,
): { readonly bind: (response: ResponseData) => AtLevel } {
  const K = model.predictors.length
  const pairs = (K * (K + 1)) / 2
  const { slots, multipliers: a, fixed } = linear
  const width = slots.length
  const effect = effectOf(linear)
  const columns = (count: number): Float64Array[] =>
    Array.from({ length: count }, () => new Float64Array(largest * most))
  const d1 = columns(K)
  const d2 = columns(pairs)
  const eta = new Float64Array(K * most)
  const at = new Float64Array(K)
  const rowLog = new Float64Array(most)
  const height = new Float64Array(most)
  const share = new Float64Array(most)
  const u = new Float64Array(most * q)
  const mode = new Float64Array(q)
  const slope = new Float64Array(q)
  const H = new Float64Array(q * q)
  const out = new Float64Array(densitySize(K))
  const square = new Float64Array(K * K)

  const bind = (response: ResponseData): AtLevel => {
    const kernel = rowKernel(model, family, response)
    const density = kernel ? null : rowDensity(model, family, response)

    /** The rows at `count` points of u: derivatives, and the sum of the log densities less u'u / 2 into height. */
    const evaluate = (rows: Int32Array, points: Float64Array, count: number): void => {
      for (let k = 0; k < count; k++) {
        let sum = 0
        for (let j = 0; j < q; j++) sum += points[k * q + j] ** 2
        height[k] = -0.5 * sum
      }
      for (let r = 0; r < rows.length; r++) {
        const i = rows[r]
        for (let k = 0; k < K; k++) eta.fill(fixed[k][i], k * count, (k + 1) * count)
        for (let s = 0; s < width; s++) {
          const multiplier = a[i * width + s]
          if (multiplier === 0) continue
          const from = slots[s].predictor * count
          for (let k = 0; k < count; k++) eta[from + k] += multiplier * points[k * q + effect[s]]
        }
        if (kernel) kernel.atNodes(i, eta, count, rowLog, d1[0], r * count, d2[0])
        else
          for (let k = 0; k < count; k++) {
            for (let j = 0; j < K; j++) at[j] = eta[j * count + k]
            density!.at(i, at, out)
            rowLog[k] = out[0]
            for (let j = 0; j < K; j++) d1[j][r * count + k] = out[1 + j]
            for (let j = 0; j < pairs; j++) d2[j][r * count + k] = out[1 + K + j]
          }
        for (let k = 0; k < count; k++) height[k] += rowLog[k]
      }
    }

    /** Makes minus the second derivatives of each row, at one point, positive semidefinite. */
    const makeConcave = (count: number): void => {
      for (let r = 0; r < count; r++) {
        for (let j = 0; j < K; j++) for (let l = 0; l < K; l++) square[j * K + l] = -d2[pairIndex(j, l)][r]
        positivePart(square, K)
        for (let j = 0; j < K; j++) for (let l = 0; l <= j; l++) d2[pairIndex(j, l)][r] = -square[j * K + l]
      }
    }

    /** -h'' at one point, row after row; where `concave`, with what is nearest to it and positive semidefinite in each row. */
    const curvature = (rows: Int32Array, concave: boolean): void => {
      if (concave) makeConcave(rows.length)
      H.fill(0)
      for (let s = 0; s < q; s++) H[s * q + s] = 1
      for (let s = 0; s < width; s++)
        for (let t = 0; t <= s; t++) {
          const [ks, kt] = [slots[s].predictor, slots[t].predictor]
          const second = d2[pairIndex(ks, kt)]
          let sum = 0
          for (let r = 0; r < rows.length; r++) sum += second[r] * a[rows[r] * width + s] * a[rows[r] * width + t]
          const [e, f] = [effect[s], effect[t]]
          H[e * q + f] -= e === f && s !== t ? 2 * sum : sum
        }
    }

    /** Damped Newton steps from u = 0; returns h there and leaves the Cholesky factor of -h'' in H. NaN where it fails. */
    const findMode = (rows: Int32Array): number => {
      mode.fill(0)
      evaluate(rows, mode, 1)
      let h = height[0]
      let last = Number.POSITIVE_INFINITY
      for (let iteration = 0; iteration < maxSteps && Number.isFinite(h); iteration++) {
        for (let e = 0; e < q; e++) slope[e] = -mode[e]
        for (let s = 0; s < width; s++) {
          const first = d1[slots[s].predictor]
          for (let r = 0; r < rows.length; r++) slope[effect[s]] += first[r] * a[rows[r] * width + s]
        }
        curvature(rows, false)
        const definite = cholesky(H, q)
        if (!definite) {
          curvature(rows, true)
          if (!cholesky(H, q)) break
        }
        forwardSolve(H, q, slope)
        const distance = slope.reduce((sum, value) => sum + value * value, 0)
        if (definite && (distance < tolerance || (distance < 1e-8 && distance > 0.25 * last))) return h
        last = distance
        backwardSolve(H, q, slope)
        for (let s = 0; s < q; s++) mode[s] += slope[s]
        evaluate(rows, mode, 1)
        for (let half = 0; half < 60 && !(height[0] >= h - 1e-12 * (1 + Math.abs(h))); half++) {
          for (let s = 0; s < q; s++) {
            slope[s] /= 2
            mode[s] -= slope[s]
          }
          evaluate(rows, mode, 1)
        }
        h = height[0]
      }
      return Number.NaN
    }

    return (level, rows) => {
      const top = findMode(rows)
      if (!Number.isFinite(top)) return null
      for (let k = 0; k < most; k++) {
        const point = u.subarray(k * q, (k + 1) * q)
        point.set(z.subarray(k * q, (k + 1) * q))
        backwardSolve(H, q, point)
        for (let s = 0; s < q; s++) point[s] += mode[s]
      }
      evaluate(rows, u, most)
      let sum = 0
      for (let k = 0; k < most; k++) {
        share[k] = Math.exp(logWeights[k] + height[k] - top)
        if (!(share[k] >= 0)) share[k] = 0
        sum += share[k]
      }
      if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) return null
      for (let k = 0; k < most; k++) share[k] /= sum
      let logIntegral = top + Math.log(sum)
      for (let s = 0; s < q; s++) logIntegral -= Math.log(H[s * (q + 1)])
      return { level, count: most, share, logIntegral, u, rows, d1, d2 }
    }
  }
  return { bind }
}
