import { type BasisKeeper, newBasis } from './basis.js'
import { columnsByName } from './column-facts.js'
import { formulaFunctions } from './formula-functions.js'
import type { FormulaFunctions, Frame } from './frame.js'
import type { Table } from './table.js'

/** Rows of a table (all where null) as a frame for expressions of `source`, with the functions they may call. */
export const frameOf = (
  table: Table,
  rows: Int32Array | null,
  source: string,
  basis: BasisKeeper = newBasis(),
  functions: FormulaFunctions = formulaFunctions,
): Frame => ({
  table,
  columns: columnsByName(table),
  rows,
  nrow: rows === null ? table.nrow : rows.length,
  source,
  basis,
  functions,
})
