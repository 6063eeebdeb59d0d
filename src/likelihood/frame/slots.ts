import type { ChainTerm } from './chain-terms.js'
import type { LaidTerm } from './parameter-layout.js'

/**
 * One element of a term's spherical effects as one predictor meets it: every row meets the effects of its level in as
 * many slots. Where the columns of a term are parts of several predictors, several slots of a row may be of one element.
 */
export interface Slot {
  readonly term: number
  /** Column of the term's Lambda: the element's place among those of a level. */
  readonly column: number
  readonly predictor: number
  /** The column that each row meets instead, and its Z there, where the term is a chain: length n each. */
  readonly inChain?: { readonly columns: Int32Array; readonly z: Float64Array }
}

/** True of two slots in which a row meets the same element of the effects. */
export const sameElement = (a: Slot, b: Slot): boolean => a.term === b.term && a.column === b.column

/** The slots of each element of a term: one for each predictor that Lambda takes it to, those of the columns from its own on. */
export function slotsByElement({ term, predictorOf, covariance }: LaidTerm, t: number): readonly (readonly Slot[])[] {
  const q = term.names.length
  const diagonal = !term.factor && covariance.chart.correlationSize(q) === 0
  return term.names.map((_, column) => {
    const met = new Set(predictorOf.subarray(column, diagonal ? column + 1 : q))
    return Array.from(met, (predictor): Slot => ({ term: t, column, predictor }))
  })
}

/** A slot for each column that a row of a chain meets. */
export function chainSlots({ width, columns, z }: ChainTerm, term: number, predictor: number): Slot[] {
  const n = columns.length / width
  return Array.from({ length: width }, (_, w) => ({
    term,
    column: w,
    predictor,
    inChain: {
      columns: Int32Array.from({ length: n }, (__, i) => columns[i * width + w]),
      z: Float64Array.from({ length: n }, (__, i) => z[i * width + w]),
    },
  }))
}
