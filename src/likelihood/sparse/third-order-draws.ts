import { backward } from '../../numerics/sparse-cholesky.js'
import { stream } from '../../random/stream.js'
import type { IndependentComponents } from './independent-components.js'
import type { RandomStructure } from './random-structure.js'
import type { AddPairs, Cells } from './third-order-pairs.js'

/** The sums over pairs of cells of `AddPairs`, estimated from random directions. */
export interface SampledPairs {
  readonly add: AddPairs
  /** The sum over all cells of l''' times what `add` adds with a scale of 1, at less cost. */
  readonly total: (factor: Float64Array) => number
}

/** Rows times directions: few directions where rows are many. D of them give the sum with a relative error of (2 / D)^1/2. */
const mostRowDirections = 5e5

/**
 * With y = A L'^-1 e for e standard normal, the covariance of two cells' forms y^3 - 3 v y is 6 v_cd^3, so that the sum over
 * pairs is a variance; it is taken over fixed draws of e, so that it is smooth in the parameters.
 */
export function sampledPairs(
  { size: q, symbolic }: RandomStructure,
  cells: Cells,
  components: IndependentComponents,
  rows: number,
): SampledPairs {
  const { count, predictors: K, width, columns, multipliers: a, predictorOf, componentOf, third, leverage } = cells
  const directions = Math.max(32, Math.min(200, Math.floor(mostRowDirections / rows)))
  const draws = new Float64Array(directions * q)
  const { normal } = stream({ seed: 0, replicate: 1, purpose: 'importance' })
  for (let at = 0; at < draws.length; at++) draws[at] = normal()
  const vector = new Float64Array(q)
  const y = new Float64Array(count * K)
  const contracted = new Float64Array(count * K)
  const total = new Float64Array(components.count)

  /** l_klm v_lm of each cell. */
  function contract(): void {
    const square = K * K
    for (let ck = 0; ck < count * K; ck++) {
      const own = Math.floor(ck / K) * square
      let sum = 0
      for (let lm = 0; lm < square; lm++) sum += third[ck * square + lm] * leverage[own + lm]
      contracted[ck] = sum
    }
  }

  /** y of each cell along direction e. */
  function along(factor: Float64Array, e: number): void {
    vector.set(draws.subarray(e * q, (e + 1) * q))
    backward(symbolic, factor, vector)
    y.fill(0)
    for (let c = 0, at = 0; c < count; c++) {
      for (let s = 0; s < width; s++, at++) y[c * K + predictorOf[s]] += a[at] * vector[columns[at]]
    }
  }

  /** The sum of l''' times the forms, by component. */
  function totals(): void {
    total.fill(0)
    for (let c = 0, t = 0; c < count; c++) {
      let sum = 0
      for (let k = 0; k < K; k++) {
        const yk = y[c * K + k]
        sum -= 3 * contracted[c * K + k] * yk
        for (let l = 0; l < K; l++) {
          const product = yk * y[c * K + l]
          for (let m = 0; m < K; m++, t++) sum += third[t] * product * y[c * K + m]
        }
      }
      total[componentOf[c]] += sum
    }
  }

  /** The same along direction e for one predictor, in a pass over the cells. */
  function totalsAlong(factor: Float64Array, e: number): void {
    vector.set(draws.subarray(e * q, (e + 1) * q))
    backward(symbolic, factor, vector)
    total.fill(0)
    // Cells of one component in a run share a sum.
    let component = componentOf[0]
    let inRun = 0
    for (let c = 0, at = 0; c < count; c++) {
      let x = a[at] * vector[columns[at]]
      at++
      for (let s = 1; s < width; s++, at++) x += a[at] * vector[columns[at]]
      if (componentOf[c] !== component) {
        total[component] += inRun
        inRun = 0
        component = componentOf[c]
      }
      inRun += x * (third[c] * x * x - 3 * contracted[c])
    }
    total[component] += inRun
  }

  return {
    add: (factor, scale, out) => {
      contract()
      const share = scale / (6 * directions)
      for (let e = 0; e < directions; e++) {
        along(factor, e)
        totals()
        for (let c = 0, t = 0; c < count; c++) {
          const times = share * total[componentOf[c]]
          const [own, square] = [c * K, c * K * K]
          for (let k = 0; k < K; k++) {
            for (let l = 0; l < K; l++) {
              const form = y[own + k] * y[own + l] - 3 * leverage[square + k * K + l]
              for (let m = 0; m < K; m++, t++) out[t] += times * form * y[own + m]
            }
          }
        }
      }
    },
    total: (factor) => {
      contract()
      let sum = 0
      for (let e = 0; e < directions; e++) {
        if (K === 1) totalsAlong(factor, e)
        else {
          along(factor, e)
          totals()
        }
        for (let b = 0; b < total.length; b++) sum += total[b] * total[b]
      }
      return sum / (6 * directions)
    },
  }
}
