import type { QuadratureRule } from '../../numerics/gauss-hermite.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { NestedStructure } from './nested-structure.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * Sums of exp(h) over the nodes of a tree of units, level by level. With u_v = m_v + sum_j spread_vj z_j, the sum over
 * the node of unit v at given nodes z of its ancestors is
 *
 *   F_v(z above) = log sum_k w_k exp(z_k^2 / 2 - u_v^2 / 2 + sum of F over the units just under v, or of its rows' log p),
 *
 * so that a row is evaluated at as many points as the levels' numbers of nodes multiply to, and no more.
 *
 * For the gradient, the means over all nodes, by share of the sum, of every row's scores d and of every unit's -u, and
 * of both times each z, are wanted. They are gathered on the way: when a unit's sum is done, its node is averaged out of
 * what is kept of everything under it, so that what is kept shrinks from level to level.
 */
export interface NestedSum {
  /** The log sum of the tree under `root`; the eta of the rows must be those at the mode. */
  readonly evaluate: (root: number, withMoments: boolean) => number
  /** Mean of predictor k's score of row i, and after it of its products with z_0 ... z_(depth - 1); i in unit `leaf`. */
  readonly rowMoments: (root: number, leaf: number, i: number, k: number) => number
  readonly unitMoments: (root: number, v: number) => number
  readonly moments: Float64Array
}

export function nestedSum(
  { depth, slotAt, levelAt, level, ancestor, firstUnit, rowStart, rowEnd }: NestedStructure,
  { slots, multipliers: a }: LinearPredictors,
  rows: RowModel,
  rules: readonly QuadratureRule[],
  mode: Float64Array,
  spread: Float64Array,
): NestedSum {
  const { predictors: K, space, eta } = rows
  const predictorAt = Int32Array.from(slotAt, (slot) => slots[slot].predictor)
  const counts = rules.map(({ nodes }) => nodes.length)
  const weights = rules.map(({ nodes, logWeights }) => logWeights.map((log, k) => log + 0.5 * nodes[k] * nodes[k]))
  /** Numbers of combinations of nodes of the levels from l on. */
  const combinations = [...counts, 1]
  for (let l = depth - 1; l >= 0; l--) combinations[l] *= combinations[l + 1]
  const points = combinedNodes(rules, combinations)
  const entries = (v: number): number => K * (rowEnd[v] - rowStart[v]) + v - firstUnit[v] + 1
  const most = new Float64Array(depth)
  for (let v = 0; v < level.length; v++) most[level[v]] = Math.max(most[level[v]], entries(v))
  // Level 0 is kept for one combination of the nodes above at a time.
  const kept = Array.from({ length: depth + 1 }, (_, l) =>
    l === 0
      ? space.vector(most[0] * counts[0])
      : space.vector(most[Math.min(l, depth - 1)] * (l + 1) * combinations[l]),
  )
  const sum = combinations.map((count) => space.vector(count))
  const share = combinations.map((count) => space.vector(count))
  const slopes = space.vector((most[0] - 1) * depth)
  const count = counts[0]
  const { nodes } = rules[0]
  const pointEta = space.vector(K * count)
  const pointLog = space.vector(count)

  /** d eta_k / d z_j of every row of a leaf: slopes[(row * K + k) * depth + j]. */
  function fillSlopes(v: number): void {
    slopes.fill(0, 0, (rowEnd[v] - rowStart[v]) * K * depth)
    for (let i = rowStart[v], at = 0; i < rowEnd[v]; i++, at += K * depth) {
      for (let x = 0; x < slotAt.length; x++) {
        const l = levelAt[x]
        const first = at + predictorAt[x] * depth
        const multiplier = a[i * slotAt.length + slotAt[x]]
        const unit = ancestor[v * depth + l] * depth
        for (let j = l; j < depth; j++) slopes[first + j] += multiplier * spread[unit + j]
      }
    }
  }

  /** Adds the rows of leaf v to its sums at combination p of the nodes above; keeps their scores. */
  function addRows(v: number, p: number): void {
    const above = points[1]
    const into = sum[0]
    for (let i = rowStart[v], entry = 0; i < rowEnd[v]; i++, entry += K) {
      for (let k = 0; k < K; k++) {
        const first = (entry + k) * depth
        let base = eta[k][i]
        for (let j = 1; j < depth; j++) base += slopes[first + j] * above[p * depth + j]
        const slope = slopes[first]
        for (let node = 0; node < count; node++) pointEta[k * count + node] = base + slope * nodes[node]
      }
      rows.atPoints(i, pointEta, count, pointLog, kept[0], entry * count)
      for (let node = 0; node < count; node++) {
        const log = pointLog[node]
        into[p * count + node] += log
        // Where a density vanishes its score says nothing, and may not be finite.
        if (log === Number.NEGATIVE_INFINITY) {
          for (let k = 0; k < K; k++) kept[0][(entry + k) * count + node] = 0
        }
      }
    }
  }

  /** Sums over the node of v at combination p of the nodes above; keeps v's own score -u. */
  function sumOut(v: number, p: number): void {
    const l = level[v]
    const terms = sum[l]
    const shares = share[l]
    const first = p * counts[l]
    const own = (entries(v) - 1) * (l === 0 ? count : (l + 1) * combinations[l]) + (l === 0 ? 0 : first)
    let center = mode[v]
    for (let j = l + 1; j < depth; j++) center += spread[v * depth + j] * points[l + 1][p * depth + j]
    let high = Number.NEGATIVE_INFINITY
    for (let k = 0; k < counts[l]; k++) {
      const u = center + spread[v * depth + l] * rules[l].nodes[k]
      kept[l][own + k] = -u
      const term = terms[first + k] + weights[l][k] - 0.5 * u * u
      terms[first + k] = term
      if (term > high) high = term
    }
    let mass = 0
    for (let k = 0; k < counts[l]; k++) {
      const part = high === Number.NEGATIVE_INFINITY ? 0 : Math.exp(terms[first + k] - high)
      shares[first + k] = part
      mass += part
      terms[first + k] = 0
    }
    if (mass > 0) for (let k = 0; k < counts[l]; k++) shares[first + k] /= mass
    sum[l + 1][p] += high + Math.log(mass)
  }

  /** Averages the node of v out of what is kept of everything under v, for combinations `from` to `to` - 1 above. */
  function averageOut(v: number, from: number, to: number): void {
    const l = level[v]
    const nodesHere = rules[l].nodes
    const size = counts[l]
    const parent = l + 1 < depth ? ancestor[v * depth + l + 1] : v
    const place = K * (rowStart[v] - rowStart[parent]) + firstUnit[v] - firstUnit[parent]
    const old = kept[l]
    const next = kept[l + 1]
    const shares = share[l]
    const width = l === 0 ? size : combinations[l]
    const nextWidth = combinations[l + 1]
    for (let entry = 0; entry < entries(v); entry++) {
      for (let p = from; p < to; p++) {
        const first = p * size
        let at = entry * (l + 1) * width + (l === 0 ? 0 : first)
        let out = (place + entry) * (l + 2) * nextWidth + p
        let withNode = 0
        for (let moment = 0; moment <= l; moment++, at += width, out += nextWidth) {
          let mean = 0
          for (let k = 0; k < size; k++) {
            const part = shares[first + k] * old[at + k]
            mean += part
            if (moment === 0) withNode += part * nodesHere[k]
          }
          next[out] = mean
        }
        next[out] = withNode
      }
    }
  }

  function evaluate(root: number, withMoments: boolean): number {
    for (const level of sum) level.fill(0)
    for (let v = firstUnit[root]; v <= root; v++) {
      const l = level[v]
      const above = combinations[l + 1]
      if (l === 0) {
        fillSlopes(v)
        for (let p = 0; p < above; p++) {
          addRows(v, p)
          sumOut(v, p)
          if (withMoments) averageOut(v, p, p + 1)
        }
      } else {
        const own = (entries(v) - 1) * (l + 1) * combinations[l]
        kept[l].fill(0, own, own + (l + 1) * combinations[l])
        for (let p = 0; p < above; p++) sumOut(v, p)
        if (withMoments) averageOut(v, 0, above)
      }
    }
    return sum[depth][0]
  }

  return {
    evaluate,
    moments: kept[depth],
    rowMoments: (root, leaf, i, k) => (K * (i - rowStart[root]) + leaf - firstUnit[root] + k) * (depth + 1),
    unitMoments: (root, v) => (K * (rowEnd[v] - rowStart[root]) + v - firstUnit[root]) * (depth + 1),
  }
}

/** For each level l, the nodes z_j of the levels j >= l at each of their combinations c: [c * depth + j]. */
function combinedNodes(rules: readonly QuadratureRule[], combinations: readonly number[]): Float64Array[] {
  const depth = rules.length
  return combinations.map((count, l) => {
    const out = new Float64Array(count * depth)
    for (let c = 0; c < count; c++) {
      for (let j = l, rest = c; j < depth; j++) {
        const { nodes } = rules[j]
        out[c * depth + j] = nodes[rest % nodes.length]
        rest = Math.floor(rest / nodes.length)
      }
    }
    return out
  })
}
