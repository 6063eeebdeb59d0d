/** How the cells of one number are written, where that is not how the number is written by itself: 007, 1.0, 1e3. */
export interface Spelling {
  /** Null where they are written in several ways. */
  text: string | null
  /** Cells so written. */
  cells: number
}

/** Spellings of the numbers of a column. */
export type Spellings = Map<number, Spelling>

/** Different ones of decimals that are kept a column; with more it is a measurement, whose numbers name themselves. */
const mostDecimals = 100_000

/** Notes how a number is written in a cell; gives null once there are too many to keep. */
export function noteSpelling(known: Spellings | null, value: number, cell: string): Spellings | null {
  if (isPlain(cell)) return known
  const spellings = known ?? new Map<number, Spelling>()
  const spelling = spellings.get(value)
  if (spelling === undefined) spellings.set(value, { text: cell, cells: 1 })
  else {
    spelling.cells++
    if (spelling.text !== cell) spelling.text = null
  }
  return spellings
}

/** Whether there are more spellings than are kept: of decimals, since codes such as 007 are kept all. */
export const tooManySpellings = (spellings: Spellings, cell: string): boolean =>
  spellings.size > mostDecimals && !/^0\d+$/.test(cell)

/** Whether a cell is what String() makes of its number: no zeros before or after, no plus, no exponent. */
function isPlain(cell: string): boolean {
  const length = cell.length
  let at = cell.charCodeAt(0) === 45 ? 1 : 0
  const first = cell.charCodeAt(at)
  if (first < 48 || first > 57) return false
  const start = at
  while (at < length && isDigit(cell.charCodeAt(at))) at++
  const whole = at - start
  if ((first === 48 && whole > 1) || whole > 20) return false
  if (at === length) return !(first === 48 && start === 1)
  if (cell.charCodeAt(at) !== 46) return false
  const point = at++
  while (at < length && isDigit(cell.charCodeAt(at))) at++
  const last = cell.charCodeAt(length - 1)
  return at === length && last !== 48 && last !== 46 && !(first === 48 && /^0{6}/.test(cell.slice(point + 1)))
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Whole numbers beyond this are not distinguished by doubles. */
export const isBeyondDoubles = (value: number, cell: string): boolean =>
  (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) && /^[+-]?\d+$/.test(cell)
