import type { Column } from './table.js'

/** 1,5 and 12,345: a number with one comma and no point. */
const withComma = /^[+-]?\d*,\d+(?:e[+-]?\d+)?$/i
/** 1,234 and 12,345,678: what may as well be thousands. */
const likeThousands = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/
const likeDottedThousands = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/

/** Whether a column read with decimal points is one of numbers with decimal commas, and with nothing else. */
function hasDecimalCommas(column: Column): boolean {
  if (column.kind !== 'factor') return false
  let sure = false
  for (const level of column.levels) {
    if (withComma.test(level)) sure ||= !likeThousands.test(level)
    else if (!/^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+,\d+)$/.test(level)) return false
  }
  return sure
}

export const speaksOfCommas = (columns: readonly Column[]): boolean => columns.some(hasDecimalCommas)

/** Whether the same columns, read with decimal commas, lose numbers with a decimal point, so that the file has both. */
export function losesPoints(withPoints: readonly Column[], withCommas: readonly Column[]): boolean {
  return withCommas.some(
    (column, i) =>
      column.kind === 'factor' &&
      withPoints[i].kind === 'numeric' &&
      column.levels.some((level) => level.includes('.') && !likeDottedThousands.test(level)),
  )
}
