import { GlmmError } from '../errors.js'
import { codeOf, factorColumn } from './column-builder.js'
import { checkedNames } from './column-names.js'
import { byNumber } from './level-order.js'
import type { Column, FactorColumn, Table } from './table.js'

export type Cells = ArrayLike<number | bigint | string | boolean | null | undefined>

/**
 * A table from arrays. Numbers, bigints too, make a numeric column; booleans a factor FALSE, TRUE; texts a factor with
 * sorted levels. null, undefined and NaN are missing.
 *
 * @param columns - Arrays of one length, by the columns' names.
 * @param source - What messages call the table.
 * @returns The table.
 * @throws GlmmError TABLE for arrays of different lengths, cells of mixed types, or no rows.
 * @example
 * import { tableFrom } from 'glmm/core'
 * const { nrow, columns } = tableFrom({ y: [1, 2, null], g: ['b', 'a', 'b'] })
 * console.log(nrow, columns[0].kind, columns[1].levels.join()) // 3 numeric a,b
 */
export function tableFrom(columns: Readonly<Record<string, Cells>>, source = 'the data'): Table {
  const names = checkedNames(Object.keys(columns), source)
  if (names.length === 0)
    throw new GlmmError(
      'TABLE',
      'at least one column was expected, got none',
      'give columns as { x: [1, 2], g: ["a", "b"] }',
    )
  const nrow = columns[names[0]].length
  const made = names.map((name) => {
    const cells = columns[name]
    if (cells === null || typeof cells !== 'object' || !Number.isInteger(cells.length))
      throw new GlmmError('TABLE', `an array was expected as column ${name}, got ${typeof cells}`, 'give an array')
    if (cells.length !== nrow)
      throw new GlmmError(
        'TABLE',
        `columns of one length were expected, got ${nrow} cells in ${names[0]} and ${cells.length} in ${name}`,
        'give every column the same number of cells',
      )
    return columnFrom(name, cells)
  })
  if (nrow === 0) throw new GlmmError('TABLE', `rows were expected, got none in ${source}`, 'give at least one row')
  return { source, nrow, columns: made, firstLine: 1, lines: null }
}

/** One column from an array, of the kind its cells have. */
export function columnFrom(name: string, cells: Cells): Column {
  const n = cells.length
  if (ArrayBuffer.isView(cells) && typeof cells[0] !== 'bigint')
    return { kind: 'numeric', name, values: Float64Array.from(cells as ArrayLike<number>) }
  let text = false
  for (let i = 0; i < n; i++) {
    const cell = cells[i]
    if (cell === null || cell === undefined || typeof cell === 'number' || typeof cell === 'bigint') continue
    if (typeof cell !== 'string' && typeof cell !== 'boolean')
      throw new GlmmError(
        'TABLE',
        `numbers, texts or booleans were expected in column ${name}, got ${typeof cell} in row ${i + 1}`,
        'convert the column',
      )
    text = true
  }
  if (!text) {
    const values = new Float64Array(n)
    let beyond = false
    for (let i = 0; i < n; i++) {
      const cell = cells[i] as number | bigint | null | undefined
      values[i] = Number(cell ?? Number.NaN)
      beyond ||= typeof cell === 'bigint' && !Number.isSafeInteger(values[i])
    }
    return beyond
      ? { kind: 'numeric', name, values, exact: byNumber(textColumn(name, cells)) }
      : { kind: 'numeric', name, values }
  }
  return textColumn(name, cells)
}

function textColumn(name: string, cells: Cells): FactorColumn {
  const n = cells.length
  const codes = new Int32Array(n)
  const dictionary = new Map<string, number>()
  for (let i = 0; i < n; i++) {
    const cell = cells[i]
    const missing = cell === null || cell === undefined || Number.isNaN(cell)
    codes[i] = missing ? -1 : codeOf(dictionary, typeof cell === 'boolean' ? String(cell).toUpperCase() : String(cell))
  }
  return factorColumn(name, codes, dictionary)
}
