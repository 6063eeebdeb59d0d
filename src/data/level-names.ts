import { numberText } from '../formula/number-text.js'
import type { NumericColumn } from './table.js'

/** `codes` index `levels`; -1 is missing. */
export interface Levels {
  readonly levels: readonly string[]
  readonly codes: Int32Array
}

/**
 * A column of numbers as a factor, levels ascending. A level is named by the text of its cells (007, 1.0, 1e3), and as
 * the number is where they are not written alike: cells of one number are one level, as in R.
 */
export function cellLevels({ values, spellings, exact }: NumericColumn): Levels {
  if (exact !== undefined) return exact
  // Numbers of a program have no cells.
  if (spellings === undefined) return numericLevels(values)
  if (spellings.size === 0) return numericLevels(values, digits)
  const times = new Map<number, number>()
  for (const value of values) if (spellings.has(value)) times.set(value, (times.get(value) ?? 0) + 1)
  return numericLevels(values, (value) => {
    const spelling = spellings.get(value)
    return spelling && spelling.text !== null && spelling.cells === times.get(value) ? spelling.text : digits(value)
  })
}

/** The same with R's names of numbers, which factor(x) gives to coefficients: 1e+05; of whole numbers all digits. */
export const rLevels = ({ values, exact }: NumericColumn): Levels => exact ?? numericLevels(values)

/** A whole number in full, another one in 15 digits, in which 0.1 + 0.2 is 0.3. */
const digits = (value: number): string =>
  Number.isInteger(value) ? String(value + 0) : String(Number(value.toPrecision(15)))

/** R names up to 15 digits; where these do not distinguish whole numbers, all are named. */
export const rName = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) >= 1e15 && Math.abs(value) <= Number.MAX_SAFE_INTEGER
    ? digits(value)
    : numberText(value)

/** Numbers as a factor, levels ascending; those that agree in 15 digits, and are not whole, are one level, as in R. */
export function numericLevels(values: Float64Array, name: (value: number) => string = rName): Levels {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const place = new Map<number, number>()
  const levels: string[] = []
  let last: string | null = null
  for (const value of sorted) {
    // Map takes 0 and -0 for the same key, as levels should.
    if (place.has(value)) continue
    const text = rName(value)
    if (text !== last) levels.push(name(value))
    last = text
    place.set(value, levels.length - 1)
  }
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) codes[i] = place.get(values[i]) ?? -1
  return { levels, codes }
}

/**
 * Finds a text among levels: the same text, or else the one level that is the same number, so that 1, 1.0 and 01 of
 * another file are the level 1. -1 for none.
 */
export function levelFinder(levels: readonly string[]): (text: string) => number {
  const exactly = new Map(levels.map((level, i) => [level, i]))
  let byNumber: Map<string, number> | null = null
  return (text) => {
    const found = exactly.get(text)
    if (found !== undefined) return found
    const number = numberOf(text)
    if (number === null) return -1
    if (byNumber === null) {
      byNumber = new Map()
      for (const [i, level] of levels.entries()) {
        const key = numberOf(level)
        if (key !== null) byNumber.set(key, byNumber.has(key) ? -1 : i)
      }
    }
    return byNumber.get(number) ?? -1
  }
}

/** One text for all spellings of a number, or of several with colons between them; null where none of it is a number. */
function numberOf(text: string): string | null {
  const parts = text.split(':')
  const numbers = parts.map(plainNumber)
  return numbers.every((number) => number === null) ? null : parts.map((part, i) => numbers[i] ?? part).join(':')
}

function plainNumber(text: string): string | null {
  const whole = text.match(/^\s*([+-]?)0*(\d+)(?:\.0*)?\s*$/)
  if (whole !== null) return `${whole[1] === '-' && whole[2] !== '0' ? '-' : ''}${whole[2]}`
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text)) return null
  return digits(Number(text))
}
