import { derivativeOrder } from '../../families/derivative-order.js'
import { heap } from '../../numerics/space.js'
import { solve } from '../../numerics/sparse-cholesky.js'
import { selectedInverse } from '../../numerics/sparse-inverse.js'
import { distinctRows } from '../frame/distinct-rows.js'
import { denseBorder } from './dense-border.js'
import { independentComponents } from './independent-components.js'
import type { Laplace } from './laplace.js'
import type { LaplaceParts } from './laplace-parts.js'
import { sampledPairs } from './third-order-draws.js'
import { type Cells, exactPairs } from './third-order-pairs.js'

/** The next term after Laplace's in the expansion of the log marginal likelihood. */
export interface SecondOrder {
  /**
   * Log likelihood minus Laplace's approximation of it, to second order, at the outer parameters; NaN out of support.
   * Each row's share goes to `byRow`, where given. The mode is found as `approximation` does, the parts' own or one near a point.
   */
  readonly correction: (x: Float64Array, byRow?: Float64Array, approximation?: Laplace) => number
  /** False where the sum over pairs of rows is estimated from fixed random directions. */
  readonly exact: boolean
}

/** Step of the difference quotient that gives fourth derivatives from third ones. */
const step = 3e-3
/** Work of the exact sum over pairs, in multiplications, above which directions are drawn: some tens of milliseconds. */
const affordable = 2e7

/**
 * Shun and McCullagh (1995, "Laplace approximation of high dimensional integrals", JRSS B 57). With l the rows' log
 * densities at the mode and v_ij = A_i H^-1 A_j' the covariance of the linear predictors of rows i and j there,
 *
 *   log L - Laplace = sum_i l_i'''' v_ii^2 / 8 + sum_ij l_i''' l_j''' (v_ii v_ij v_jj / 8 + v_ij^3 / 12) + ...
 *
 * and tensors in place of these products for rows of several predictors. The first two sums cost a solve. Rows with the
 * same A_i share all v: sums run over these cells, with l''' summed over the rows of each. The last sum is
 * exact where pairs of cells are few (see exactPairs), else estimated (see sampledPairs).
 */
export function secondOrder(parts: LaplaceParts, mostWork: number = affordable): SecondOrder {
  const { layout, structure, linear, rows, approximation } = parts
  const { size: q, width, places, symbolic } = structure
  const { slots, fixed, multipliers, dense } = linear
  const { predictors: K, eta, d3, logDensity } = rows
  const { u: mode, factor } = approximation
  const n = logDensity.length
  const perRow = (width * (width + 1)) / 2
  const { triple: triples } = derivativeOrder(K)
  const { count, ofRow, first } = distinctRows(layout.terms, slots, n, dense)
  const border = dense && denseBorder(structure, slots, dense, dense.multipliers, multipliers, heap)
  const wide = width + structure.border
  const components = independentComponents(structure, n)
  const cells: Cells = {
    count,
    predictors: K,
    width: wide,
    columns: new Int32Array(count * wide),
    multipliers: new Float64Array(count * wide),
    predictorOf: Int32Array.from([...slots, ...(dense?.slots ?? [])], (slot) => slot.predictor),
    componentOf: first.map((i) => components.ofRow[i]),
    third: new Float64Array(count * K ** 3),
    leverage: new Float64Array(count * K * K),
  }
  const { columns, multipliers: a, predictorOf, leverage } = cells
  first.forEach((i, c) => {
    columns.set(structure.columns.subarray(i * width, (i + 1) * width), c * wide)
    for (let s = width; s < wide; s++) columns[c * wide + s] = q - wide + s
  })
  const third = d3.map(() => new Float64Array(n))
  const fourth = eta.map(() => d3.map(() => new Float64Array(n)))
  const inverse = new Float64Array(symbolic.size)
  const vector = new Float64Array(q)
  /** What each row's third derivatives are multiplied by. */
  const inThird = new Float64Array(count * K ** 3)
  const inComponent = new Float64Array(components.count)
  for (const component of cells.componentOf) inComponent[component]++
  const pairs = inComponent.reduce((sum, members) => sum + members ** 2, 0)
  const exact = count * K * symbolic.size + pairs * K ** 3 * (wide + 1) <= mostWork
  const addPairs = exact ? exactPairs(structure, cells, components) : null
  const sampled = exact ? null : sampledPairs(structure, cells, components, n)

  /** Third and fourth derivatives of the rows at the mode. */
  function derivatives(): void {
    for (let k = 0; k < K; k++) eta[k].set(fixed[k])
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) eta[predictorOf[s]][i] += multipliers[at] * mode[structure.columns[at]]
    }
    border?.addTo(eta, mode)
    rows.evaluate(0, n)
    d3.forEach((values, t) => {
      third[t].set(values)
    })
    for (let k = 0; k < K; k++) {
      for (const sign of [1, -1]) {
        const moved = sign > 0 ? step : -2 * step
        for (let i = 0; i < n; i++) eta[k][i] += moved
        rows.evaluate(0, n)
        d3.forEach((values, t) => {
          const out = fourth[k][t]
          for (let i = 0; i < n; i++) out[i] = sign > 0 ? values[i] : (out[i] - values[i]) / (2 * step)
        })
      }
      for (let i = 0; i < n; i++) eta[k][i] += step
    }
  }

  /** The cells' multipliers, third derivatives and v_cc. */
  function fillCells(): void {
    selectedInverse(symbolic, factor, inverse)
    cells.third.fill(0)
    triples.forEach((triple, klm) => {
      const values = third[triple]
      for (let i = 0; i < n; i++) cells.third[ofRow[i] * triples.length + klm] += values[i]
    })
    leverage.fill(0)
    for (let c = 0; c < count; c++) {
      const own = c * K * K
      const row = c * wide
      a.set(multipliers.subarray(first[c] * width, (first[c] + 1) * width), row)
      if (dense) {
        const from = dense.ofRow[first[c]] * dense.columns
        a.set(dense.multipliers.subarray(from, from + dense.columns), row + width)
      }
      for (let s = 0, pair = first[c] * perRow; s < width; s++) {
        for (let t = 0; t <= s; t++, pair++) {
          const [ks, kt] = [predictorOf[s], predictorOf[t]]
          const product = inverse[places[pair]] * a[row + s] * a[row + t]
          leverage[own + ks * K + kt] += product
          if (s !== t) leverage[own + kt * K + ks] += product
        }
      }
    }
    border?.addCovariances(inverse, first, K, leverage)
  }

  /** Sets `inThird` to v_cc (x) y_c / 8, with y = A H^-1 A' of the third derivatives contracted with v_cc. */
  function contractions(): void {
    const square = K * K
    vector.fill(0)
    for (let c = 0, at = 0; c < count; c++) {
      for (let s = 0; s < wide; s++, at++) {
        const from = (c * K + predictorOf[s]) * square
        let contracted = 0
        for (let lm = 0; lm < square; lm++) contracted += cells.third[from + lm] * leverage[c * square + lm]
        vector[columns[at]] += a[at] * contracted
      }
    }
    solve(symbolic, factor, vector)
    const y = new Float64Array(K)
    for (let c = 0, at = 0, t = 0; c < count; c++) {
      y.fill(0)
      for (let s = 0; s < wide; s++, at++) y[predictorOf[s]] += a[at] * vector[columns[at]]
      for (let kl = 0; kl < square; kl++) {
        for (let m = 0; m < K; m++, t++) inThird[t] = (leverage[c * square + kl] * y[m]) / 8
      }
    }
  }

  /** sum_klmn l_klmn v_kl v_mn / 8 of row i. */
  function quartic(i: number): number {
    const at = ofRow[i] * K * K
    let sum = 0
    for (let k = 0, t = 0; k < K; k++) {
      for (let l = 0; l < K; l++) {
        for (let m = 0; m < K; m++, t++) {
          // l_klm,n with n the direction of the difference quotient.
          for (let o = 0; o < K; o++)
            sum += fourth[o][triples[t]][i] * leverage[at + k * K + l] * leverage[at + m * K + o]
        }
      }
    }
    return sum / 8
  }

  /** Each row's share of what the cells' coefficients give, to `out` where there is one; their sum. */
  function shares(out: Float64Array | undefined): number {
    let total = 0
    for (let i = 0; i < n; i++) {
      const from = ofRow[i] * triples.length
      let share = quartic(i)
      for (let klm = 0; klm < triples.length; klm++) share += third[triples[klm]][i] * inThird[from + klm]
      if (out) out[i] = share
      total += share
    }
    return total
  }

  return {
    exact,
    correction: (x, byRow, at = approximation) => {
      if (!at.moveTo(x)) return Number.NaN
      at.forget()
      derivatives()
      fillCells()
      contractions()
      if (addPairs) addPairs(factor, 1 / 12, inThird)
      else if (byRow) sampled!.add(factor, 1 / 12, inThird)
      const rest = !addPairs && !byRow ? sampled!.total(factor) / 12 : 0
      return shares(byRow) + rest
    },
  }
}
