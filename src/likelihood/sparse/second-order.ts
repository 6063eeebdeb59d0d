import { derivativeOrder } from '../../families/derivative-order.js'
import { backward, solve } from '../../numerics/sparse-cholesky.js'
import { selectedInverse } from '../../numerics/sparse-inverse.js'
import { stream } from '../../random/stream.js'
import { independentBlocks } from './independent-blocks.js'
import type { LaplaceParts } from './laplace-parts.js'

/** The next term after Laplace's in the expansion of the log marginal likelihood. */
export interface SecondOrder {
  /**
   * Log likelihood minus Laplace's approximation of it, to second order, at the outer parameters; NaN out of support.
   * Each row's share goes to `byRow`, where given.
   */
  readonly correction: (x: Float64Array, byRow?: Float64Array) => number
  /** False where the sum over pairs of rows is estimated from fixed random directions. */
  readonly exact: boolean
}

/** Step of the difference quotient that gives fourth derivatives from third ones. */
const step = 3e-3
/** Work of the exact sum over pairs, in multiplications, above which directions are drawn: some tens of milliseconds. */
const affordable = 2e7
/** Rows times directions: few directions where rows are many. D of them give the sum with a relative error of (2 / D)^1/2. */
const mostRowDirections = 5e5

/**
 * Shun and McCullagh (1995, "Laplace approximation of high dimensional integrals", JRSS B 57). With l the rows' log
 * densities at the mode and v_ij = A_i H^-1 A_j' the covariance of the linear predictors of rows i and j there,
 *
 *   log L - Laplace = sum_i l_i'''' v_ii^2 / 8 + sum_ij l_i''' l_j''' (v_ii v_ij v_jj / 8 + v_ij^3 / 12) + ...
 *
 * and tensors in place of these products for rows of several predictors. The first two sums cost a solve. The last is
 * exact where pairs are few; else, with y = A L'^-1 e for e standard normal, it is the variance of
 * sum_i l_i''' (y_i^3 - 3 v_ii y_i) over 72, taken over fixed draws of e, so that it is smooth in the parameters.
 */
export function secondOrder(parts: LaplaceParts, mostWork: number = affordable): SecondOrder {
  const { structure, linear, rows, approximation } = parts
  const { size: q, width, columns, symbolic, pairs: entries } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta, d3, logDensity } = rows
  const { u: mode, factor } = approximation
  const n = logDensity.length
  const blocks = independentBlocks(structure, n)
  const predictorOf = Int32Array.from(slots, (slot) => slot.predictor)
  const perRow = (width * (width + 1)) / 2
  const { triple: triples } = derivativeOrder(K)
  const third = d3.map(() => new Float64Array(n))
  const fourth = eta.map(() => d3.map(() => new Float64Array(n)))
  const inverse = new Float64Array(symbolic.size)
  const leverage = new Float64Array(n * K * K)
  const contracted = new Float64Array(n * K)
  const vector = new Float64Array(q)
  const y = new Float64Array(n * K)
  const cubic = new Float64Array(n)
  const total = new Float64Array(blocks.count)
  const inBlock = rowsByBlock(blocks.ofRow, blocks.count)
  const pairs = inBlock.reduce((sum, members) => sum + members.length ** 2, 0)
  const exact = n * K * symbolic.size + pairs * K ** 3 * (width + 1) <= mostWork
  const directions = exact ? 0 : Math.max(32, Math.min(200, Math.floor(mostRowDirections / n)))
  const draws = new Float64Array(directions * q)
  if (!exact) {
    const { normal } = stream({ seed: 0, replicate: 1, purpose: 'importance' })
    for (let at = 0; at < draws.length; at++) draws[at] = normal()
  }

  /** Third and fourth derivatives of the rows at the mode. */
  function derivatives(): void {
    for (let k = 0; k < K; k++) eta[k].set(fixed[k])
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) eta[predictorOf[s]][i] += a[at] * mode[columns[at]]
    }
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

  /** v_ii of each row (K x K), and l''' contracted with it. */
  function leverages(): void {
    selectedInverse(symbolic, factor, inverse)
    leverage.fill(0)
    for (let i = 0; i < n; i++) {
      const own = leverage.subarray(i * K * K, (i + 1) * K * K)
      for (let s = 0, pair = i * perRow; s < width; s++) {
        for (let t = 0; t <= s; t++, pair++) {
          const [ks, kt] = [predictorOf[s], predictorOf[t]]
          const product = inverse[symbolic.target[entries[pair]]] * a[i * width + s] * a[i * width + t]
          own[ks * K + kt] += product
          if (s !== t) own[kt * K + ks] += product
        }
      }
      for (let k = 0; k < K; k++) {
        let sum = 0
        for (let lm = 0; lm < K * K; lm++) sum += third[triples[k * K * K + lm]][i] * own[lm]
        contracted[i * K + k] = sum
      }
    }
  }

  /** sum_klmn l_klmn v_kl v_mn / 8 of row i. */
  function quartic(i: number): number {
    const at = i * K * K
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

  /** y_i = A_i x for all rows. */
  function predictorsAlong(x: Float64Array): void {
    y.fill(0)
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) y[i * K + predictorOf[s]] += a[at] * x[columns[at]]
    }
  }

  /** sum_j of the products over pairs, for each row i, plus to `share`, times 1 / 12. */
  function pairSums(share: Float64Array): void {
    const covariance = new Float64Array(K * K)
    const solved = new Float64Array(K * q)
    for (const members of inBlock) {
      for (const i of members) {
        for (let k = 0; k < K; k++) {
          const x = solved.subarray(k * q, (k + 1) * q)
          x.fill(0)
          for (let s = 0; s < width; s++) if (predictorOf[s] === k) x[columns[i * width + s]] += a[i * width + s]
          solve(symbolic, factor, x)
        }
        for (const j of members) {
          if (j > i) break
          covariance.fill(0)
          for (let s = 0; s < width; s++) {
            const [at, l] = [columns[j * width + s], predictorOf[s]]
            for (let k = 0; k < K; k++) covariance[k * K + l] += a[j * width + s] * solved[k * q + at]
          }
          const product = tensorProduct(i, j, covariance) / 12
          share[i] += product
          if (i !== j) share[j] += product
        }
      }
    }
  }

  /** sum l_klm(i) l_k'l'm'(j) v_kk' v_ll' v_mm'. */
  function tensorProduct(i: number, j: number, v: Float64Array): number {
    if (K === 1) return third[0][i] * third[0][j] * v[0] * v[0] * v[0]
    let sum = 0
    for (let klm = 0; klm < triples.length; klm++) {
      const [k, l, m] = [Math.floor(klm / (K * K)), Math.floor(klm / K) % K, klm % K]
      const own = third[triples[klm]][i]
      if (own === 0) continue
      for (let other = 0; other < triples.length; other++) {
        const [k2, l2, m2] = [Math.floor(other / (K * K)), Math.floor(other / K) % K, other % K]
        sum += own * third[triples[other]][j] * v[k * K + k2] * v[l * K + l2] * v[m * K + m2]
      }
    }
    return sum
  }

  /** Each row's cubic form of y, less its part that is linear in e, to `cubic`; their sums by block to `total`. */
  function cubicForms(): void {
    total.fill(0)
    for (let i = 0; i < n; i++) {
      let sum = 0
      if (K === 1) sum = y[i] * (third[0][i] * y[i] * y[i] - 3 * contracted[i])
      else {
        const own = i * K
        for (let k = 0, t = 0; k < K; k++) {
          sum -= 3 * contracted[own + k] * y[own + k]
          for (let l = 0; l < K; l++) {
            const product = y[own + k] * y[own + l]
            for (let m = 0; m < K; m++, t++) sum += third[triples[t]][i] * product * y[own + m]
          }
        }
      }
      cubic[i] = sum
      total[blocks.ofRow[i]] += sum
    }
  }

  /** The same from random directions. */
  function sampledSums(share: Float64Array): void {
    for (let e = 0; e < directions; e++) {
      vector.set(draws.subarray(e * q, (e + 1) * q))
      backward(symbolic, factor, vector)
      predictorsAlong(vector)
      cubicForms()
      for (let i = 0; i < n; i++) share[i] += (total[blocks.ofRow[i]] * cubic[i]) / (72 * directions)
    }
  }

  /** The same summed over the rows, where shares are not asked for: a pass over the rows for each direction. */
  function sampledTotal(): number {
    let sum = 0
    for (let e = 0; e < directions; e++) {
      vector.set(draws.subarray(e * q, (e + 1) * q))
      backward(symbolic, factor, vector)
      if (K > 1) {
        predictorsAlong(vector)
        cubicForms()
      } else {
        // Rows of one block in a run share a sum.
        total.fill(0)
        const l3 = third[0]
        const { ofRow } = blocks
        let block = ofRow[0]
        let inRun = 0
        for (let i = 0, at = 0; i < n; i++) {
          let along = a[at] * vector[columns[at]]
          at++
          for (let s = 1; s < width; s++, at++) along += a[at] * vector[columns[at]]
          if (ofRow[i] !== block) {
            total[block] += inRun
            inRun = 0
            block = ofRow[i]
          }
          inRun += along * (l3[i] * along * along - 3 * contracted[i])
        }
        total[block] += inRun
      }
      for (let b = 0; b < total.length; b++) sum += total[b] * total[b]
    }
    return sum / (72 * directions)
  }

  const scratchShare = new Float64Array(n)
  return {
    exact,
    correction: (x, byRow) => {
      if (approximation.evaluate(x, null) === Number.NEGATIVE_INFINITY) return Number.NaN
      const share = byRow ?? scratchShare
      derivatives()
      leverages()
      vector.fill(0)
      for (let i = 0, at = 0; i < n; i++) {
        for (let s = 0; s < width; s++, at++) vector[columns[at]] += a[at] * contracted[i * K + predictorOf[s]]
      }
      solve(symbolic, factor, vector)
      predictorsAlong(vector)
      for (let i = 0; i < n; i++) {
        share[i] = quartic(i)
        for (let k = 0; k < K; k++) share[i] += (contracted[i * K + k] * y[i * K + k]) / 8
      }
      let rest = 0
      if (exact) pairSums(share)
      else if (byRow) sampledSums(share)
      else rest = sampledTotal()
      for (let i = 0; i < n; i++) rest += share[i]
      return rest
    },
  }
}

function rowsByBlock(ofRow: Int32Array, count: number): number[][] {
  const members: number[][] = Array.from({ length: count }, () => [])
  ofRow.forEach((g, i) => {
    members[g].push(i)
  })
  return members
}
