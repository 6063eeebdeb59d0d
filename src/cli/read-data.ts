import { readTable } from '../data/read-table.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import type { ModelFlags } from './flags.js'

/** The table that the flags of a call name; its source is the path as given, so that the call can be run again. */
export function readData({ data, header, names }: ModelFlags): Promise<Table> {
  if (!header && names === undefined) {
    throw new GlmmError('USAGE', 'expected --names with --no-header, got none', 'name the columns, such as --names r,n,treat,center')
  }
  if (header && names !== undefined) {
    throw new GlmmError('USAGE', 'expected --names only with --no-header', 'leave --names out, or add --no-header')
  }
  const source = { source: data }
  return readTable(data, names === undefined ? source : { ...source, header: false, names: names.split(',').map((name) => name.trim()) })
}
