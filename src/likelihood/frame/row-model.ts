import { pairsOf, triplesOf } from '../../families/derivative-order.js'
import type { Model } from '../../data/model.js'
import type { Family, RowKernel } from '../../families/family.js'
import type { ResponseData } from '../../families/response-data.js'
import { boundDensity } from '../../families/repeated-rows.js'
import { densitySize, firstAt, type RowDensity } from '../../families/row-density.js'
import { tileSize } from '../../numerics/jets.js'
import { mappedDensity, type TileDensity } from './mapped-density.js'
import { informationOf } from './row-information.js'
import { rowKernel } from './row-kernel.js'
import type { Space } from '../../numerics/space.js'
import type { Stated } from './stated.js'

/**
 * Log densities of all rows as functions of their K linear predictors, with derivatives, in arrays of length n.
 * Second and third derivatives stand in the order of `DerivativeOrder`.
 */
export interface RowModel {
  readonly predictors: number
  /** Where the arrays of what works on these rows come from. */
  readonly space: Space
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
   * Minus a positive semidefinite information of each row at the present eta, by pairs as d2: the step to a mode takes it where
   * minus d2 is indefinite. Overwritten by the next call.
   */
  readonly concave: (from: number, to: number) => readonly Float64Array[]
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

/** The rows of a model as functions of its K linear predictors, with another response of the same rows where one is given. */
export function rowModel({ model, family, space }: Stated, response: ResponseData = model.response): RowModel {
  const K = model.predictors.length
  const n = response.y.length
  const columns = (count: number): Float64Array[] => Array.from({ length: count }, () => space.vector(n))
  const eta = columns(K)
  const d1 = columns(K)
  const d2 = columns(pairsOf(K))
  const d3 = columns(triplesOf(K))
  const logDensity = space.vector(n)
  const { fill, atPoints } = evaluators(model, family, response, eta, [logDensity, ...d1, ...d2, ...d3])
  const evaluate = (from: number, to: number): number => {
    fill(from, to)
    let sum = 0
    for (let i = from; i < to; i++) sum += logDensity[i]
    return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY
  }
  let concave: RowModel['concave'] | undefined
  return {
    predictors: K,
    space,
    eta,
    logDensity,
    d1,
    d2,
    d3,
    evaluate,
    atPoints,
    concave: (from, to) => {
      concave ??= concaveRows(model, family, response, eta, d2)
      return concave(from, to)
    },
  }
}

/** `out` are the log density and its derivatives, as RowDensity.at has them, over all rows. */
function evaluators(
  model: Model,
  family: Family,
  response: ResponseData,
  eta: readonly Float64Array[],
  out: readonly Float64Array[],
): Evaluators {
  const kernel = rowKernel(model, family, response)
  if (kernel) return fromKernel(kernel, eta[0], out[0], out[1], out[2], out[3])
  const density = boundDensity(family, model.link, response)
  return model.map
    ? fromTiles(mappedDensity(density, model.map, eta.length), eta, out)
    : fromDensity(density, eta.length, eta, out[0], out.slice(1))
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

function fromTiles(density: TileDensity, eta: readonly Float64Array[], out: readonly Float64Array[]): Evaluators {
  const K = eta.length
  return {
    fill: (from, to) => {
      for (let row = from; row < to; row += tileSize) {
        const count = Math.min(tileSize, to - row)
        for (let k = 0; k < K; k++) density.eta[k].set(eta[k].subarray(row, row + count))
        density.run(3, count, row, false)
        for (let r = 0; r < out.length; r++) out[r].set(density.out[r].subarray(0, count), row)
      }
    },
    atPoints: (row, points, count, logDensityAt, d1, first) => {
      for (let at = 0; at < count; at += tileSize) {
        const some = Math.min(tileSize, count - at)
        for (let k = 0; k < K; k++) {
          const from = k * count + at
          density.eta[k].set(points.subarray(from, from + some))
        }
        density.run(1, some, row, true)
        logDensityAt.set(density.out[0].subarray(0, some), at)
        for (let k = 0; k < K; k++) d1.set(density.out[1 + k].subarray(0, some), first + k * count + at)
      }
    },
  }
}

function concaveRows(
  model: Model,
  family: Family,
  response: ResponseData,
  eta: readonly Float64Array[],
  d2: readonly Float64Array[],
): RowModel['concave'] {
  const density = boundDensity(family, model.link, response)
  const K = eta.length
  const out = d2.map(({ length }) => new Float64Array(length))
  if (model.map) {
    const tiles = mappedDensity(density, model.map, K)
    const found = out.map(() => new Float64Array(tileSize))
    return (from, to) => {
      for (let row = from; row < to; row += tileSize) {
        const count = Math.min(tileSize, to - row)
        for (let k = 0; k < K; k++) tiles.eta[k].set(eta[k].subarray(row, row + count))
        tiles.run(2, count, row, false)
        tiles.information(count, row, false, found)
        found.forEach((values, pair) => {
          for (let i = 0; i < count; i++) out[pair][row + i] = -values[i]
        })
      }
      return out
    }
  }
  const informationAt = informationOf(density)
  const at = new Float64Array(K)
  const observed = new Float64Array(out.length)
  const found = new Float64Array(out.length)
  return (from, to) => {
    for (let i = from; i < to; i++) {
      for (let k = 0; k < K; k++) at[k] = eta[k][i]
      for (let pair = 0; pair < out.length; pair++) observed[pair] = -d2[pair][i]
      informationAt(i, at, observed, found)
      for (let pair = 0; pair < out.length; pair++) out[pair][i] = Number.isFinite(found[pair]) ? -found[pair] : 0
    }
    return out
  }
}
