import { pairsOf, triplesOf } from '../../families/derivative-order.js'
import type { RowKernel } from '../../families/family.js'
import type { ResponseData } from '../../families/response-data.js'
import { boundDensity, boundKernel } from '../../families/repeated-rows.js'
import { densitySize, firstAt, type RowDensity } from '../../families/row-density.js'
import type { Stated } from './stated.js'

/**
 * Log densities of all rows as functions of their K linear predictors, with derivatives, in arrays of length n.
 * Second and third derivatives stand in the order of `DerivativeOrder`.
 */
export interface RowModel {
  readonly predictors: number
  readonly eta: readonly Float64Array[]
  readonly logDensity: Float64Array
  readonly d1: readonly Float64Array[]
  readonly d2: readonly Float64Array[]
  readonly d3: readonly Float64Array[]
  /**
   * Reads eta, writes the rest, for rows from (included) to to (excluded). Returns the sum of their log densities,
   * -Infinity where that is not finite.
   */
  readonly evaluate: (from: number, to: number) => number
  /**
   * One row at `count` points of its predictors: reads eta[k * count + point], writes logDensity[point] and the first
   * derivatives d1[at + k * count + point].
   */
  readonly atPoints: (
    row: number,
    eta: Float64Array,
    count: number,
    logDensity: Float64Array,
    d1: Float64Array,
    at: number,
  ) => void
}

/** The rows of a response, the model's own where none is given, under its family and links. */
export function rowModel({ model, family }: Stated, response: ResponseData = model.response): RowModel {
  const { link } = model
  const K = model.predictors.length
  const n = response.y.length
  const columns = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(n))
  const eta = columns(K)
  const d1 = columns(K)
  const d2 = columns(pairsOf(K))
  const d3 = columns(triplesOf(K))
  const logDensity = new Float64Array(n)
  const kernel = K === 1 ? boundKernel(family, link, response) : undefined
  const { fill, atPoints } = kernel
    ? fromKernel(kernel, eta[0], logDensity, d1[0], d2[0], d3[0])
    : fromDensity(boundDensity(family, link, response), K, eta, logDensity, [...d1, ...d2, ...d3])
  const evaluate = (from: number, to: number): number => {
    fill(from, to)
    let sum = 0
    for (let i = from; i < to; i++) sum += logDensity[i]
    return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY
  }
  return { predictors: K, eta, logDensity, d1, d2, d3, evaluate, atPoints }
}

interface Evaluators {
  readonly fill: (from: number, to: number) => void
  readonly atPoints: RowModel['atPoints']
}

const fromKernel = (
  kernel: RowKernel,
  eta: Float64Array,
  logDensity: Float64Array,
  d1: Float64Array,
  d2: Float64Array,
  d3: Float64Array,
): Evaluators => ({
  fill: (from, to) => kernel.curvature(eta, from, to, logDensity, d1, d2, d3),
  atPoints: kernel.atNodes,
})

function fromDensity(
  density: RowDensity,
  K: number,
  eta: readonly Float64Array[],
  logDensity: Float64Array,
  derivatives: readonly Float64Array[],
): Evaluators {
  const at = new Float64Array(K)
  const out = new Float64Array(densitySize(K))
  return {
    fill: (from, to) => {
      for (let i = from; i < to; i++) {
        for (let k = 0; k < K; k++) at[k] = eta[k][i]
        density.at(i, at, out)
        logDensity[i] = out[0]
        for (let j = 0; j < derivatives.length; j++) derivatives[j][i] = out[1 + j]
      }
    },
    atPoints: (row, points, count, logDensityAt, d1, first) => {
      for (let point = 0; point < count; point++) {
        for (let k = 0; k < K; k++) at[k] = points[k * count + point]
        density.at(row, at, out)
        logDensityAt[point] = out[0]
        for (let k = 0; k < K; k++) d1[first + k * count + point] = out[firstAt(K, k)]
      }
    },
  }
}
