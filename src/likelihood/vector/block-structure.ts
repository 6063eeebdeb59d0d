import { countingSort, type GroupedRows, groupedRows } from '../frame/grouped-rows.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'

/** The rows of one factor's levels in blocks: within one, rows meet the effects with the same multipliers. */
export interface Blocks {
  readonly rows: GroupedRows
  /** Effects of a level, all terms together. */
  readonly q: number
  /** Rows of block b: start[b] to start[b + 1] - 1. */
  readonly start: Int32Array
  /** Blocks of level g: first[g] to first[g + 1] - 1. */
  readonly first: Int32Array
  /** The columns of Z in each block: blocks x q. */
  readonly z: Float64Array
  /** First effect of each term, and their number. */
  readonly offsets: Int32Array
}

/** Brings the rows of a model of one factor and one predictor into blocks. */
export function blocksOf(stated: Stated): Blocks {
  const { model, layout } = stated
  const n = model.nobs
  const terms = layout.terms.map(({ term }) => term)
  const columns = terms.flatMap(({ z, names }) => names.map((_, j) => z.subarray(j * n, (j + 1) * n)))
  const offsets = new Int32Array(terms.length + 1)
  terms.forEach(({ names }, t) => {
    offsets[t + 1] = offsets[t] + names.length
  })
  const q = columns.length
  const [{ index, levels }] = terms
  const { start: ofLevel, order } = countingSort(index, levels.length)
  const differ = (a: number, b: number): number => {
    for (let j = 0; j < q; j++) if (columns[j][a] !== columns[j][b]) return columns[j][a] - columns[j][b]
    return 0
  }
  const start: number[] = []
  const first = new Int32Array(levels.length + 1)
  for (let g = 0; g < levels.length; g++) {
    order.subarray(ofLevel[g], ofLevel[g + 1]).sort((a, b) => differ(a, b) || a - b)
    for (let i = ofLevel[g]; i < ofLevel[g + 1]; i++) {
      if (i === ofLevel[g] || differ(order[i - 1], order[i]) !== 0) start.push(i)
    }
    first[g + 1] = start.length
  }
  const z = new Float64Array(start.length * q)
  start.forEach((row, b) => {
    for (let j = 0; j < q; j++) z[b * q + j] = columns[j][order[row]]
  })
  const rows = groupedRows(stated, terms[0], { start: ofLevel, order })
  return { rows, q, start: withEnd(start, n), first, z, offsets }
}

function withEnd(start: readonly number[], n: number): Int32Array {
  const out = new Int32Array(start.length + 1)
  out.set(start)
  out[start.length] = n
  return out
}

/** Multipliers of the spherical effects in each block, a = Lambda' z, into `out` (blocks x q). */
export function blockMultipliers(
  { z, q, offsets }: Blocks,
  layout: ParameterLayout,
  parameters: Float64Array,
  out: Float64Array,
): void {
  out.fill(0)
  layout.terms.forEach(({ term, covariance, start, size }, t) => {
    const k = term.names.length
    const lambda = new Float64Array(k * k)
    covariance.factor(parameters.subarray(start, start + size), k, lambda)
    for (let at = offsets[t]; at < z.length; at += q) {
      for (let m = 0; m < k; m++) for (let c = 0; c <= m; c++) out[at + c] += z[at + m] * lambda[m * k + c]
    }
  })
}

/** Gradient in the covariances' parameters, from the derivatives in each block's multipliers (blocks x q). */
export function multiplierGradient(
  { z, q, offsets }: Blocks,
  layout: ParameterLayout,
  parameters: Float64Array,
  inMultipliers: Float64Array,
  gradient: Float64Array,
): void {
  layout.terms.forEach(({ term, covariance, start, size }, t) => {
    const k = term.names.length
    const moments = new Float64Array(k * k)
    for (let at = offsets[t]; at < z.length; at += q) {
      for (let m = 0; m < k; m++) for (let c = 0; c <= m; c++) moments[m * k + c] += z[at + m] * inMultipliers[at + c]
    }
    const derivative = new Float64Array(k * k)
    const theta = parameters.subarray(start, start + size)
    for (let j = 0; j < size; j++) {
      covariance.factorDerivative(theta, k, j, derivative)
      let sum = 0
      for (let e = 0; e < moments.length; e++) sum += derivative[e] * moments[e]
      gradient[start + j] = sum
    }
  })
}
