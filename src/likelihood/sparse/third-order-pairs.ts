import { solve } from '../../numerics/sparse-cholesky.js'
import type { IndependentComponents } from './independent-components.js'
import type { RandomStructure } from './random-structure.js'

/** The distinct rows of a model at given parameters, one cell each; see `distinctRows`. */
export interface Cells {
  readonly count: number
  readonly predictors: number
  /** How many elements of u each cell meets, those of dense columns last. */
  readonly width: number
  /** These elements and their multipliers: cells x width. */
  readonly columns: Int32Array
  readonly multipliers: Float64Array
  /** Predictor of each slot. */
  readonly predictorOf: Int32Array
  /** Independent component of each cell. */
  readonly componentOf: Int32Array
  /** l''' summed over the rows of each cell: cells x K x K x K. */
  readonly third: Float64Array
  /** v_cc of each cell, cells x K x K. */
  readonly leverage: Float64Array
}

/**
 * With v_cd = A_c H^-1 A_d' the covariance of the linear predictors of two cells and l''' their third derivatives, the
 * sums over pairs of cells of one independent component
 *
 *   sum_d v_cd^3 l_d''',   of tensors K x K x K where rows have several predictors,
 *
 * added, times `scale`, to `out` (cells x K x K x K).
 */
export type AddPairs = (factor: Float64Array, scale: number, out: Float64Array) => void

/** The largest H whose inverse is made whole: 8 MB. */
const mostDense = 1000

/**
 * The exact sums. A cell's row of v is a sum of columns of H^-1: those of the dense inverse where it is small and cells
 * are many, else those of a solve.
 */
export function exactPairs(
  { size: q, symbolic }: RandomStructure,
  cells: Cells,
  components: IndependentComponents,
): AddPairs {
  const { count, predictors: K, width, columns, multipliers: a, predictorOf, componentOf, third } = cells
  const members = cellsByComponent(componentOf, components.count)
  const dense = q <= mostDense && count > q ? new Float64Array(q * q) : null
  const solved = Array.from({ length: K }, () => new Float64Array(q))
  const cube = K ** 3
  const covariance = new Float64Array(K * K)
  const tensors = [new Float64Array(cube), new Float64Array(cube)]

  /** H^-1 A_c' of each predictor. */
  function solveCell(factor: Float64Array, c: number): void {
    for (let k = 0; k < K; k++) {
      const x = solved[k]
      x.fill(0)
      for (let s = 0, at = c * width; s < width; s++, at++) {
        if (predictorOf[s] !== k) continue
        const multiplier = a[at]
        if (!dense) x[columns[at]] += multiplier
        else for (let e = 0, from = q * columns[at]; e < q; e++) x[e] += multiplier * dense[from++]
      }
      if (!dense) solve(symbolic, factor, x)
    }
  }

  /** sum_d v_cd^3 l_d''' for one predictor. */
  function cubes(own: Int32Array): number {
    const x = solved[0]
    let sum = 0
    for (let m = 0; m < own.length; m++) {
      const d = own[m]
      let v = 0
      for (let s = 0, at = d * width; s < width; s++, at++) v += a[at] * x[columns[at]]
      sum += third[d] * v * v * v
    }
    return sum
  }

  /** The same for several, to the tensor at `to` of `out`. */
  function addTensors(own: Int32Array, scale: number, out: Float64Array, to: number): void {
    for (let m = 0; m < own.length; m++) {
      const d = own[m]
      covariance.fill(0)
      for (let s = 0, at = d * width; s < width; s++, at++) {
        for (let k = 0; k < K; k++) covariance[k * K + predictorOf[s]] += a[at] * solved[k][columns[at]]
      }
      // One index at a time; each time the new one comes last, so that after three they stand as they stood.
      let from = third.subarray(d * cube, (d + 1) * cube)
      for (let index = 0; index < 3; index++) {
        const next = tensors[index % 2]
        contractFirst(from, covariance, K, next)
        from = next
      }
      for (let e = 0; e < cube; e++) out[to + e] += scale * from[e]
    }
  }

  return (factor, scale, out) => {
    if (dense) {
      dense.fill(0)
      for (let e = 0; e < q; e++) {
        const column = dense.subarray(e * q, (e + 1) * q)
        column[e] = 1
        solve(symbolic, factor, column)
      }
    }
    for (let c = 0; c < count; c++) {
      solveCell(factor, c)
      const own = members[componentOf[c]]
      if (K === 1) out[c] += scale * cubes(own)
      else addTensors(own, scale, out, c * cube)
    }
  }
}

/** out[l, m, k] = sum_k' v[k, k'] x[k', l, m]. */
function contractFirst(x: Float64Array, v: Float64Array, K: number, out: Float64Array): void {
  const square = K * K
  for (let lm = 0; lm < square; lm++) {
    for (let k = 0; k < K; k++) {
      let sum = 0
      for (let other = 0; other < K; other++) sum += v[k * K + other] * x[other * square + lm]
      out[lm * K + k] = sum
    }
  }
}

function cellsByComponent(componentOf: Int32Array, count: number): Int32Array[] {
  const members: number[][] = Array.from({ length: count }, () => [])
  componentOf.forEach((component, c) => {
    members[component].push(c)
  })
  return members.map((own) => Int32Array.from(own))
}
