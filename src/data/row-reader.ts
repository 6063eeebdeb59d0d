import { excerpt, GlmmError } from '../errors.js'
import type { CellRules } from './cell-rules.js'
import { appendCell, type ColumnBuilder, columnBuilder } from './column-builder.js'
import { checkedNames, headerNames, nameless } from './column-names.js'
import { type TextLayout, titleHint } from './text-layout.js'
import { eachRow } from './text-rows.js'

/** A text that is being read into columns. */
export interface Reading {
  readonly source: string
  readonly header: boolean
  readonly given: readonly string[] | undefined
  readonly layout: TextLayout
  readonly comment: string | null
  readonly rules: CellRules
  /** One a column of the header; that of a column without a name has an empty one. */
  builders: ColumnBuilder[]
  /** Fields of the header, those without a name at its end too. */
  width: number
  /** Line of the first row. */
  first: number
  rows: number
  /** Rows up to the last one that has a cell. */
  filled: number
  /** Kept only once a row is not on the line after the one before. */
  lines: number[] | null
  /** Of the names of rows that the header does not count; null where there are none. */
  rowNames: ColumnBuilder | null
}

export const newReading = (
  given: Pick<Reading, 'source' | 'header' | 'given' | 'layout' | 'comment' | 'rules'>,
): Reading => ({ ...given, builders: [], width: 0, first: 0, rows: 0, filled: 0, lines: null, rowNames: null })

/** Cells that all columns together have room for before the first row. */
const cellsAtFirst = 1e6

/** Reads all rows; with `again` only the columns of those numbers, as text. */
export function readRows(reading: Reading, again: ReadonlySet<number> | null): void {
  const { source, header, given, layout, comment, rules } = reading
  const { delimiter, before } = layout
  let open = false
  const begin = (names: readonly string[], width: number): void => {
    const room = Math.max(4, Math.min(256, Math.floor(cellsAtFirst / names.length)))
    reading.builders = names.map((name) => columnBuilder(name, again !== null, rules, room))
    reading.width = width
    open = true
  }
  if (!header) begin(checkedNames(given!, source), given!.length)
  reading.rows = 0
  reading.filled = 0
  reading.lines = null
  eachRow(layout.body, { delimiter, comment, before, source }, (cells, line) => {
    if (!open) {
      begin(headerNames(cells, given, source), cells.length)
      return
    }
    const row = reading.rows++
    if (row === 0) beginRows(reading, cells, line)
    const { rowNames, builders } = reading
    const skip = rowNames === null ? 0 : 1
    if (cells.length !== builders.length + skip) checkLength(reading, cells, skip, line)
    if (reading.lines !== null) reading.lines.push(line)
    else if (line !== reading.first + row) {
      reading.lines = Array.from({ length: row }, (_, i) => reading.first + i)
      reading.lines.push(line)
    }
    if (cells[0] !== '' || cells.some((cell) => cell !== '')) reading.filled = row + 1
    if (rowNames !== null && again === null) appendCell(rowNames, cells[0])
    for (let i = 0; i < builders.length; i++)
      if (again === null || again.has(i)) appendCell(builders[i], cells[i + skip])
  })
}

/** A first row with one field more than the header, and something in its last one, may begin with a row's name. */
function beginRows(reading: Reading, cells: readonly string[], line: number): void {
  const { header, builders, width, given, layout, rules } = reading
  reading.first = line
  const longer = header && given === undefined && width === builders.length && cells.length === width + 1
  const named = longer && (layout.delimiter === 'white space' || cells[width] !== '')
  reading.rowNames = named ? columnBuilder('', false, rules, 256) : null
}

/** Fields too many may be empty; in a column that has no name they may not be full, and none may be wanting. */
function checkLength(reading: Reading, cells: readonly string[], skip: number, line: number): void {
  const { builders, width, source } = reading
  const expected = builders.length + skip
  let got = cells.length
  while (got > expected && cells[got - 1] === '') got--
  if (got === expected) return
  if (got > expected && width > builders.length) throw nameless(builders.length, source)
  throw ragged(reading, expected, cells.length, line)
}

/** The complaint of a row that has other than the expected number of fields. */
export function ragged(reading: Reading, expected: number, got: number, line: number): GlmmError {
  const { header, source, given, rows } = reading
  const rule = header ? `${expected} fields as in the header` : `${expected} fields, one for each name,`
  const missing = Array.from({ length: Math.max(0, got - expected) }, (_, i) => `V${expected + i + 1}`)
  const hint =
    !header && rows === 1
      ? missing.length > 0
        ? `name every column, such as --names ${excerpt([...given!, ...missing].join(','))}`
        : `give ${got} names: --names ${excerpt(given!.slice(0, got).join(','))} has as many`
      : ((header ? titleHint(reading.layout) : null) ??
        (got === expected + 1
          ? 'is a separator inside a field? put that field in quotes; row names written by R need a name too'
          : 'mend that line: each row needs all fields, NA for a missing one'))
  return new GlmmError('TABLE', `${rule} were expected, got ${got} on line ${line} of ${source}`, hint)
}
