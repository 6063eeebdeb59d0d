import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { parseTable, type TableOptions } from './parse-table.js'
import type { Table } from './table.js'

/** Reads a table: Parquet where the file is one, delimited text otherwise (see parseTable). */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  const bytes = await readFile(path).catch((error: unknown) => notRead(path, error))
  const source = options.source ?? basename(path)
  if (startsWith(bytes, 'PAR1')) {
    const { parquetTable } = await import('./parquet-table.js')
    return parquetTable(bytes, source)
  }
  if (/\.parquet$/i.test(path))
    throw new GlmmError('FILE', `a Parquet file was expected, got other content in ${path}`, 'name text files .csv')
  return parseTable(decoded(bytes, path), { ...options, source })
}

const startsWith = (bytes: Uint8Array, magic: string): boolean =>
  [...magic].every((sign, i) => bytes[i] === sign.charCodeAt(0))

async function notRead(path: string, error: unknown): Promise<never> {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EISDIR') throw new GlmmError('FILE', `a file was expected, ${path} is a directory`, 'name a file in it')
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    const reason = code === 'EACCES' ? 'it may not be read' : String(code || error)
    throw new GlmmError('FILE', `a readable file was expected at ${path}, got: ${reason}`, 'check the file permissions')
  }
  const names = await readdir(dirname(path)).catch(() => null)
  const near = names === null ? null : nearestName(basename(path), names)
  const absent = names === null ? `, whose folder ${dirname(path)} does not exist` : ', it does not exist'
  throw new GlmmError(
    'FILE',
    `a data file was expected at ${path}${absent}`,
    near === null ? 'check the path; it is relative to the current directory' : `did you mean ${near}?`,
  )
}

/** The text of a file that must be UTF-8; a byte order mark is dropped. */
function decoded(bytes: Uint8Array, path: string): string {
  if (bytes.length === 0)
    throw new GlmmError('FILE', `a table was expected, ${path} is empty`, 'check that the right file was written')
  if (startsWith(bytes, 'PK\x03\x04'))
    throw new GlmmError('FILE', `text or Parquet was expected, ${path} is a zip or spreadsheet file`, 'save it as CSV')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new GlmmError('FILE', `text or Parquet was expected, ${path} is compressed`, 'uncompress it first: gunzip')
  if (bytes.includes(0))
    throw new GlmmError('FILE', `text or Parquet was expected, ${path} is binary or UTF-16`, 'save it as CSV in UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG')
    )
      throw new GlmmError('FILE', `a text of at most 500 MB was expected, ${path} is longer`, 'convert it to Parquet')
    throw new GlmmError(
      'FILE',
      `UTF-8 was expected, ${path} has other letters`,
      'save it in UTF-8: iconv -f latin1 -t utf-8',
    )
  }
}
