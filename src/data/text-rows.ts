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
export function eachLine(mixed: string, visit: (line: string, number: number) => void): void {
  const text = mixed.includes('\r') ? mixed.replace(/\r\n?/g, '\n') : mixed
  let number = 1
  for (let from = 0; from < text.length; number++) {
    let to = text.indexOf('\n', from)
    if (to < 0) to = text.length
    const line = text.slice(from, to)
    if (line.trim() !== '') visit(line, number)
    from = to + 1
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
  const { comment, before, source } = rows
  const cell = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'][^\s]*)|(["'])/g
  eachLine(text, (line, number) => {
    const cells: string[] = []
    for (const match of line.matchAll(cell)) {
      if (match[4] !== undefined)
        throw new GlmmError(
          'TABLE',
          `quoted fields were expected to end on their line, got an open quote on line ${number + before} of ${source}`,
          'close the quote',
        )
      const plain = match[3]
      const end = comment === null || plain === undefined ? -1 : plain.indexOf(comment)
      if (end !== 0)
        cells.push((end > 0 ? plain.slice(0, end) : plain) ?? (match[1] ?? match[2]).replace(/\\(.)/g, '$1'))
      if (end >= 0) break
      if (cells.length > mostFields) throw tooManyFields(rows, number)
    }
    if (cells.length > 0) sink(cells, number + before)
  })
}
