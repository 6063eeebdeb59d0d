import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { writeAtomically } from '../draws/files/write-atomically.js'
import type { ResultRecord } from '../report/document-kind.js'
import { writeResult } from './present.js'

/** Writes CSV where the path ends so, else the result as any command does. */
export const csvOrResult =
  (record: ResultRecord, csv: () => string) =>
  (path: string): Promise<void> =>
    extname(path).toLowerCase() === '.csv'
      ? writeAtomically(path, (temporary) => writeFile(temporary, csv()))
      : writeResult(record, path)
