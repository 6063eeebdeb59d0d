import { forwardSolve } from '../../numerics/cholesky.js'
import type { Rng } from '../../random/stream.js'
import { pairIndex } from '../../families/derivative-order.js'
import type { ConditionalModes } from '../frame/conditional-effects.js'
import { effectProposal, logProposal, rootProposals } from '../frame/effect-proposal.js'
import { type LinearPredictors, linearPredictors } from '../frame/linear-predictors.js'
import { type RowModel, rowModel } from '../frame/row-model.js'
import { fromSpherical } from '../frame/spherical.js'
import type { Stated } from '../frame/stated.js'
import { type NestedFactor, nestedFactor } from './nested-factor.js'
import { firstSlots, type NestedStructure, type Nesting } from './nested-structure.js'

/** Draws all effects b at outer parameters with these conditional modes into `out` from `at`. */
export type NestedDraw = (
  parameters: Float64Array,
  modes: ConditionalModes['terms'],
  rng: Rng,
  out: Float64Array,
  at: number,
) => void

/** Points that stand for the integral over a unit that is not an outermost one. */
const innerProposals = 8

/**
 * Draws the random effects of one factor or of nested ones given the outer parameters, each draw independent of the one
 * before: a chain that went on from there would not leave the joint density invariant, because the outer parameters move
 * without it (van Dyk and Park 2008).
 *
 * Each outermost unit runs an independence Metropolis chain of its own from a first proposal. A proposal is made from the
 * top of the unit's tree downward, each effect around its conditional mean under the Gaussian approximation at the joint
 * mode (see effectProposal). A unit of which there are several under one above has its integral estimated from
 * `innerProposals` points, of which one is kept with probability proportional to its weight; the estimates are unbiased,
 * so that the chain's target is the exact one (Andrieu, Doucet and Holenstein 2010). Weights are bounded where the
 * likelihood is, and the error of the last state falls geometrically (Mengersen and Tweedie 1996).
 */
export function nestedDraw(stated: Stated, nested: Nesting): NestedDraw {
  const { coordinates } = stated
  const { structure } = nested
  const linear = linearPredictors(nested.stated)
  const rows = rowModel(nested.stated)
  const { depth, level, slotAt, levelAt, ancestor, roots, rowStart, firstUnit } = structure
  const factor = nestedFactor(structure, stated.space)
  const units = level.length
  const mode = new Float64Array(units)
  const draw = treeDraw(structure, linear, rows, mode, factor)
  const spherical = new Float64Array(coordinates.effects)
  // Where the effect of each unit stands among all.
  const terms = nested.stated.model.predictors.flatMap(({ random }) => random)
  const first = firstSlots(structure)
  const place = Int32Array.from({ length: units }, (_, v) => {
    const { term, column } = linear.slots[slotAt[first[level[v]]]]
    const { q, effects } = coordinates.terms[term]
    return effects + terms[term].index[rowStart[v]] * q + column
  })
  const met = new Uint8Array(coordinates.effects)
  for (const at of place) met[at] = 1

  /** H at the mode, factorized; where rounding leaves it indefinite, the prior's. */
  function curvature(root: number): void {
    const { entries } = factor
    const fill = (withRows: boolean): void => {
      entries.fill(0, firstUnit[root] * depth, (root + 1) * depth)
      for (let v = firstUnit[root]; v <= root; v++) entries[v * depth + level[v]] = 1
      if (withRows) for (let v = firstUnit[root]; v <= root; v++) if (level[v] === 0) addRows(v)
    }
    const addRows = (leaf: number): void => {
      const { multipliers: a, slots } = linear
      const width = slots.length
      for (let x = 0; x < width; x++) {
        const row = ancestor[leaf * depth + levelAt[x]] * depth
        for (let y = x; y < width; y++) {
          const second = rows.d2[pairIndex(slots[slotAt[x]].predictor, slots[slotAt[y]].predictor)]
          const times = y > x && levelAt[y] === levelAt[x] ? 2 : 1
          for (let i = rowStart[leaf]; i < structure.rowEnd[leaf]; i++) {
            entries[row + levelAt[y]] -= times * second[i] * a[i * width + slotAt[x]] * a[i * width + slotAt[y]]
          }
        }
      }
    }
    fill(true)
    if (!factor.factorize(firstUnit[root], root)) {
      fill(false)
      factor.factorize(firstUnit[root], root)
    }
    factor.fillSpread(firstUnit[root], root)
  }

  return (parameters, modes, rng, out, at) => {
    linear.update(parameters)
    modes.forEach(({ mode: b }, t) => {
      const { q, effects } = coordinates.terms[t]
      spherical.set(b, effects)
      const lambda = linear.lambdas[t]
      for (let from = effects; from < effects + b.length; from += q) {
        if (q === 1) spherical[from] /= lambda[0]
        else forwardSolve(lambda, q, spherical.subarray(from, from + q))
      }
    })
    for (let v = 0; v < units; v++) mode[v] = spherical[place[v]]
    draw.rowsAtMode()
    for (const root of roots) {
      curvature(root)
      const u = draw.tree(root, rng)
      for (let v = firstUnit[root]; v <= root; v++) spherical[place[v]] = u[v]
    }
    // A level without rows has its prior.
    for (let e = 0; e < met.length; e++) if (!met[e]) spherical[e] = rng.normal()
    fromSpherical(coordinates, linear.lambdas, spherical, out, at)
  }
}

/** Draws the spherical effects of one tree of units. */
function treeDraw(
  structure: NestedStructure,
  linear: LinearPredictors,
  rows: RowModel,
  mode: Float64Array,
  { spread }: NestedFactor,
) {
  const { depth, slotAt, levelAt, level, ancestor, firstUnit, rowStart, rowEnd } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta } = rows
  const units = level.length
  const width = slotAt.length
  const firstSlot = firstSlots(structure)
  const predictorAt = Int32Array.from(slotAt, (slot) => slots[slot].predictor)
  const children: number[][] = Array.from({ length: units }, () => [])
  for (let v = 0; v < units; v++) if (level[v] + 1 < depth) children[ancestor[v * depth + level[v] + 1]].push(v)
  /** One proposal is enough of a unit that stands alone under the one above: both are one effect of several columns. */
  const count = Int32Array.from({ length: units }, (_, v) => {
    if (level[v] + 1 === depth) return rootProposals
    return children[ancestor[v * depth + level[v] + 1]].length === 1 ? 1 : innerProposals
  })
  const u = new Float64Array(units)
  /** u of the unit less its mode in units of its own z: what the units below move with. */
  const z = new Float64Array(units)
  const kept = Array.from({ length: depth }, () => new Float64Array(units))
  const most = rootProposals
  const point = { z: new Float64Array(most), u: new Float64Array(most), logWeight: new Float64Array(most) }
  const pointEta = new Float64Array(K * most)
  const pointLog = new Float64Array(most)
  let largest = 0
  for (let v = 0; v < units; v++) if (level[v] === 0) largest = Math.max(largest, rowEnd[v] - rowStart[v])
  const score = new Float64Array(K * most)

  const centre = (v: number): number => {
    let sum = mode[v]
    for (let j = level[v] + 1; j < depth; j++) sum += spread[v * depth + j] * z[ancestor[v * depth + j]]
    return sum
  }

  /** All proposals of an innermost unit at the present effects above it, with the logarithms of their weights. */
  function leafPoints(v: number, rng: Rng): void {
    const points = count[v]
    const s = spread[v * depth]
    const c = centre(v)
    for (let k = 0; k < points; k++) {
      const value = effectProposal(c, s, rng)
      point.u[k] = value
      point.z[k] = (value - c) / s
      point.logWeight[k] = -0.5 * value * value - logProposal(value, c, s)
    }
    for (let i = rowStart[v]; i < rowEnd[v]; i++) {
      for (let k = 0; k < K; k++) {
        let base = fixed[k][i]
        for (let x = firstSlot[1]; x < width; x++) {
          if (predictorAt[x] === k) base += a[i * width + slotAt[x]] * u[ancestor[v * depth + levelAt[x]]]
        }
        let slope = 0
        for (let x = 0; x < firstSlot[1]; x++) if (predictorAt[x] === k) slope += a[i * width + slotAt[x]]
        for (let p = 0; p < points; p++) pointEta[k * points + p] = base + slope * point.u[p]
      }
      rows.atPoints(i, pointEta, points, pointLog, score, 0)
      for (let p = 0; p < points; p++) point.logWeight[p] += pointLog[p]
    }
  }

  /** Chooses among a unit's proposals, in the order they come, and keeps the tree under the chosen one. */
  const chooser = (v: number, rng: Rng) => {
    const asRoot = level[v] + 1 === depth
    const keep = kept[level[v]]
    let present = Number.NEGATIVE_INFINITY
    let total = Number.NEGATIVE_INFINITY
    return {
      /** True if the proposal of that weight is to replace the present one. */
      takes: (logWeight: number): boolean => {
        const first = total === Number.NEGATIVE_INFINITY
        total = logSum(total, logWeight)
        const odds = asRoot ? logWeight - present : logWeight - total
        if (!(first || Math.log(rng.uniform()) < odds)) return false
        present = logWeight
        return true
      },
      keep: (): void => {
        for (let w = firstUnit[v]; w <= v; w++) keep[w] = u[w]
      },
      /** Puts the kept tree back; the log of the mean weight. */
      end: (): number => {
        for (let w = firstUnit[v]; w <= v; w++) u[w] = keep[w]
        return total - Math.log(count[v])
      },
    }
  }

  /** Draws the tree under v, v included, given the effects above; returns the estimate of its log integral. */
  function grow(v: number, rng: Rng): number {
    const choice = chooser(v, rng)
    if (level[v] === 0) {
      leafPoints(v, rng)
      for (let k = 0; k < count[v]; k++) {
        if (!choice.takes(point.logWeight[k])) continue
        u[v] = point.u[k]
        choice.keep()
      }
      return choice.end()
    }
    const s = spread[v * depth + level[v]]
    const c = centre(v)
    for (let k = 0; k < count[v]; k++) {
      const value = effectProposal(c, s, rng)
      u[v] = value
      z[v] = (value - c) / s
      let logWeight = -0.5 * value * value - logProposal(value, c, s)
      for (const child of children[v]) logWeight += grow(child, rng)
      if (choice.takes(logWeight)) choice.keep()
    }
    return choice.end()
  }

  return {
    /** The rows' derivatives at the mode. */
    rowsAtMode: (): void => {
      for (let k = 0; k < K; k++) eta[k].set(fixed[k])
      for (let v = 0; v < units; v++) {
        for (let x = firstSlot[level[v]]; x < firstSlot[level[v] + 1]; x++) {
          const into = eta[predictorAt[x]]
          for (let i = rowStart[v]; i < rowEnd[v]; i++) into[i] += a[i * width + slotAt[x]] * mode[v]
        }
      }
      rows.evaluate(0, eta[0].length)
    },
    /** The effects of the tree under `root`, in an array over all units. */
    tree: (root: number, rng: Rng): Float64Array => {
      grow(root, rng)
      return u
    },
  }
}

function logSum(a: number, b: number): number {
  const high = Math.max(a, b)
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high))
}
