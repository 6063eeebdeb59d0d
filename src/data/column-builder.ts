import type { CellRules } from './cell-rules.js'
import { sortedLevels } from './level-order.js'
import { isBeyondDoubles, noteSpelling, type Spellings, tooManySpellings } from './number-spelling.js'
import type { Column, FactorColumn } from './table.js'

/**
 * Cells of one column, gathered row by row: numbers for as long as all are, a dictionary of texts otherwise. A text
 * after numbers makes the column `mixed`; its numbers' spelling is then lost and it is to be read again as text.
 */
export interface ColumnBuilder {
  readonly name: string
  readonly rules: CellRules
  kind: 'number' | 'text' | 'mixed'
  /** Rows so far. */
  length: number
  numbers: number
  values: Float64Array
  codes: Int32Array
  readonly dictionary: Map<string, number>
  /** Of numbers; undefined once there are too many. */
  spellings: Spellings | null | undefined
  /** A whole number that doubles do not distinguish from its neighbours was among them. */
  beyond: boolean
}

/** `room` is the number of rows it has room for at first. */
export const columnBuilder = (name: string, asText: boolean, rules: CellRules, room: number): ColumnBuilder => ({
  name,
  rules,
  kind: asText ? 'text' : 'number',
  length: 0,
  numbers: 0,
  values: new Float64Array(asText ? 0 : room),
  codes: new Int32Array(asText ? room : 0),
  dictionary: new Map(),
  spellings: null,
  beyond: false,
})

export function appendCell(builder: ColumnBuilder, cell: string): void {
  if (builder.kind === 'mixed') return
  const { rules } = builder
  const row = builder.length++
  if (builder.kind === 'number') {
    if (row === builder.values.length) builder.values = grown(builder.values, new Float64Array(2 * row))
    if (rules.isMissing(cell)) {
      builder.values[row] = Number.NaN
      return
    }
    const value = rules.parse(cell)
    if (!Number.isNaN(value)) {
      appendNumber(builder, row, value, cell)
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
  builder.codes[row] = isMissingText(cell, rules) ? -1 : codeOf(builder.dictionary, cell)
}

function appendNumber(builder: ColumnBuilder, row: number, value: number, cell: string): void {
  builder.values[row] = value
  if (builder.rules.missingNumbers?.has(value)) {
    builder.values[row] = Number.NaN
    return
  }
  builder.numbers++
  if (builder.spellings === undefined) return
  builder.spellings = noteSpelling(builder.spellings, value, builder.rules.comma ? cell.replace(',', '.') : cell)
  if (builder.spellings !== null && tooManySpellings(builder.spellings, cell)) builder.spellings = undefined
  if (isBeyondDoubles(value, cell)) builder.beyond = true
}

const isMissingText = (cell: string, rules: CellRules): boolean =>
  rules.isMissing(cell) || rules.missingNumbers?.has(rules.parse(cell)) === true

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

/** The column, of the first `length` rows. */
export function builtColumn(builder: ColumnBuilder, length: number): Column {
  const { name } = builder
  if (builder.kind !== 'number') {
    const factor = factorColumn(name, builder.codes.subarray(0, length), builder.dictionary)
    return builder.rules.comma ? { ...factor, comma: true } : factor
  }
  const values = builder.values.slice(0, length)
  return { kind: 'numeric', name, values, spellings: builder.spellings ?? noSpellings }
}

const noSpellings: Spellings = new Map()

/** A factor whose codes number the texts of a dictionary in order of appearance: its levels are sorted here. */
export function factorColumn(name: string, codes: Int32Array, dictionary: ReadonlyMap<string, number>): FactorColumn {
  const levels = sortedLevels(dictionary.keys())
  const place = new Int32Array(levels.length)
  for (let i = 0; i < levels.length; i++) place[dictionary.get(levels[i])!] = i
  return { kind: 'factor', name, levels, codes: codes.map((code) => (code < 0 ? -1 : place[code])) }
}
