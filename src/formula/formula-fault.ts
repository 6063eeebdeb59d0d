import { type ErrorCode, GlmmError } from '../errors.js'

/** Characters shown on either side of a fault in a long formula. */
const shown = 60

/** Two lines: the formula (a window of it when it is long) and a caret under character `at`. */
export function caretLines(source: string, at: number): string {
  const from = source.length > 2 * shown && at > shown ? at - shown : 0
  const to = Math.min(source.length, Math.max(from + 2 * shown, 2 * shown))
  const text = (from > 0 ? '...' : '') + source.slice(from, to) + (to < source.length ? '...' : '')
  const column = at - from + (from > 0 ? 3 : 0)
  return `${text.replace(/\s/g, ' ')}\n${' '.repeat(column)}^`
}

/** An error about the formula `source`, with a caret under its character `at` (from 0). */
export const formulaFault = (
  source: string,
  at: number,
  message: string,
  hint: string,
  code: ErrorCode = 'FORMULA',
): GlmmError => new GlmmError(code, message, hint, caretLines(source, at))
