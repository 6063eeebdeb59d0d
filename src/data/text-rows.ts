import { CsvError, parse } from 'csv-parse/sync'
import { GlmmError } from '../errors.js'

/** Takes the trimmed cells of one row and the line of the text on which it begins, from 1. */
export type RowSink = (cells: string[], line: number) => void

export type Delimiter = ',' | ';' | '\t' | 'white space'

/** Hands every row of a delimited text to `sink`; blank lines are left out. `text` has no byte order mark. */
export function eachRow(text: string, delimiter: Delimiter, source: string, sink: RowSink): void {
  if (delimiter === 'white space') whiteSpaceRows(text, source, sink)
  else if (text.includes('"')) quotedRows(text, delimiter, source, sink)
  else plainRows(text, delimiter, sink)
}

const trimmed = (cell: string): string =>
  cell.charCodeAt(0) <= 32 || cell.charCodeAt(cell.length - 1) <= 32 ? cell.trim() : cell

/** Without a quote in the text a row is a line; csv-parse takes six times as long over it. */
function plainRows(text: string, delimiter: string, sink: RowSink): void {
  eachLine(text, (line, number) => {
    const cells = line.split(delimiter)
    for (let i = 0; i < cells.length; i++) cells[i] = trimmed(cells[i])
    sink(cells, number)
  })
}

/** Calls `visit` for every line that is not blank. Lines end in LF, CRLF or CR. */
export function eachLine(text: string, visit: (line: string, number: number) => void): void {
  const end = text.includes('\n') ? '\n' : '\r'
  let number = 1
  for (let from = 0; from < text.length; number++) {
    let to = text.indexOf(end, from)
    if (to < 0) to = text.length
    const line = text.slice(from, text.charCodeAt(to - 1) === 13 && to > from ? to - 1 : to)
    if (line.trim() !== '') visit(line, number)
    from = to + 1
  }
}

function quotedRows(text: string, delimiter: string, source: string, sink: RowSink): void {
  try {
    parse(text, {
      delimiter,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], context) => {
        sink(record, firstLineOf(record, context.lines))
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED'
    const fault = open ? 'a quote that is not closed' : 'a quote inside a field'
    throw new GlmmError(
      'TABLE',
      `quoted fields were expected to begin and end with ", got ${fault} on line ${error.lines} of ${source}`,
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
function whiteSpaceRows(text: string, source: string, sink: RowSink): void {
  const cell = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'][^\s]*)|(["'])/g
  eachLine(text, (line, number) => {
    const cells: string[] = []
    for (const match of line.matchAll(cell)) {
      if (match[4] !== undefined)
        throw new GlmmError(
          'TABLE',
          `quoted fields were expected to end on their line, got an open quote on line ${number} of ${source}`,
          'close the quote',
        )
      cells.push(match[3] ?? (match[1] ?? match[2]).replace(/\\(.)/g, '$1'))
    }
    sink(cells, number)
  })
}
