import { readTable } from '../data/files/read-table.js'
import { standardInput } from '../data/files/read-bytes.js'
import type { Table } from '../data/table.js'
import { type ReadFlags, readOptionsOf } from './read-flags.js'

/** The table that the flags of a call name; its source is the path as given, so that the call can be run again. */
export function readData(flags: ReadFlags & { readonly data: string }): Promise<Table> {
  const { data } = flags
  const options = readOptionsOf(flags)
  return readTable(data, data === standardInput ? options : { ...options, source: data })
}

/** The record with all of the call in it: how the file was read, which the model does not know. */
export function withReading<Result extends { readonly call: Readonly<Record<string, unknown>> }>(
  record: Result,
  flags: ReadFlags,
): Result {
  const { names, source: _, header: __, ...reading } = readOptionsOf(flags)
  return { ...record, call: { ...record.call, header: flags.header, names: names ?? null, ...reading } }
}
