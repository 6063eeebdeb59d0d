import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'

/** The tables that fits of this process were made from, for as long as their records live. */
const tables = new WeakMap<object, Table>()

/** Keeps the table that a record was made from beside it. */
export function keepData<Fit extends object>(fit: Fit, table: Table): Fit {
  tables.set(fit, table)
  return fit
}

/**
 * The table of a fit: the one given, or the one that it was made from in this process.
 *
 * @throws GlmmError USAGE for a fit that was read, where no table is given
 */
export function dataOf(fit: { readonly call: Readonly<Record<string, unknown>> }, given: Table | undefined): Table {
  const table = given ?? tables.get(fit)
  if (table) return table
  const named = typeof fit.call.data === 'string' ? ` (${fit.call.data})` : ''
  throw new GlmmError(
    'USAGE',
    `expected the data of the fit${named} as the option data, got none: this fit was read from a document`,
    'read them with readTable',
  )
}
