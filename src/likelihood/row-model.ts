import type { Model } from '../data/model.js'
import type { ResponseData, RowKernel } from '../families/family.js'
import { familyNamed } from '../families/registry.js'
import type { RowDensity } from '../families/row-density.js'

/**
 * Log densities of all rows as functions of their K linear predictors, with derivatives, in arrays of length n.
 * Second derivatives are numbered by pairs a >= b (00, 10, 11, 20 ...), third ones by triples a >= b >= c.
 */
export interface RowModel {
  readonly predictors: number
  readonly eta: readonly Float64Array[]
  readonly logDensity: Float64Array
  readonly d1: readonly Float64Array[]
  readonly d2: readonly Float64Array[]
  readonly d3: readonly Float64Array[]
  /** Reads eta, writes the rest. Returns the sum of the log densities, -Infinity where that is not finite. */
  readonly evaluate: () => number
}

/** Number of the pair (a, b) among second derivatives. */
export const pairIndex = (a: number, b: number): number => (a >= b ? (a * (a + 1)) / 2 + b : (b * (b + 1)) / 2 + a)

/** Number of the triple (a, b, c) among third derivatives. */
export function tripleIndex(a: number, b: number, c: number): number {
  const [low, middle, high] = [a, b, c].sort((x, y) => x - y)
  return (high * (high + 1) * (high + 2)) / 6 + (middle * (middle + 1)) / 2 + low
}

export function rowModel(model: Model, response: ResponseData): RowModel {
  const { family } = familyNamed(model.family)
  const n = response.y.length
  const k = model.predictors.length
  const columns = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(n))
  const eta = columns(k)
  const d1 = columns(k)
  const d2 = columns((k * (k + 1)) / 2)
  const d3 = columns((k * (k + 1) * (k + 2)) / 6)
  const logDensity = new Float64Array(n)
  const kernel = k === 1 ? family.kernel?.(model.link, response) : undefined
  const fill = kernel
    ? fromKernel(kernel, n, eta[0], logDensity, d1[0], d2[0], d3[0])
    : fromDensity(family.density(model.link, response), n, eta, logDensity, [...d1, ...d2, ...d3])
  const evaluate = (): number => {
    fill()
    let sum = 0
    for (let i = 0; i < n; i++) sum += logDensity[i]
    return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY
  }
  return { predictors: k, eta, logDensity, d1, d2, d3, evaluate }
}

const fromKernel =
  (
    kernel: RowKernel,
    n: number,
    eta: Float64Array,
    logDensity: Float64Array,
    d1: Float64Array,
    d2: Float64Array,
    d3: Float64Array,
  ) =>
  (): void =>
    kernel.curvature(eta, 0, n, logDensity, d1, d2, d3)

function fromDensity(
  density: RowDensity,
  n: number,
  eta: readonly Float64Array[],
  logDensity: Float64Array,
  derivatives: readonly Float64Array[],
): () => void {
  const at = new Float64Array(eta.length)
  const out = new Float64Array(1 + derivatives.length)
  return () => {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < at.length; k++) at[k] = eta[k][i]
      density.at(i, at, out)
      logDensity[i] = out[0]
      for (let j = 0; j < derivatives.length; j++) derivatives[j][i] = out[1 + j]
    }
  }
}
