import { derivativeOrder } from '../../families/derivative-order.js'
import {
  dampedNewton,
  modeRounding,
  modeTolerance,
  mostModeSteps,
  type NewtonSearch,
  type NewtonTarget,
} from '../../numerics/damped-newton.js'
import type { QuadratureRule } from '../../numerics/gauss-hermite.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { Evaluate } from '../frame/log-density.js'
import { nestedFactor } from './nested-factor.js'
import { firstSlots, type NestedStructure } from './nested-structure.js'
import { nestedSum } from './nested-sum.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * Log marginal likelihood of a model of nested factors, the effects integrated out from the innermost level outwards
 * with one adaptive Gauss-Hermite rule a level (Rabe-Hesketh, Skrondal and Pickles 2005; Pinheiro and Chao 2006). The
 * nodes are placed by the joint mode m and H = -h''(m) = C C' of each outermost unit: u = m + C'^-1 z, so that an inner
 * unit's center moves linearly with the outer nodes, as its conditional mean does under the Gaussian approximation, and
 *
 *   log L_g = -log |C| + log sum over nodes of prod w exp(|z|^2 / 2 + h(m + C'^-1 z)).
 *
 * C'^-1 z of a unit depends on its own node and its ancestors' alone, so the sum nests (see nestedSum). One node a level
 * is Laplace's approximation of all effects together. Nodes centred anew at each outer node would follow a bent ridge
 * more closely, at the price of as many searches for a mode as there are outer nodes.
 *
 * The gradient is exact for any nodes: the derivative of the sum in m and in C'^-1 comes of the means that nestedSum
 * gathers; nestedFactor takes the latter to H, and from there on all is as in levelQuadrature.
 *
 * `rules` has one rule a level, innermost first. The evaluator's levels are the outermost units; offsets are in the order of its rows.
 */
export function nestedQuadrature(
  structure: NestedStructure,
  linear: LinearPredictors,
  rows: RowModel,
  rules: readonly QuadratureRule[],
): Evaluate {
  const { depth, slotAt, levelAt, level, ancestor, firstUnit, rowStart, rowEnd, roots } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, space, eta, d1, d2, d3, logDensity } = rows
  const units = level.length
  const width = slotAt.length
  const firstSlot = firstSlots(structure)
  const predictorAt = Int32Array.from(slotAt, (slot) => slots[slot].predictor)
  const factor = nestedFactor(structure, space)
  const { entries, spread } = factor
  const mode = space.vector(units)
  const step = space.vector(units)
  const slope = space.vector(units)
  const inMode = space.vector(units)
  const inSpread = space.vector(units * depth)
  const inEntries = space.vector(units * depth)
  const inFixed = eta.map(() => space.vector(logDensity.length))
  const inMultipliers = space.vector(a.length)
  const inEta = space.vector(K)
  const along = space.vector(K)
  const { pair: second, triple: third } = derivativeOrder(K)
  const sum = nestedSum(structure, linear, rows, rules, mode, spread)
  const { moments } = sum

  /** Calls `visit` with each innermost unit under `root`. */
  function eachLeaf(root: number, visit: (leaf: number) => void): void {
    for (let v = firstUnit[root]; v <= root; v++) if (level[v] === 0) visit(v)
  }

  /** h at `mode` with the rows' derivatives there. */
  function height(root: number): number {
    const from = rowStart[root]
    const to = rowEnd[root]
    for (let k = 0; k < K; k++) for (let i = from; i < to; i++) eta[k][i] = fixed[k][i]
    for (let v = firstUnit[root]; v <= root; v++) {
      for (let x = firstSlot[level[v]]; x < firstSlot[level[v] + 1]; x++) {
        const etaHere = eta[predictorAt[x]]
        for (let i = rowStart[v], at = i * width + slotAt[x]; i < rowEnd[v]; i++, at += width)
          etaHere[i] += a[at] * mode[v]
      }
    }
    let h = rows.evaluate(from, to)
    for (let v = firstUnit[root]; v <= root; v++) h -= 0.5 * mode[v] * mode[v]
    return h
  }

  /** H at the mode, factorized; where `concave`, with an information that is positive semidefinite. */
  function curvature(root: number, concave: boolean): boolean {
    const curves = concave ? rows.concave(rowStart[root], rowEnd[root]) : d2
    const first = firstUnit[root]
    entries.fill(0, first * depth, (root + 1) * depth)
    for (let v = first; v <= root; v++) entries[v * depth + level[v]] = 1
    eachLeaf(root, (leaf) => {
      for (let x = 0; x < width; x++) {
        const row = ancestor[leaf * depth + levelAt[x]] * depth
        for (let y = x; y < width; y++) {
          const curve = curves[second[predictorAt[x] * K + predictorAt[y]]]
          let total = 0
          for (let i = rowStart[leaf]; i < rowEnd[leaf]; i++) {
            total += curve[i] * a[i * width + slotAt[x]] * a[i * width + slotAt[y]]
          }
          entries[row + levelAt[y]] -= y > x && levelAt[y] === levelAt[x] ? 2 * total : total
        }
      }
    })
    return factor.factorize(first, root)
  }

  /** The outermost unit whose mode is searched. */
  let unit = 0
  const target: NewtonTarget = {
    height: () => height(unit),
    fillSlope: () => {
      for (let v = firstUnit[unit]; v <= unit; v++) {
        let total = -mode[v]
        for (let x = firstSlot[level[v]]; x < firstSlot[level[v] + 1]; x++) {
          const score = d1[predictorAt[x]]
          for (let i = rowStart[v], at = i * width + slotAt[x]; i < rowEnd[v]; i++, at += width)
            total += score[i] * a[at]
        }
        slope[v] = total
      }
    },
    factorize: (concave) => curvature(unit, concave),
    solve: () => factor.solve(step, firstUnit[unit], unit),
  }
  const search: NewtonSearch = { x: mode, slope, step, rounded: modeRounding, maxSteps: mostModeSteps }

  /** From 0. Returns h at the mode, -Infinity on failure. */
  function findMode(root: number): number {
    unit = root
    const first = firstUnit[root]
    mode.fill(0, first, root + 1)
    return dampedNewton(target, search, first, root + 1, height(root), modeTolerance * (root - first + 1))
  }

  /** Starts the rows' derivatives, and those in the mode and the spread, from the means over the nodes. */
  function fromMoments(root: number): void {
    const first = firstUnit[root]
    for (let v = first; v <= root; v++) {
      const at = sum.unitMoments(root, v)
      inMode[v] = moments[at]
      for (let j = level[v]; j < depth; j++) inSpread[v * depth + j] = moments[at + 1 + j]
    }
    eachLeaf(root, (leaf) => {
      for (let i = rowStart[leaf]; i < rowEnd[leaf]; i++) {
        for (let k = 0; k < K; k++) inFixed[k][i] = moments[sum.rowMoments(root, leaf, i, k)]
        for (let x = 0; x < width; x++) {
          const l = levelAt[x]
          const v = ancestor[leaf * depth + l]
          const place = i * width + slotAt[x]
          const at = sum.rowMoments(root, leaf, i, predictorAt[x])
          inMode[v] += a[place] * moments[at]
          let direct = moments[at] * mode[v]
          for (let j = l; j < depth; j++) {
            direct += spread[v * depth + j] * moments[at + 1 + j]
            inSpread[v * depth + j] += a[place] * moments[at + 1 + j]
          }
          inMultipliers[place] = direct
        }
      }
    })
  }

  /** Adds what comes of H moving with the rows' curvature. */
  function throughCurvature(root: number): void {
    eachLeaf(root, (leaf) => {
      for (let i = rowStart[leaf]; i < rowEnd[leaf]; i++) {
        inEta.fill(0)
        for (let x = 0; x < width; x++) {
          const row = ancestor[leaf * depth + levelAt[x]] * depth
          const one = i * width + slotAt[x]
          for (let y = x; y < width; y++) {
            const pair = predictorAt[x] * K + predictorAt[y]
            const other = i * width + slotAt[y]
            // Two slots of one unit add to its diagonal in both orders.
            const inEntry = inEntries[row + levelAt[y]] * (y > x && levelAt[y] === levelAt[x] ? 2 : 1)
            const curve = d2[second[pair]][i] * inEntry
            // For y = x both lines add: the square's derivative.
            inMultipliers[one] -= curve * a[other]
            inMultipliers[other] -= curve * a[one]
            const both = inEntry * a[one] * a[other]
            for (let k = 0; k < K; k++) inEta[k] -= d3[third[pair * K + k]][i] * both
          }
        }
        for (let k = 0; k < K; k++) inFixed[k][i] += inEta[k]
        for (let x = 0; x < width; x++) {
          const v = ancestor[leaf * depth + levelAt[x]]
          const place = i * width + slotAt[x]
          inMode[v] += inEta[predictorAt[x]] * a[place]
          inMultipliers[place] += inEta[predictorAt[x]] * mode[v]
        }
      }
    })
  }

  /** Adds what comes of the mode moving; inMode has become H^-1 times the derivative in the mode. */
  function throughMode(root: number): void {
    eachLeaf(root, (leaf) => {
      for (let i = rowStart[leaf]; i < rowEnd[leaf]; i++) {
        along.fill(0)
        for (let x = 0; x < width; x++) {
          along[predictorAt[x]] += a[i * width + slotAt[x]] * inMode[ancestor[leaf * depth + levelAt[x]]]
        }
        for (let j = 0; j < K; j++) {
          let viaMode = 0
          for (let k = 0; k < K; k++) viaMode += d2[second[j * K + k]][i] * along[k]
          inEta[j] = viaMode
          inFixed[j][i] += viaMode
        }
        for (let x = 0; x < width; x++) {
          const v = ancestor[leaf * depth + levelAt[x]]
          const k = predictorAt[x]
          inMultipliers[i * width + slotAt[x]] += inEta[k] * mode[v] + d1[k][i] * inMode[v]
        }
      }
    })
  }

  return (parameters, gradient, byCluster, offsets) => {
    linear.update(parameters, offsets)
    let total = 0
    for (let g = 0; g < roots.length; g++) {
      const root = roots[g]
      const first = firstUnit[root]
      if (findMode(root) === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY
      factor.fillSpread(first, root)
      let logL = sum.evaluate(root, gradient !== null)
      for (let v = first; v <= root; v++) logL += Math.log(spread[v * depth + level[v]])
      if (!Number.isFinite(logL)) return Number.NEGATIVE_INFINITY
      total += logL
      if (byCluster) byCluster[g] = logL
      if (gradient) {
        fromMoments(root)
        factor.reverse(inSpread, inEntries, first, root)
        throughCurvature(root)
        factor.solve(inMode, first, root)
        throughMode(root)
      }
    }
    if (gradient) linear.gradient(inFixed, inMultipliers, gradient)
    return total
  }
}

/** The most nodes a level, up to `most`, that `fits`. */
export function mostNestedNodes(depth: number, most: number, fits: (nodes: readonly number[]) => boolean): number {
  let nodes = 1
  while (nodes < most && fits(new Array(depth).fill(nodes + 1))) nodes++
  return nodes
}

/**
 * Whether rules of so many nodes at each level, the innermost first, have no more points a row, and numbers to keep for
 * the gradient, than there may be; for K predictors.
 */
export function nestedNodesFit(
  { depth, level, firstUnit, rowStart, rowEnd }: NestedStructure,
  K: number,
): (nodes: readonly number[]) => boolean {
  const largest = new Float64Array(depth)
  level.forEach((l, v) => {
    largest[l] = Math.max(largest[l], K * (rowEnd[v] - rowStart[v]) + v - firstUnit[v] + 1)
  })
  return (nodes) => {
    let kept = largest[0] * nodes[0]
    let points = 1
    for (let l = depth - 1; l >= 0; l--) {
      points *= nodes[l]
      if (l > 0) kept += largest[l] * (l + 1) * points
    }
    return points <= mostPoints && kept <= mostKept
  }
}

/** Points a row: 101 nodes a level for two levels, 27 for three. */
const mostPoints = 20_000
/** Half a gigabyte. */
const mostKept = 2 ** 26
