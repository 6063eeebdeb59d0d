import { createHash } from 'node:crypto'
import type { Table } from '../../data/table.js'
import { version } from '../../version.js'
import type { StudySpec } from '../spec/study-spec.js'

/**
 * What rows follow from, as SHA-256: the version of this software, the content of the table and the study, less what
 * says only how many rows there are. It identifies a log.
 */
export function studyHash({ data: _, replicates: __, until: ___, ...spec }: StudySpec, table: Table): string {
  const hash = createHash('sha256')
  hash.update(`${version}\n${JSON.stringify(spec, sortedKeys)}\n${table.nrow}\n`)
  for (const column of table.columns) {
    if (column.kind === 'numeric') {
      hash.update(`${JSON.stringify([column.name])}\n`).update(bytesOf(column.values))
      if (column.exact) hash.update(JSON.stringify(column.exact.levels)).update(bytesOf(column.exact.codes))
    } else {
      hash.update(`${JSON.stringify([column.name, column.levels])}\n`).update(bytesOf(column.codes))
    }
  }
  return hash.digest('hex')
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Objects with their keys in order, but for conditions, whose order is that of the rows. */
function sortedKeys(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (key === 'conditions') return entries
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
