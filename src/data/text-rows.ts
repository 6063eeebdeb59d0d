import { CsvError, parse } from 'csv-parse/sync'
import { GlmmError } from '../errors.js'

/** Takes the trimmed cells of one row and the line of the text on which it begins, from 1. */
export type RowSink = (cells: string[], line: number) => void

/** One character, or the words 'white space'. */
export type Delimiter = string

export interface RowsOf {
  readonly delimiter: Delimiter
  /** The sign from which on a line is a comment, outside quotes. */
  readonly comment: string | null
  /** Lines before the text, for messages and the sink. */
  readonly before: number
  readonly source: string
}

/** Fields a row may have. */
export const mostFields = 100_000

/** Hands every row of a delimited text to `sink`; blank lines are left out. `text` has no byte order mark. */
export function eachRow(text: string, rows: RowsOf, sink: RowSink): void {
  if (rows.delimiter === 'white space') whiteSpaceRows(text, rows, sink)
  else if (text.includes('"')) quotedRows(text, rows, sink)
  else plainRows(text, rows, sink)
}

const trimmed = (cell: string): string =>
  cell.charCodeAt(0) <= 32 || cell.charCodeAt(cell.length - 1) <= 32 ? cell.trim() : cell

/** Without a quote in the text a row is a line; csv-parse takes six times as long over it. */
function plainRows(text: string, rows: RowsOf, sink: RowSink): void {
  const { delimiter, comment, before } = rows
  eachLine(text, (line, number) => {
    const end = comment === null ? -1 : line.indexOf(comment)
    const kept = end < 0 ? line : line.slice(0, end)
    if (end >= 0 && kept.trim() === '') return
    const cells = kept.split(delimiter, mostFields + 1)
    if (cells.length > mostFields) throw tooManyFields(rows, number)
    for (let i = 0; i < cells.length; i++) cells[i] = trimmed(cells[i])
    sink(cells, number + before)
  })
}

const tooManyFields = ({ source, before }: RowsOf, line: number): GlmmError =>
  new GlmmError(
    'TABLE',
    `at most ${mostFields} fields a row were expected, got more on line ${line + before} of ${source}`,
    'check that it is a table with a row a line',
  )

/** Calls `visit` for every line that is not blank. Lines end in LF, CRLF or CR, or some in this and some in that. */
export function eachLine(text: string, visit: (line: string, number: number) => void): void {
  const next = (sign: string, from: number): number => {
    const at = text.indexOf(sign, from)
    return at < 0 ? text.length : at
  }
  let feed = next('\n', 0)
  let turn = next('\r', 0)
  let number = 1
  for (let from = 0; from < text.length; number++) {
    const to = Math.min(feed, turn)
    if (to > from) {
      const line = text.slice(from, to)
      if (line.trim() !== '') visit(line, number)
    }
    from = to + (turn + 1 === feed ? 2 : 1)
    if (feed < from) feed = next('\n', from)
    if (turn < from) turn = next('\r', from)
  }
}

function quotedRows(text: string, rows: RowsOf, sink: RowSink): void {
  const { delimiter, comment, before, source } = rows
  try {
    parse(text, {
      delimiter,
      comment,
      record_delimiter: ['\r\n', '\n', '\r'],
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], context) => {
        const line = firstLineOf(record, context.lines)
        if (record.length > mostFields) throw tooManyFields(rows, line)
        sink(record, line + before)
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED'
    const fault = open ? 'a quote that is not closed' : 'a quote inside a field'
    throw new GlmmError(
      'TABLE',
      `quoted fields were expected to begin and end with ", got ${fault} on line ${Number(error.lines) + before} of ${source}`,
      open ? 'close the quote' : 'put quotes around the whole field and double those inside it: "say ""hi"""',
    )
  }
}

/** csv-parse gives the line on which a record ends. */
function firstLineOf(record: readonly string[], lastLine: number): number {
  let line = lastLine
  for (const cell of record) if (cell.includes('\n')) line -= cell.split('\n').length - 1
  return line
}

/** Text as R's write.table writes it: cells apart by spaces or tabs, quoted by " or ' where they hold such. */
function whiteSpaceRows(text: string, rows: RowsOf, sink: RowSink): void {
  eachLine(text, (line, number) => {
    const cells = blankSeparated(line, rows.comment)
    if (cells === null)
      throw new GlmmError(
        'TABLE',
        `quoted fields were expected to end on their line, got an open quote on line ${number + rows.before} of ${rows.source}`,
        'close the quote',
      )
    if (cells.length > mostFields) throw tooManyFields(rows, number)
    if (cells.length > 0) sink(cells, number + rows.before)
  })
}

/** The cells of a line, no more than are counted; null where a quote stays open. A backslash takes what follows as it is. */
function blankSeparated(line: string, comment: string | null): string[] | null {
  const cells: string[] = []
  const blank = /\s/
  for (let at = 0; at < line.length && cells.length <= mostFields; ) {
    const sign = line[at]
    if (blank.test(sign)) at++
    else if (comment !== null && line.startsWith(comment, at)) break
    else if (sign === '"' || sign === "'") {
      let end = at + 1
      while (end < line.length && line[end] !== sign) end += line[end] === '\\' ? 2 : 1
      if (end >= line.length) return null
      cells.push(line.slice(at + 1, end).replace(/\\(.)/g, '$1'))
      at = end + 1
    } else {
      let end = at + 1
      while (end < line.length && !blank.test(line[end])) end++
      const cut = comment === null ? -1 : line.slice(at, end).indexOf(comment)
      cells.push(line.slice(at, cut < 0 ? end : at + cut))
      if (cut >= 0) break
      at = end
    }
  }
  return cells
}
