import { factorize } from '../../numerics/sparse-cholesky.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import { sameElement } from '../frame/slots.js'
import { type DenseBorder, denseBorder } from './dense-border.js'
import type { RandomStructure } from './random-structure.js'
import { pairIndex } from '../../families/derivative-order.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * The joint log density of rows and spherical random effects, h(u) = sum l_i(eta_i) - u'P u / 2 with eta = fixed + A u and
 * P the precision of the effects' prior (the identity, but for chains), and its derivatives in u. Loops run over rows within a slot or a pair of slots, so that each works on plain arrays.
 */
export interface JointHeight {
  /** h at u, with the derivatives of the rows; -Infinity out of support. */
  readonly height: (u: Float64Array) => number
  /** h'(u) into `out`, at the rows' present derivatives. */
  readonly slope: (u: Float64Array, out: Float64Array) => void
  /**
   * Factorizes H = -h'' at the rows' present derivatives into `factor`; where `concave`, with an information of the rows that
   * is positive semidefinite in its place. False where it is not positive definite.
   */
  readonly curvature: (concave: boolean, factor: Float64Array) => boolean
  /** What dense columns add; null where there are none. */
  readonly border: DenseBorder | null
}

export function jointHeight(structure: RandomStructure, linear: LinearPredictors, rows: RowModel): JointHeight {
  const { size: q, width, columns, prior, places, symbolic } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta, d1, d2, logDensity } = rows
  const n = logDensity.length
  const perRow = (width * (width + 1)) / 2
  const border = linear.dense && denseBorder(structure, slots, linear.dense, linear.dense.multipliers, a, rows.space)

  return {
    border,
    height: (u) => {
      for (let k = 0; k < K; k++) eta[k].set(fixed[k])
      for (let s = 0; s < width; s++) addEffects(eta[slots[s].predictor], a, columns, u, s, width)
      border?.addTo(eta, u)
      const h = rows.evaluate(0, n)
      return h - 0.5 * prior.quadratic(u)
    },
    slope: (u, out) => {
      prior.times(u, out)
      for (let c = 0; c < q; c++) out[c] = -out[c]
      for (let s = 0; s < width; s++) addScores(out, a, columns, d1[slots[s].predictor], s, width)
      border?.addBack(d1, out)
    },
    curvature: (concave, factor) => {
      const second = concave ? rows.concave(0, n) : d2
      prior.write(factor)
      for (let s = 0, pair = 0; s < width; s++) {
        for (let t = 0; t <= s; t++, pair++) {
          const [ks, kt] = [slots[s].predictor, slots[t].predictor]
          // Two slots of one element add to the diagonal, which the pair meets in both orders.
          const times = s !== t && sameElement(slots[s], slots[t]) ? 2 : 1
          for (let once = 0; once < times; once++)
            subtractProducts(factor, a, places, second[pairIndex(ks, kt)], s, t, width, pair, perRow)
        }
      }
      border?.subtractProducts(second, factor)
      return factorize(symbolic, factor, factor)
    },
  }
}

function addEffects(
  eta: Float64Array,
  a: Float64Array,
  columns: Int32Array,
  u: Float64Array,
  s: number,
  width: number,
): void {
  for (let i = 0, at = s; i < eta.length; i++, at += width) eta[i] += a[at] * u[columns[at]]
}

/** out += A_s' d1 for one slot's column of multipliers. */
export function addScores(
  out: Float64Array,
  a: Float64Array,
  columns: Int32Array,
  d1: Float64Array,
  s: number,
  width: number,
): void {
  for (let i = 0, at = s; i < d1.length; i++, at += width) out[columns[at]] += d1[i] * a[at]
}

function subtractProducts(
  values: Float64Array,
  a: Float64Array,
  places: Int32Array,
  d2: Float64Array,
  s: number,
  t: number,
  width: number,
  pair: number,
  perRow: number,
): void {
  for (let i = 0, row = 0, at = pair; i < d2.length; i++, row += width, at += perRow) {
    values[places[at]] -= d2[i] * a[row + s] * a[row + t]
  }
}
