import { type NewDesign, newDesign } from '../../data/new-design.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import { coefficientsOf, designSource, type FitSource } from './predict-source.js'

/** The part of a predictor's design that the fit has coefficients for, and what of it the fit has not estimated. */
export interface EstimablePart {
  /** Positions among the design's columns of those that the fit kept. */
  readonly at: readonly number[]
  /**
   * The columns left out of the fit that keep a row's predictor from being estimable, none where it is: the row is then
   * no combination of rows of the fit (Searle 1971, section 5.4), and its predictor any number.
   */
  readonly missing: (row: number) => readonly string[]
}

/** A row this far from the rows of the fit, beside what its columns add up to, is none of their combinations. */
const rounding = 1e-6

/** The parts of each predictor of a design of new data. Throws FILE where the design is not that of the fit. */
export function estimableParts(fit: FitSource, { predictors, nrow: n }: NewDesign): EstimablePart[] {
  return predictors.map(({ name, fixed: { names, x } }) => {
    const kept = coefficientsOf(fit, name).map((one) => one.name)
    const at = keptColumns(names, kept, fit)
    const left = names.map((_, j) => j).filter((j) => !at.includes(j))
    const combined = left.map((j) => {
      const known = fit.basis.combinations.find((one) => one.predictor === name && one.column === names[j])
      // A fit that does not say what a column is a combination of says nothing of rows in which it is not zero.
      return { j, coefficients: known?.coefficients ?? [] }
    })
    const missing = (i: number): string[] =>
      combined
        .filter(({ j, coefficients }) => {
          let apart = x[j * n + i]
          let size = Math.abs(apart)
          coefficients.forEach((coefficient, c) => {
            const part = coefficient * x[at[c] * n + i]
            apart -= part
            size += Math.abs(part)
          })
          return Math.abs(apart) > rounding * size
        })
        .map(({ j }) => names[j])
    return { at, missing }
  })
}

/** Throws COLUMN where a row of the table has a predictor that is not estimable. */
export function checkEstimable(fit: FitSource, table: Table): void {
  if (fit.basis.combinations.length === 0) return
  const design = newDesign(designSource(fit), table, 'none')
  const parts = estimableParts(fit, design)
  for (let i = 0; i < design.nrow; i++) {
    const missing = parts.flatMap((part) => part.missing(i))
    if (missing.length === 0) continue
    throw new GlmmError(
      'COLUMN',
      `expected rows that the data of the fit say something about, got row ${(design.rows?.[i] ?? i) + 1}, which hangs on ${missing.join(', ')}`,
      'that column was left out of the fit as a combination of others: leave such rows out',
    )
  }
}

/** Positions among a design's columns of those that the fit kept; the others are the aliased ones. */
function keptColumns(names: readonly string[], kept: readonly string[], { formula }: FitSource): number[] {
  const at: number[] = []
  names.forEach((name, j) => {
    if (name === kept[at.length]) at.push(j)
  })
  if (at.length === kept.length) return at
  const message = `expected a column ${kept[at.length]} in the design of ${formula}, got ${names.join(', ')}`
  throw new GlmmError('FILE', message, 'the parts of the fit do not belong together; fit again')
}
