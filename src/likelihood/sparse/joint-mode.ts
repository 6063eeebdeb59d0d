import { dampedNewton, type NewtonTarget } from '../../numerics/damped-newton.js'
import { flat } from '../../covariance/flat.js'
import type { Response } from '../../data/model.js'
import { forward, solve } from '../../numerics/sparse-cholesky.js'
import { selectedInverse } from '../../numerics/sparse-inverse.js'
import type { Rng } from '../../random/stream.js'
import { denseBorder } from './dense-border.js'
import { jointHeight } from './joint-height.js'
import { chainTerms } from '../frame/chain-terms.js'
import { denseColumns, denseTerms } from '../frame/dense-columns.js'
import { linearPredictors } from '../frame/linear-predictors.js'
import { type Stated, state } from '../frame/stated.js'
import { randomStructure } from './random-structure.js'
import { restricted } from '../frame/restricted.js'
import { type RowModel, rowModel } from '../frame/row-model.js'

/** Where the mean's fixed effects and all random effects together have their mode, for one response. */
export interface JointMode {
  readonly response: Response
  /** Predictors, log densities and derivatives of the rows there. */
  readonly rows: RowModel
  /** The random effects as the likelihood has them, and the mean's fixed effects in orthogonal coordinates. */
  readonly u: Float64Array
}

/**
 * A model at given outer parameters, of which the mean's fixed effects are free again and the others fixed: those of the
 * further predictors, and theta. It finds the joint mode of fixed and random effects for any response of the rows
 * (penalised iteratively reweighted least squares), the data's or a replicate's.
 *
 * With A the multipliers of these effects, W the rows' minus second derivatives and P the prior precisions, 0 for a
 * fixed effect, H = A'WA + P is the joint information, whose Cholesky factor is that of the last mode found.
 */
export interface JointModes {
  /** Elements of u. */
  readonly size: number
  /** The vector u of the outer parameters' own fixed effects and random effects of zero. */
  readonly centre: () => Float64Array
  /** The same with random effects drawn. */
  readonly draw: (rng: Rng) => Float64Array
  /** All linear predictors at u. */
  readonly predictors: (u: Float64Array) => Float64Array[]
  /** Offset and fixed effects of the mean at u. */
  readonly fixedPart: (u: Float64Array) => Float64Array
  /**
   * The mode, searched from u, with the coefficients of the further predictors moved by so much; null where there is none
   * to be found.
   */
  readonly find: (response: Response, from: Float64Array, moved?: Float64Array) => JointMode | null
  /** Information in u that the rows add: the trace of H^-1 A'WA, the number of parameters the fit has spent. */
  readonly effectiveParameters: () => number
  /** Variance of the mean's predictor in each row, a' H^-1 a. */
  readonly variances: () => Float64Array
  /** c' A H^-1 A' c for numbers c of the rows that multiply the mean's predictor. */
  readonly explained: (c: Float64Array) => number
  /** A H^-1 A' c, the mean's rows. */
  readonly smoothed: (c: Float64Array) => Float64Array
}

const tolerance = 1e-9
const maxSteps = 60

export function jointModes(stated: Stated, x: Float64Array): JointModes {
  const { model } = stated
  const joint = state(restricted(model), stated.space)
  const { layout } = joint
  const chains = chainTerms(layout)
  const dense = denseTerms(layout)
  const linear = linearPredictors(joint, chains, denseColumns(layout, dense, joint.space))
  const structure = randomStructure(joint.model, layout, linear.slots, chains, dense, joint.space)
  const { size, width, columns, prior, symbolic, places, starts } = structure
  const p = model.predictors[0].fixed.names.length
  const outer = x.slice(p)
  linear.update(outer)
  prior.update(outer)
  let present: Float64Array | null = null
  // A log density that is quadratic in the mean has one H for every response and mode.
  const quadratic = stated.family.quadratic?.(model.link) ?? false
  let known = false
  /** Puts the further predictors where their coefficients are moved by so much. */
  const hold = (moved: Float64Array | null): void => {
    if (moved === present) return
    known = false
    const held = outer.slice()
    moved?.forEach((by, j) => {
      held[j] += by
    })
    linear.update(held)
    present = moved
  }
  const { slots, multipliers: a, fixed } = linear
  const border = linear.dense && denseBorder(structure, slots, linear.dense, linear.dense.multipliers, a, joint.space)
  const n = model.nobs
  const K = fixed.length
  const factor = new Float64Array(symbolic.size)
  const inverse = new Float64Array(symbolic.size)
  const ofMean = slots.flatMap(({ predictor }, s) => (predictor === 0 ? [s] : []))
  const flatAt = layout.terms.findIndex(({ covariance }) => covariance === flat)

  const centre = (): Float64Array => {
    const u = new Float64Array(size)
    if (flatAt < 0) return u
    // The fixed effects are T u, T lower triangular: see restricted.
    const T = linear.lambdas[flatAt]
    const first = starts[flatAt][0]
    for (let i = 0; i < p; i++) {
      let rest = x[i]
      for (let j = 0; j < i; j++) rest -= T[i * p + j] * u[first + j]
      u[first + i] = rest / T[i * (p + 1)]
    }
    return u
  }
  const crossed = (c: Float64Array): Float64Array => {
    const out = new Float64Array(size)
    for (const s of ofMean) for (let i = 0, at = s; i < n; i++, at += width) out[columns[at]] += c[i] * a[at]
    border?.addBack([c], out)
    return out
  }

  return {
    size,
    centre,
    draw: (rng) => {
      const u = centre()
      layout.terms.forEach(({ term, covariance, start }, t) => {
        if (covariance === flat) return
        const chain = chains[t]?.chain
        const { rho, rest } = chain ? chain.correlation(outer[start + chain.at]) : { rho: 0, rest: 1 }
        const share = Math.sqrt(rest)
        for (const first of starts[t]) {
          u[first] = rng.normal()
          for (let e = first + 1; e < first + term.names.length; e++) u[e] = rho * u[e - 1] + share * rng.normal()
        }
      })
      return u
    },
    predictors: (u) => {
      hold(null)
      const eta = fixed.map((part) => part.slice())
      slots.forEach(({ predictor }, s) => {
        for (let i = 0, at = s; i < n; i++, at += width) eta[predictor][i] += a[at] * u[columns[at]]
      })
      border?.addTo(eta, u)
      return eta
    },
    fixedPart: (u) => {
      const out = fixed[0].slice()
      if (dense.includes(flatAt)) {
        const own = new Float64Array(size)
        own.set(u.subarray(starts[flatAt][0], starts[flatAt][0] + p), starts[flatAt][0])
        border?.addTo([out], own)
      }
      slots.forEach(({ term }, s) => {
        if (term !== flatAt) return
        for (let i = 0, at = s; i < n; i++, at += width) out[i] += a[at] * u[columns[at]]
      })
      return out
    },
    find: (response, from, moved) => {
      hold(moved ?? null)
      const rows = rowModel(stated, response)
      const { height, slope, curvature } = jointHeight(structure, linear, rows)
      const u = from.slice()
      let h = height(u)
      if (size === 0) return Number.isFinite(h) ? { response, rows, u } : null
      const [slopes, step] = [new Float64Array(size), new Float64Array(size)]
      const target: NewtonTarget = {
        height: () => height(u),
        fillSlope: () => slope(u, slopes),
        factorize: (concave) => {
          if (known && !concave) return true
          const definite = curvature(concave, factor)
          known = quadratic && definite && !concave
          return definite
        },
        solve: () => solve(symbolic, factor, step),
      }
      const search = { x: u, slope: slopes, step, rounded: 0, maxSteps }
      h = dampedNewton(target, search, 0, size, h, tolerance * (1 + size))
      return h > Number.NEGATIVE_INFINITY ? { response, rows, u } : null
    },
    effectiveParameters: () => {
      if (size === 0) return 0
      selectedInverse(symbolic, factor, inverse)
      return size - prior.trace(inverse)
    },
    variances: () => {
      const out = new Float64Array(n)
      if (size === 0) return out
      selectedInverse(symbolic, factor, inverse)
      const perRow = (width * (width + 1)) / 2
      const covariances = new Float64Array(border ? n * K * K : 0)
      const all = Int32Array.from({ length: border ? n : 0 }, (_, i) => i)
      border?.addCovariances(inverse, all, K, covariances)
      for (let i = 0; i < all.length; i++) out[i] = covariances[i * K * K]
      for (const s of ofMean) {
        for (const t of ofMean) {
          if (t > s) continue
          const times = s === t ? 1 : 2
          const pair = (s * (s + 1)) / 2 + t
          for (let i = 0; i < n; i++) {
            out[i] += times * a[i * width + s] * a[i * width + t] * inverse[places[i * perRow + pair]]
          }
        }
      }
      return out
    },
    explained: (c) => {
      if (size === 0) return 0
      const half = crossed(c)
      forward(symbolic, factor, half)
      return half.reduce((sum, value) => sum + value * value, 0)
    },
    smoothed: (c) => {
      const out = new Float64Array(n)
      if (size === 0) return out
      const solved = crossed(c)
      solve(symbolic, factor, solved)
      for (const s of ofMean) for (let i = 0, at = s; i < n; i++, at += width) out[i] += a[at] * solved[columns[at]]
      border?.addTo([out], solved)
      return out
    },
  }
}
