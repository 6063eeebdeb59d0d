import { readTable } from '../data/read-table.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import type { ModelFlags } from './flags.js'

/** The table that the flags of a call name; its source is the path as given, so that the call can be run again. */
export function readData({ data, header, names }: ModelFlags): Promise<Table> {
  if (!header && names === undefined) {
    const hint = 'name the columns, such as --names r,n,treat,center'
    throw new GlmmError('USAGE', 'expected --names with --no-header, got none', hint)
  }
  if (header && names !== undefined) {
    const message = 'expected --names only with --no-header, got --names alone'
    throw new GlmmError('USAGE', message, 'leave --names out, or add --no-header')
  }
  const source = { source: data }
  return readTable(data, names === undefined ? source : { ...source, header: false, names: namesOf(names) })
}

const namesOf = (names: string): string[] => names.split(',').map((name) => name.trim())

/** The record with all of the call in it: how the file was read, which the model does not know. */
export function withReading<Result extends { readonly call: Readonly<Record<string, unknown>> }>(
  record: Result,
  { header, names }: ModelFlags,
): Result {
  return { ...record, call: { ...record.call, header, names: names === undefined ? null : namesOf(names) } }
}
