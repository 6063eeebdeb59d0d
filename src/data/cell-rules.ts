import { isMissing, parseCommaNumber, parseNumber } from './parse-number.js'

/** What the cells of a file mean. */
export interface CellRules {
  readonly isMissing: (cell: string) => boolean
  /** NaN for text. */
  readonly parse: (cell: string) => number
  /** Numbers that stand for a missing value; null for none. */
  readonly missingNumbers: ReadonlySet<number> | null
  /** Whether decimals have a comma. */
  readonly comma: boolean
}

/** The rules of a decimal sign and the codes of missing values, those that are numbers in any spelling: -99 and -99.0. */
export function cellRules(decimal: '.' | ',', na: readonly (string | number)[] = []): CellRules {
  const comma = decimal === ','
  const parse = comma ? parseCommaNumber : parseNumber
  const texts = new Set(na.map((code) => String(code).trim()))
  const numbers = na.map((code) => (typeof code === 'number' ? code : parse(code.trim())))
  const known = numbers.filter((value) => !Number.isNaN(value))
  return {
    isMissing: texts.size === 0 ? isMissing : (cell) => isMissing(cell) || texts.has(cell.trim()),
    parse,
    missingNumbers: known.length === 0 ? null : new Set(known),
    comma,
  }
}
