/** Cells that stand for a missing value. */
export const isMissing = (cell: string): boolean => cell === '' || cell === 'NA' || cell === 'NaN'

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
