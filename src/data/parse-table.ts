import { GlmmError, type Warning } from '../errors.js'
import { cellRules } from './cell-rules.js'
import { builtColumn } from './column-builder.js'
import { nameless } from './column-names.js'
import { losesPoints, speaksOfCommas } from './decimal-commas.js'
import { byNumber } from './level-order.js'
import { checkedReading, type ReadOptions } from './read-options.js'
import { areRowNames, isEmptyColumn, leftOut, numbersRows } from './row-names.js'
import { newReading, type Reading, ragged, readRows } from './row-reader.js'
import type { Column, Table } from './table.js'
import { type TextLayout, textLayout } from './text-layout.js'

/**
 * A table from text: comma, semicolon or tab separated, found out from the first line; white-space separated where
 * that has none of them. NA, NaN and empty cells are missing. A column of numbers is numeric, any other a factor.
 * Row names without a name in the header, and columns and rows at the end that are blank, are left out.
 *
 * @param text - Its first line the names of the columns, unless `header` is false.
 * @param options - How the text is read, where it does not say so itself.
 * @returns The table.
 * @throws GlmmError TABLE for a text that is no table, USAGE for options.
 * @example
 * import { parseTable } from 'glmm/core'
 * const { nrow, columns } = parseTable('y,g\n1.5,a\nNA,b\n')
 * console.log(nrow, columns[1].levels.join()) // 2 a,b
 */
export function parseTable(text: string, options: ReadOptions = {}): Table {
  const source = options.source ?? 'the data'
  checkedReading(options)
  const whole = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (whole.includes('\0'))
    throw new GlmmError('TABLE', `text was expected, got binary data in ${source}`, 'save the table as CSV in UTF-8')
  if (whole.trim() === '')
    throw new GlmmError('TABLE', `a table was expected, ${source} is empty`, 'check that the right file was written')
  const header = options.header ?? true
  if (!header && options.names === undefined)
    throw new GlmmError(
      'USAGE',
      `column names were expected for ${source}, which has no header, got none`,
      'give the names',
    )
  const layout = textLayout(whole, { ...options, source }, header ? null : options.names!.length)
  const read = (decimal: '.' | ','): Read => readAll({ ...options, source, header }, layout, decimal)
  const first = read(options.decimal ?? '.')
  if (options.decimal !== undefined || !canHaveCommas(layout) || !speaksOfCommas(first.columns))
    return named(first, layout)
  const second = read(',')
  return named(losesPoints(first.columns, second.columns) ? first : second, layout)
}

/** Where the separator is not the comma, it can be that of decimals. */
const canHaveCommas = ({ delimiter }: TextLayout): boolean => delimiter === ';' || delimiter === '\t'

interface Read {
  readonly reading: Reading
  readonly columns: readonly Column[]
  readonly nrow: number
}

function readAll(
  { source, header, names, comment, na }: ReadOptions & { readonly source: string; readonly header: boolean },
  layout: TextLayout,
  decimal: '.' | ',',
): Read {
  const rules = cellRules(decimal, na)
  const reading = newReading({ source, header, given: names, layout, comment: comment ?? null, rules })
  readRows(reading, null)
  const { builders, filled: nrow } = reading
  if (nrow === 0) {
    const hint = header ? 'add rows, or say that there is no header' : 'check that the right file was written'
    throw new GlmmError('TABLE', `rows were expected below the header of ${source}, got none`, hint)
  }
  if (layout.delimiter !== 'white space') checkRowNames(reading, nrow)
  const again = new Set(
    builders.flatMap((b, i) => (b.kind === 'mixed' || (b.kind === 'number' && b.beyond) ? [i] : [])),
  )
  if (again.size > 0) readRows(reading, again)
  const columns = builders.map((builder, i): Column => {
    if (!again.has(i)) return builtColumn(builder, nrow)
    const texts = builtColumn(reading.builders[i], nrow)
    if (builder.kind === 'mixed' || texts.kind !== 'factor') return texts
    return { kind: 'numeric', name: builder.name, values: builder.values.slice(0, nrow), exact: byNumber(texts) }
  })
  return { reading, columns, nrow }
}

function checkRowNames(reading: Reading, nrow: number): void {
  const { rowNames, builders, first } = reading
  if (rowNames === null) return
  if (rowNames.kind === 'mixed' || !areRowNames(builtColumn(rowNames, nrow)))
    throw ragged(reading, builders.length, builders.length + 1, first)
}

/** The columns that have a name, as a table. */
function named({ reading, columns, nrow }: Read, { delimiter }: TextLayout): Table {
  const { source, rowNames } = reading
  const warnings: Warning[] = []
  if (rowNames !== null && delimiter !== 'white space') warnings.push(leftOut(source))
  for (const [i, column] of columns.entries()) {
    if (column.name !== '' || isEmptyColumn(column)) continue
    if (i > 0) throw nameless(i, source)
    if (!numbersRows(column)) warnings.push(leftOut(source))
  }
  const kept = columns.filter(({ name }) => name !== '')
  if (kept.length === 0) throw nameless(0, source)
  const lines = reading.lines === null ? null : Int32Array.from(reading.lines.slice(0, nrow))
  const read = { source, nrow, columns: kept, firstLine: reading.first, lines }
  const table: Table = delimiter === ';' ? { ...read, semicolon: true } : read
  return warnings.length === 0 ? table : { ...table, warnings }
}
