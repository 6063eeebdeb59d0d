import { excerpt, GlmmError } from '../errors.js'
import { appendCell, builtColumn, type ColumnBuilder, columnBuilder } from './column-builder.js'
import { parseNumber } from './parse-number.js'
import type { Column, Table } from './table.js'
import { type Delimiter, eachLine, eachRow } from './text-rows.js'

export interface TableOptions {
  /** False for a text without a line of names, which `names` then gives. */
  readonly header?: boolean | undefined
  readonly names?: readonly string[] | undefined
  /** What messages call the table; a file name, or 'the data'. */
  readonly source?: string | undefined
}

/**
 * A table from text: comma, semicolon or tab separated, found out from the first line; white-space separated where
 * that has none of them. NA, NaN and empty cells are missing. A column of numbers is numeric, any other a factor.
 */
export function parseTable(text: string, options: TableOptions = {}): Table {
  const source = options.source ?? 'the data'
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (body.includes('\0'))
    throw new GlmmError('TABLE', `text was expected, got binary data in ${source}`, 'save the table as CSV in UTF-8')
  if (body.trim() === '')
    throw new GlmmError('TABLE', `a table was expected, ${source} is empty`, 'check that the right file was written')
  const header = options.header ?? true
  if (!header && options.names === undefined)
    throw new GlmmError(
      'USAGE',
      `column names were expected for ${source}, which has no header, got none`,
      'give the names',
    )
  const delimiter = delimiterOf(body, header ? null : options.names!.length)
  const reading: Reading = {
    source,
    header,
    given: options.names,
    delimiter,
    builders: [],
    first: 0,
    rows: 0,
    lines: null,
    skip: 0,
  }
  readInto(reading, body, null)
  if (reading.rows === 0) {
    const hint = header ? 'add rows, or say that there is no header' : 'check that the right file was written'
    throw new GlmmError('TABLE', `rows were expected below the header of ${source}, got none`, hint)
  }
  const again = new Set(reading.builders.filter((b) => b.kind === 'mixed').map((b) => b.name))
  let columns = reading.builders.map((b) => (again.has(b.name) ? null : builtColumn(b)))
  if (again.size > 0) {
    readInto(reading, body, again)
    columns = reading.builders.map((b, i) => columns[i] ?? builtColumn(b))
  }
  for (const column of columns as Column[]) refuseDecimalCommas(column, reading)
  const lines = reading.lines === null ? null : Int32Array.from(reading.lines)
  return { source, nrow: reading.rows, columns: columns as Column[], firstLine: reading.first, lines }
}

interface Reading {
  readonly source: string
  readonly header: boolean
  readonly given: readonly string[] | undefined
  readonly delimiter: Delimiter
  builders: ColumnBuilder[]
  first: number
  rows: number
  /** Kept only once a row is not on the line after the one before. */
  lines: number[] | null
  /** 1 where each row starts with a row name that the header does not count. */
  skip: number
}

/** Reads all rows; with `again` only the columns named there, as text. */
function readInto(reading: Reading, body: string, again: ReadonlySet<string> | null): void {
  const { source, header, given, delimiter } = reading
  let names: readonly string[] | null = header ? null : checkedNames(given!, source)
  const open = (): void => {
    reading.builders = names!.map((name) => columnBuilder(name, again !== null))
  }
  if (names !== null) open()
  reading.rows = 0
  reading.lines = null
  eachRow(body, delimiter, source, (cells, line) => {
    if (names === null) {
      names = headerNames(cells, given, source)
      open()
      return
    }
    const row = reading.rows++
    if (row === 0) {
      reading.first = line
      reading.skip = header && delimiter === 'white space' && cells.length === names.length + 1 ? 1 : 0
    }
    const { skip, builders } = reading
    if (cells.length !== names.length + skip) throw ragged(reading, names.length + skip, cells.length, line)
    if (reading.lines !== null) reading.lines.push(line)
    else if (line !== reading.first + row) {
      reading.lines = Array.from({ length: row }, (_, i) => reading.first + i)
      reading.lines.push(line)
    }
    for (let i = 0; i < builders.length; i++)
      if (again === null || again.has(builders[i].name)) appendCell(builders[i], cells[i + skip])
  })
}

function ragged(reading: Reading, expected: number, got: number, line: number): GlmmError {
  const { header, source, given, rows } = reading
  const rule = header ? `${expected} fields as in the header` : `${expected} fields, one for each name,`
  const missing = Array.from({ length: Math.max(0, got - expected) }, (_, i) => `V${expected + i + 1}`)
  const hint =
    !header && rows === 1
      ? missing.length > 0
        ? `name every column, such as --names ${excerpt([...given!, ...missing].join(','))}`
        : `give ${got} names: --names ${excerpt(given!.slice(0, got).join(','))} has as many`
      : got === expected + 1
        ? 'is a separator inside a field? put that field in quotes; row names written by R need a name too'
        : 'mend that line: each row needs all fields, NA for a missing one'
  return new GlmmError('TABLE', `${rule} were expected, got ${got} on line ${line} of ${source}`, hint)
}

function headerNames(
  cells: readonly string[],
  given: readonly string[] | undefined,
  source: string,
): readonly string[] {
  if (given === undefined) return checkedNames(cells, source)
  if (given.length !== cells.length)
    throw new GlmmError(
      'USAGE',
      `a name for each of the ${cells.length} columns of ${source} was expected, got ${given.length}`,
      'give as many names as there are columns',
    )
  return checkedNames(given, source)
}

/** The names, or an error about those that are empty or stand twice. */
export function checkedNames(names: readonly string[], source: string): readonly string[] {
  const seen = new Set<string>()
  for (const [i, name] of names.entries()) {
    if (name === '')
      throw new GlmmError(
        'TABLE',
        `a name for each column was expected, column ${i + 1} of ${source} has none`,
        i === 0 ? 'name it in the header; in R, write.csv(..., row.names = FALSE)' : 'name it in the header',
      )
    if (seen.has(name))
      throw new GlmmError('TABLE', `different column names were expected, got ${name} twice in ${source}`, 'rename one')
    seen.add(name)
  }
  return names
}

/**
 * The delimiter the first line has most of. In a text without header, of `width` columns, tabs are white space unless
 * they alone make as many fields.
 */
function delimiterOf(body: string, width: number | null): Delimiter {
  let first = ''
  const start = Math.max(body.search(/\S/), 0)
  eachLine(body.slice(0, start + 1_000_000), (line) => {
    if (first === '') first = line
  })
  const unquoted = first.trim().replace(/"(?:[^"]|"")*"/g, 'q')
  let best: Delimiter | null = null
  let most = 0
  for (const delimiter of [',', ';', '\t'] as const) {
    const count = unquoted.split(delimiter).length - 1
    if (count <= most || (delimiter === '\t' && width !== null && count + 1 !== width)) continue
    most = count
    best = delimiter
  }
  return best ?? (width === null && !/\s/.test(unquoted) ? ',' : 'white space')
}

function refuseDecimalCommas(column: Column, reading: Reading): void {
  if (column.kind !== 'factor' || (reading.delimiter !== ';' && reading.delimiter !== '\t')) return
  let example: string | null = null
  for (const level of column.levels) {
    if (/^[+-]?\d*,\d+$/.test(level)) example = level
    else if (Number.isNaN(parseNumber(level))) return
  }
  if (example !== null)
    throw new GlmmError(
      'TABLE',
      `decimal points were expected, got decimal commas in column ${column.name} of ${reading.source} (${example})`,
      `write numbers with a point, such as ${example.replace(',', '.')}`,
    )
}
