import { pairIndex } from '../../families/derivative-order.js'
import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import { productRule } from '../../numerics/product-rule.js'
import type { EffectDensity } from '../frame/conditional-effects.js'
import { effectOf, linearPredictors } from '../frame/linear-predictors.js'
import { rowModel } from '../frame/row-model.js'
import { type RowsByLevel, rowsByLevel } from '../frame/level-structure.js'
import type { Stated } from '../frame/stated.js'

/** The density of each of the effects b = Lambda u of each level of one factor; those of all its terms count together. */
export interface EffectDensities {
  /** Goes to outer parameters, with the linear predictors at the conditional modes there: what follows is given them. */
  readonly place: (parameters: Float64Array, eta: readonly Float64Array[]) => void
  readonly of: (level: number, effect: number) => EffectDensity
}

/** Q = I - 2 a a', and what b_e is of v_1. */
interface Reflection {
  readonly scale: number
  readonly along: Float64Array
}

/**
 * A reflection u = Q v of the spherical effects, whose first column lies along row e of Lambda, makes b_e a multiple of v_1
 * and leaves the prior as it is, whatever the rank of Lambda. At each v_1 the others take an adaptive product rule (Pinheiro
 * and Chao 2006) with `nodes` a direction, around their mean given v_1 under the Gaussian approximation at the joint mode
 * and with its precision.
 */
export function effectDensities({ stated, structure, order }: RowsByLevel, nodes: number): EffectDensities {
  const { q, start } = structure
  const levels = start.length - 1
  const K = stated.model.predictors.length
  const linear = linearPredictors(stated)
  const { slots, fixed, multipliers: a, lambdas } = linear
  const perRow = slots.length
  const effect = effectOf(linear)
  const rows = rowModel(stated)
  const rule = productRule(nodes, q - 1)
  const mode = new Float64Array(levels * q) // of u
  const H = new Float64Array(levels * q * q) // -h'' there
  const factors = new Float64Array(levels * q * q) // its Cholesky factors
  const rowsOfLambda = Array.from({ length: q }, () => new Float64Array(q))
  const reflected = new Float64Array(q * q)
  const rest = new Float64Array((q - 1) ** 2)
  const slope = new Float64Array(q - 1)
  const spread = new Float64Array(q - 1)
  const column = new Float64Array(q)
  const direction = new Float64Array(q)
  const origins = new Float64Array(rule.count * q)
  let reflections: readonly Reflection[] = []
  let size = 0
  let eta = new Float64Array(0)
  let logs = new Float64Array(0)
  let rowLog = new Float64Array(0)
  let scores = new Float64Array(0)
  const grow = (points: number): void => {
    if (points <= size) return
    size = points
    eta = new Float64Array(K * size)
    logs = new Float64Array(size)
    rowLog = new Float64Array(size)
    scores = new Float64Array(K * size)
  }

  /** Mode and curvature of each level from the rows' derivatives; where rounding leaves it indefinite, the prior's. */
  function curvature(g: number): void {
    const own = H.subarray(g * q * q, (g + 1) * q * q).fill(0)
    const factor = factors.subarray(g * q * q, (g + 1) * q * q)
    mode.fill(0, g * q, (g + 1) * q)
    for (let e = 0; e < q; e++) own[e * (q + 1)] = 1
    for (let s = 0; s < perRow; s++) {
      const e = effect[s]
      for (let i = start[g]; i < start[g + 1]; i++)
        mode[g * q + e] += rows.d1[slots[s].predictor][i] * a[i * perRow + s] // h' = 0
      for (let t = 0; t < perRow; t++) {
        const second = rows.d2[pairIndex(slots[s].predictor, slots[t].predictor)]
        let sum = own[e * q + effect[t]]
        for (let i = start[g]; i < start[g + 1]; i++) sum -= second[i] * a[i * perRow + s] * a[i * perRow + t]
        own[e * q + effect[t]] = sum
      }
    }
    factor.set(own)
    if (cholesky(factor, q)) return
    for (let at = 0; at < q * q; at++) own[at] = Number(at % (q + 1) === 0)
    factor.set(own)
  }

  /** That of a row of Lambda. */
  function reflection(row: Float64Array): Reflection {
    const length = Math.hypot(...row)
    const sign = row[0] < 0 ? -1 : 1
    const along = row.map((one) => one / length)
    along[0] += sign
    const norm = Math.hypot(...along)
    return { scale: -sign * length, along: along.map((one) => one / norm) }
  }

  /** Q x in place. */
  function reflect(along: Float64Array, x: Float64Array): void {
    let dot = 0
    for (let j = 0; j < q; j++) dot += along[j] * x[j]
    for (let j = 0; j < q; j++) x[j] -= 2 * dot * along[j]
  }

  /** Q H Q of level g into `reflected`; the factor of its lower corner into `rest`, the regression on v_1 into `slope`. */
  function regression(g: number, along: Float64Array): void {
    for (let j = 0; j < q; j++) {
      column.set(H.subarray((g * q + j) * q, (g * q + j + 1) * q))
      reflect(along, column)
      reflected.set(column, j * q)
    }
    for (let j = 0; j < q; j++) {
      for (let i = 0; i < q; i++) column[i] = reflected[i * q + j]
      reflect(along, column)
      for (let i = 0; i < q; i++) reflected[i * q + j] = column[i]
    }
    for (let i = 1; i < q; i++) {
      slope[i - 1] = -reflected[i * q]
      for (let j = 1; j < q; j++) rest[(i - 1) * (q - 1) + j - 1] = reflected[i * q + j]
    }
    cholesky(rest, q - 1)
    forwardSolve(rest, q - 1, slope)
    backwardSolve(rest, q - 1, slope)
  }

  /** Conditional mode of effect e of level g, and its standard deviation by the curvature there. */
  const around = (g: number, e: number): Pick<EffectDensity, 'center' | 'sd'> => {
    const row = rowsOfLambda[e]
    let center = 0
    for (let s = 0; s < q; s++) center += row[s] * mode[g * q + s]
    column.set(row)
    forwardSolve(factors.subarray(g * q * q, (g + 1) * q * q), q, column)
    return { center, sd: Math.hypot(...column) }
  }

  return {
    place: (parameters, etaAtModes) => {
      linear.update(parameters)
      etaAtModes.forEach((at, k) => {
        for (let i = 0; i < order.length; i++) rows.eta[k][i] = at[order[i]]
      })
      rows.evaluate(0, order.length)
      for (let g = 0; g < levels; g++) curvature(g)
      let first = 0
      for (const lambda of lambdas) {
        const own = Math.sqrt(lambda.length)
        for (let i = 0; i < own; i++) {
          rowsOfLambda[first + i].fill(0)
          rowsOfLambda[first + i].set(lambda.subarray(i * own, (i + 1) * own), first)
        }
        first += own
      }
      reflections = rowsOfLambda.map(reflection)
    },
    of: (g, e) => ({
      ...around(g, e),
      logDensity: (from, width, count) => {
        const { scale, along } = reflections[e]
        regression(g, along)
        const points = count * rule.count
        grow(points)
        // u = origin_j + v_1 direction at point j of the rule.
        const middle = mode.slice(g * q, (g + 1) * q)
        reflect(along, middle)
        direction[0] = 1
        for (let i = 1; i < q; i++) direction[i] = slope[i - 1]
        for (let j = 0; j < rule.count; j++) {
          for (let i = 1; i < q; i++) spread[i - 1] = rule.points[j * (q - 1) + i - 1]
          backwardSolve(rest, q - 1, spread)
          column[0] = 0
          for (let i = 1; i < q; i++) column[i] = middle[i] - direction[i] * middle[0] + spread[i - 1]
          for (let k = 0, at = j * count; k < count; k++, at++) {
            const v = (from + width * k) / scale
            logs[at] = rule.logWeights[j] - 0.5 * v * v
            for (let i = 1; i < q; i++) logs[at] -= 0.5 * (column[i] + direction[i] * v) ** 2
          }
          reflect(along, column)
          origins.set(column, j * q)
        }
        reflect(along, direction)
        for (let i = start[g]; i < start[g + 1]; i++) {
          for (let l = 0; l < K; l++) {
            let rise = 0
            for (let s = 0; s < perRow; s++)
              if (slots[s].predictor === l) rise += a[i * perRow + s] * direction[effect[s]]
            for (let j = 0, at = l * points; j < rule.count; j++) {
              let base = fixed[l][i] + (rise * from) / scale
              for (let s = 0; s < perRow; s++)
                if (slots[s].predictor === l) base += a[i * perRow + s] * origins[j * q + effect[s]]
              for (let k = 0; k < count; k++, at++) eta[at] = base + ((rise * width) / scale) * k
            }
          }
          rows.atPoints(i, eta, points, rowLog, scores, 0)
          for (let at = 0; at < points; at++) logs[at] += rowLog[at]
        }
        for (let k = 0; k < count; k++) {
          let high = Number.NEGATIVE_INFINITY
          for (let at = k; at < points; at += count) high = Math.max(high, logs[at])
          if (high === Number.NEGATIVE_INFINITY) continue
          let sum = 0
          for (let at = k; at < points; at += count) sum += Math.exp(logs[at] - high)
          logs[k] = high + Math.log(sum)
        }
        return logs
      },
    }),
  }
}

/** The density of one effect of a level at outer parameters, found with so many nodes a direction. */
export type LevelDensities = (
  x: Float64Array,
  eta: () => readonly Float64Array[],
  nodes: number,
  level: number,
  effect: number,
) => EffectDensity

/** One set of densities for each number of nodes, placed anew where x is another array than the last. */
export function levelDensities(stated: Stated): LevelDensities {
  let byLevel: RowsByLevel | null = null
  const made = new Map<number, { readonly densities: EffectDensities; at: Float64Array | null }>()
  return (x, eta, nodes, level, effect) => {
    byLevel ??= rowsByLevel(stated, stated.layout)
    const own = made.get(nodes) ?? { densities: effectDensities(byLevel, nodes), at: null }
    made.set(nodes, own)
    if (own.at !== x) own.densities.place(x, eta())
    own.at = x
    return own.densities.of(level, effect)
  }
}
