import type { RandomTerm } from '../../data/model.js'
import { copies, responseRows } from '../../data/response-rows.js'
import type { Family, RowKernel } from '../../families/family.js'
import type { ResponseData } from '../../families/response-data.js'
import { boundKernel } from '../../families/repeated-rows.js'
import type { ShiftKernel } from '../../families/shift-kernel.js'
import type { Link } from '../../links/link.js'
import { heap, type Space } from '../../numerics/space.js'
import type { Stated } from './stated.js'

/**
 * The rows of a model brought into the order of one grouping factor's levels, so that each level's rows are
 * contiguous in every array the inner loops read. Without random effects all rows form one level.
 */
export interface GroupedRows {
  readonly n: number
  readonly p: number
  /** Where the arrays of what works on these rows come from. */
  readonly space: Space
  /** Rows of level g are start[g] (included) to start[g + 1] (excluded). Length levels + 1. */
  readonly start: Int32Array
  /** Row of the model that stands at each place. */
  readonly order: Int32Array
  /** n x p, row after row. */
  readonly x: Float64Array
  /** The random effect's multiplier in each row: 1 for a random intercept. */
  readonly z: Float64Array
  readonly offset: Float64Array | null
  /** Log densities bound to the response in this order. */
  readonly kernel: RowKernel
  /** The same for a level as a whole, where the effect is an intercept and the family has it. */
  readonly shifted: ShiftKernel | null
  /** The linear predictor each row's own response suggests, and its weight (the start of IRLS); made on first need. */
  readonly suggested: () => Suggested
}

export interface Suggested {
  readonly working: Float64Array
  readonly weight: Float64Array
}

/** Orders the rows of the model by the levels of `term`, or as `sorted`; by nothing where the term is null. */
export function groupedRows(
  { model, family, link, space }: Stated,
  term: RandomTerm | null,
  sorted: { readonly start: Int32Array; readonly order: Int32Array } | null = null,
): GroupedRows {
  const n = model.nobs
  const { start, order } = sorted ?? (term ? countingSort(term.index, term.levels.length) : inOneLevel(n))
  const [predictor] = model.predictors
  const p = predictor.fixed.names.length
  const x = space.vector(n * p)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) x[i * p + j] = predictor.fixed.x[j * n + order[i]]
  }
  const permuted = (values: Float64Array): Float64Array => inOrder(values, order, space)
  const response = responseRows(model.response, permuted)
  const kernel = boundKernel(family, model.link, response)!
  // An intercept's ones are the same in any order.
  const intercept = term?.z.every((multiplier) => multiplier === 1) ?? false
  const z = intercept ? term!.z : term ? permuted(term.z) : space.vector(n)
  const offset = predictor.offset && permuted(predictor.offset)
  const shifted = intercept ? (kernel.shifted?.(space) ?? null) : null
  let made: Suggested | null = null
  const suggested = (): Suggested => {
    made ??= workingResponse(family, link, response)
    return made
  }
  return { n, p, space, start, order, x, z, offset, kernel, shifted, suggested }
}

/** eta of the fixed part, offset + X beta, into `eta`; beta is the head of `parameters`. */
export function fixedPredictor(rows: GroupedRows, parameters: Float64Array, eta: Float64Array): void {
  const { n, p, x, offset } = rows
  for (let i = 0, at = 0; i < n; i++) {
    let sum = offset ? offset[i] : 0
    for (let j = 0; j < p; j++, at++) sum += x[at] * parameters[j]
    eta[i] = sum
  }
}

/** The same rows with other offsets, in the order of the model's rows; the rows themselves where there are none. */
export const withOffset = (rows: GroupedRows, offsets: readonly Float64Array[] | null): GroupedRows =>
  offsets ? { ...rows, offset: inOrder(offsets[0], rows.order) } : rows

/** Values of the model's rows in another order. */
export function inOrder(values: Float64Array, order: Int32Array, space: Space = heap): Float64Array {
  const out = space.vector(values.length)
  for (let i = 0; i < out.length; i++) out[i] = values[order[i]]
  return out
}

/** X' weights into the head of `out`. */
export function fixedGradient(rows: GroupedRows, weights: Float64Array, out: Float64Array): void {
  const { n, p, x } = rows
  for (let j = 0; j < p; j++) out[j] = 0
  for (let i = 0, at = 0; i < n; i++) {
    const weight = weights[i]
    for (let j = 0; j < p; j++, at++) out[j] += weight * x[at]
  }
}

/** The rows in the order of their levels: rows of level g stand at start[g] to start[g + 1] - 1 of `order`. */
export function countingSort(index: Int32Array, levels: number): { start: Int32Array; order: Int32Array } {
  const start = new Int32Array(levels + 1)
  for (const level of index) start[level + 1]++
  for (let g = 0; g < levels; g++) start[g + 1] += start[g]
  const next = start.slice()
  const order = new Int32Array(index.length)
  for (let i = 0; i < index.length; i++) order[next[index[i]]++] = i
  return { start, order }
}

function inOneLevel(n: number): { start: Int32Array; order: Int32Array } {
  return { start: Int32Array.of(0, n), order: Int32Array.from({ length: n }, (_, i) => i) }
}

function workingResponse(family: Family, link: Link, response: ResponseData): Suggested {
  const n = response.y.length
  const working = new Float64Array(n)
  const weight = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const trials = family.weight(response, i)
    const mu = family.start(family.observed(response, i), trials, link.name)
    const eta = link.link(mu)
    const slope = link.slope(eta)
    working[i] = eta
    weight[i] = (copies(response, i) * trials * slope * slope) / family.variance(mu)
  }
  return { working, weight }
}
