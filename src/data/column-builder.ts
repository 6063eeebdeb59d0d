import { sortedLevels } from './level-order.js'
import { isMissing, parseNumber } from './parse-number.js'
import type { Column } from './table.js'

/**
 * Cells of one column, gathered row by row: numbers for as long as all are, a dictionary of texts otherwise. A text
 * after numbers makes the column `mixed`; its numbers' spelling is then lost and it is to be read again as text.
 */
export interface ColumnBuilder {
  readonly name: string
  kind: 'number' | 'text' | 'mixed'
  /** Rows so far. */
  length: number
  numbers: number
  values: Float64Array
  codes: Int32Array
  readonly dictionary: Map<string, number>
}

const initialRows = 256

export const columnBuilder = (name: string, asText: boolean): ColumnBuilder => ({
  name,
  kind: asText ? 'text' : 'number',
  length: 0,
  numbers: 0,
  values: new Float64Array(asText ? 0 : initialRows),
  codes: new Int32Array(asText ? initialRows : 0),
  dictionary: new Map(),
})

export function appendCell(builder: ColumnBuilder, cell: string): void {
  if (builder.kind === 'mixed') return
  const row = builder.length++
  if (builder.kind === 'number') {
    if (row === builder.values.length) builder.values = grown(builder.values, new Float64Array(2 * row))
    if (isMissing(cell)) {
      builder.values[row] = Number.NaN
      return
    }
    const value = parseNumber(cell)
    if (!Number.isNaN(value)) {
      builder.values[row] = value
      builder.numbers++
      return
    }
    if (builder.numbers > 0) {
      builder.kind = 'mixed'
      return
    }
    builder.kind = 'text'
    builder.codes = new Int32Array(builder.values.length).fill(-1)
    builder.values = new Float64Array(0)
  }
  if (row === builder.codes.length) builder.codes = grown(builder.codes, new Int32Array(2 * row))
  builder.codes[row] = isMissing(cell) ? -1 : codeOf(builder.dictionary, cell)
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from)
  return to
}

/** The number of a text in a dictionary that grows with it. */
export function codeOf(dictionary: Map<string, number>, text: string): number {
  let code = dictionary.get(text)
  if (code === undefined) {
    code = dictionary.size
    dictionary.set(text, code)
  }
  return code
}

export function builtColumn(builder: ColumnBuilder): Column {
  const { name, length } = builder
  if (builder.kind === 'number') return { kind: 'numeric', name, values: builder.values.slice(0, length) }
  return factorColumn(name, builder.codes.subarray(0, length), builder.dictionary)
}

/** A factor whose codes number the texts of a dictionary in order of appearance: its levels are sorted here. */
export function factorColumn(name: string, codes: Int32Array, dictionary: ReadonlyMap<string, number>): Column {
  const levels = sortedLevels(dictionary.keys())
  const place = new Int32Array(levels.length)
  for (let i = 0; i < levels.length; i++) place[dictionary.get(levels[i])!] = i
  return { kind: 'factor', name, levels, codes: codes.map((code) => (code < 0 ? -1 : place[code])) }
}
