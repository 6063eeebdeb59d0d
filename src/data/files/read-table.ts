import { basename } from 'node:path'
import { GlmmError } from '../../errors.js'
import { grownBound } from './byte-bound.js'
import { decodedText } from '../decode-text.js'
import { isGzip, isParquet } from '../file-formats.js'
import { gunzip } from './gunzip.js'
import { parseTable } from '../parse-table.js'
import { readBytes, standardInput } from './read-bytes.js'
import { checkedReading, type ReadOptions } from '../read-options.js'
import type { Table } from '../table.js'

/**
 * Reads a table from a file, a pipe, or standard input (the path '-'): Parquet where it is one, delimited text otherwise
 * (see parseTable), uncompressed first where it is gzip.
 *
 * @param path - Of the file; '-' is standard input.
 * @param options - How the file is read, where it does not say so itself.
 * @returns The table, its columns numeric or factors.
 * @throws GlmmError FILE where the file is missing, unreadable or too large, TABLE for what is no table, USAGE for options.
 * @example
 * import { mkdtempSync, writeFileSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { readTable } from 'glmm'
 * const path = join(mkdtempSync(join(tmpdir(), 'glmm-')), 'table.csv')
 * writeFileSync(path, 'y;g\n1,5;a\n2,5;b\n')
 * const { nrow, columns } = await readTable(path)
 * console.log(nrow, columns[0].kind, columns[1].kind) // 2 numeric factor
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const { maxBytes } = checkedReading(options)
  const input = path === standardInput
  const what = input ? 'standard input' : path
  const source = options.source ?? (input ? what : basename(path))
  const packed = await readBytes(path, what, maxBytes)
  const bytes = isGzip(packed) ? await gunzip(packed, what, maxBytes) : packed
  if (isParquet(bytes)) {
    const { parquetTable } = await import('./parquet-table.js')
    return parquetTable(bytes, { ...options, source, maxBytes: grownBound(packed.length, maxBytes) })
  }
  if (/\.parquet$/i.test(path))
    throw new GlmmError('FILE', `a Parquet file was expected, got other content in ${path}`, 'name text files .csv')
  return parseTable(decodedText(bytes, what), { ...options, source })
}
