import type { Space } from '../../numerics/space.js'
import { distinctOf } from './distinct-rows.js'
import { type Slot, slotsByElement } from './slots.js'
import type { ParameterLayout } from './parameter-layout.js'

/** Columns of dense terms that stand beside each other and are parts of one predictor. */
export interface DenseRange {
  readonly predictor: number
  /** First column and the end. */
  readonly from: number
  readonly to: number
}

/**
 * The columns of terms with one level and many columns, which every row meets: fixed effects that are integrated out, a
 * smooth's. Their multipliers are kept for the distinct rows of these columns only.
 */
export interface DenseColumns {
  /** Their number, p. */
  readonly columns: number
  readonly ranges: readonly DenseRange[]
  /** The term of each column, and its place there. */
  readonly slots: readonly Slot[]
  /** Number of distinct rows, m. */
  readonly count: number
  /** The distinct row of each row. */
  readonly ofRow: Int32Array
  /** Z, m x p. */
  readonly z: Float64Array
  /** Multipliers of u, A = Z Lambda, m x p. */
  readonly multipliers: Float64Array
  /** Sets the multipliers from the terms' Lambda, all of them or only those that change with parameters. */
  readonly update: (lambdas: readonly Float64Array[], all: boolean) => void
  /** Whether multipliers change with parameters. */
  readonly varies: boolean
  /** Adds to each term's moments, q x q, the sums over rows of Z_m times the derivative in the multiplier of column c, from m >= c: n x p. */
  readonly addMoments: (inMultipliers: Float64Array, moments: readonly Float64Array[]) => void
}

/** From so many columns on products by tiles are the faster, at 180 rows as at 3,000. */
const fewestColumns = 4

/** The positions of the terms that are taken as dense: of one level, with many columns, each in one predictor. */
export const denseTerms = (layout: ParameterLayout): readonly number[] =>
  layout.terms.flatMap((laid, t) => {
    const { names, levels } = laid.term
    const dense = levels.length === 1 && names.length >= fewestColumns && !laid.covariance.chain
    return dense && slotsByElement(laid, t).every((slots) => slots.length === 1) ? [t] : []
  })

/** The columns of some terms of a layout; null where there are none. */
export function denseColumns({ terms }: ParameterLayout, dense: readonly number[], space: Space): DenseColumns | null {
  if (dense.length === 0) return null
  const slots = dense.flatMap((t) => slotsByElement(terms[t], t).flat())
  const p = slots.length
  const n = terms[dense[0]].term.index.length
  const columns = dense.flatMap((t) => {
    const { names, z } = terms[t].term
    return names.map((_, j) => z.subarray(j * n, (j + 1) * n))
  })
  const found = distinctOf(columns, n)
  const worthIt = 2 * found.count <= n
  const rows = worthIt ? found.first : Int32Array.from({ length: n }, (_, i) => i)
  const m = rows.length
  const z = space.vector(m * p)
  rows.forEach((i, row) => {
    for (let c = 0; c < p; c++) z[row * p + c] = columns[c][i]
  })
  const multipliers = space.vector(m * p)
  const first = dense.map((_, d) => dense.slice(0, d).reduce((sum, t) => sum + terms[t].term.names.length, 0))
  const ranges: DenseRange[] = []
  slots.forEach(({ predictor }, c) => {
    const last = ranges.at(-1)
    if (last?.predictor === predictor) ranges[ranges.length - 1] = { ...last, to: c + 1 }
    else ranges.push({ predictor, from: c, to: c + 1 })
  })
  const ofRow = worthIt ? found.ofRow : rows
  return {
    columns: p,
    ranges,
    slots,
    count: m,
    ofRow,
    z,
    multipliers,
    varies: dense.some((t) => terms[t].size > 0),
    update: (lambdas, all) => {
      dense.forEach((t, d) => {
        if (!all && terms[t].size === 0) return
        const q = terms[t].term.names.length
        const lambda = lambdas[t]
        for (let row = 0, at = first[d]; row < m; row++, at += p) {
          for (let c = 0; c < q; c++) {
            let sum = 0
            for (let k = c; k < q; k++) sum += z[at + k] * lambda[k * q + c]
            multipliers[at + c] = sum
          }
        }
      })
    },
    addMoments: (inMultipliers, moments) => {
      dense.forEach((t, d) => {
        if (terms[t].size === 0) return
        const q = terms[t].term.names.length
        for (let i = 0, at = first[d]; i < n; i++, at += p) {
          const row = ofRow[i] * p + first[d]
          for (let k = 0; k < q; k++) {
            for (let c = 0; c <= k; c++) moments[t][k * q + c] += z[row + k] * inMultipliers[at + c]
          }
        }
      })
    },
  }
}
