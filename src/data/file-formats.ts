import { GlmmError } from '../errors.js'

interface Format {
  /** First bytes, as Latin-1. */
  readonly magic: string
  readonly name: string
  readonly hint: string
}

const asCsv = 'save it as CSV'
const inR = 'read it in R and write.csv() it'

/** Files that people have in a table's place. */
const formats: readonly Format[] = [
  { magic: 'PK\x03\x04', name: 'a zip or spreadsheet file', hint: asCsv },
  { magic: '\xd0\xcf\x11\xe0', name: 'a spreadsheet file of old', hint: asCsv },
  { magic: 'BZh', name: 'compressed', hint: 'uncompress it first: bunzip2' },
  { magic: '\xfd7zXZ', name: 'compressed', hint: 'uncompress it first: unxz' },
  { magic: '\x28\xb5\x2f\xfd', name: 'compressed', hint: 'uncompress it first: unzstd' },
  { magic: '$FL2', name: 'an SPSS file', hint: 'export it from SPSS as CSV' },
  { magic: '<stata_dta>', name: 'a Stata file', hint: 'in Stata: export delimited' },
  { magic: 'RDX', name: 'an R workspace', hint: inR },
  { magic: 'X\n\0\0', name: 'an R object', hint: inR },
  { magic: 'ARROW1', name: 'an Arrow file', hint: 'write it as Parquet' },
  { magic: 'ORC', name: 'an ORC file', hint: 'write it as Parquet' },
  { magic: '\x89HDF', name: 'an HDF5 file', hint: asCsv },
  { magic: 'SQLite format 3\0', name: 'a database', hint: 'export the table as CSV' },
  { magic: '%PDF-', name: 'a PDF', hint: asCsv },
]

export const startsWith = (bytes: Uint8Array, magic: string): boolean =>
  bytes.length >= magic.length && [...magic].every((sign, i) => bytes[i] === sign.charCodeAt(0))

export const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, '\x1f\x8b')
export const isParquet = (bytes: Uint8Array): boolean => startsWith(bytes, 'PAR1')

/** The encoding that a byte order mark of UTF-16 stands for. */
export const utf16Of = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null =>
  startsWith(bytes, '\xff\xfe') ? 'utf-16le' : startsWith(bytes, '\xfe\xff') ? 'utf-16be' : null

/** Bytes at the beginning by which a format is recognised. */
const telling = 65536

/** A FILE error for bytes that begin no table, seen from their beginning. */
export function refuseForeign(bytes: Uint8Array, what: string): void {
  if (isGzip(bytes) || isParquet(bytes) || utf16Of(bytes) !== null) return
  const known = formats.find(({ magic }) => startsWith(bytes, magic))
  if (known) throw new GlmmError('FILE', `text or Parquet was expected, ${what} is ${known.name}`, known.hint)
  const head = bytes.subarray(0, telling)
  if (!head.includes(0)) return
  // Every other byte of an English UTF-16 is 0.
  const even = head.filter((byte, i) => i % 2 === 0 && byte === 0).length
  const odd = head.filter((byte, i) => i % 2 === 1 && byte === 0).length
  const wide = Math.max(even, odd) > 0.35 * head.length && Math.min(even, odd) < 0.05 * head.length
  throw new GlmmError(
    'FILE',
    `text or Parquet was expected, ${what} is ${wide ? 'UTF-16 without a byte order mark' : 'binary or UTF-16'}`,
    wide ? `save it as CSV in UTF-8: iconv -f utf-16${odd > even ? 'le' : 'be'} -t utf-8` : 'save it as CSV in UTF-8',
  )
}
