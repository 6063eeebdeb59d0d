/** Cells that stand for a missing value: empty or blank ones (in quotes there may be blanks), NA and NaN. */
export const isMissing = (cell: string): boolean =>
  cell === '' || cell === 'NA' || cell === 'NaN' || (isBlankSign(cell.charCodeAt(0)) && cell.trim() === '')

/** Whether a character is a blank; those of Unicode all are beyond 127. */
const isBlankSign = (code: number): boolean => code <= 32 || code > 127

/** The number a trimmed, non-missing cell holds in one of R's decimal forms, or NaN for text: 1e-3, .5, Inf. */
export function parseNumber(cell: string): number {
  const value = +cell
  if (!Number.isNaN(value)) {
    const second = cell.charCodeAt(1) | 32
    // JavaScript also reads 0x10, 0b1 and 0o7.
    return second === 120 || second === 98 || second === 111 ? Number.NaN : value
  }
  if (cell.length > 9 || !/^[+-]?inf(?:inity)?$/i.test(cell)) return Number.NaN
  return cell.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const withComma = /^\s*[+-]?(?:\d+,?\d*|,\d+)(?:e[+-]?\d+)?\s*$/i

/** The same where decimals have a comma: 1,5 and never 1.5, which may be 1500. */
export function parseCommaNumber(cell: string): number {
  if (withComma.test(cell)) return +cell.replace(',', '.')
  return cell.includes('.') ? Number.NaN : parseNumber(cell)
}
