import { dirname, isAbsolute, resolve } from 'node:path'
import { readTable } from '../../data/files/read-table.js'
import type { Table } from '../../data/table.js'
import type { StudySpec } from '../spec/study-spec.js'

/** Reads the data of a study, whose path is relative to the file `from`, or to the current directory where that is null. */
export function studyData({ data, names, read }: StudySpec, from: string | null): Promise<Table> {
  const path = data as string
  const found = from === null || isAbsolute(path) ? path : resolve(dirname(from), path)
  return readTable(found, { ...read, source: path, ...(names && { header: false, names: [...names] }) })
}
