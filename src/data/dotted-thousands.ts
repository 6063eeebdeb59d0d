import type { Warning } from '../errors.js'
import type { NumericColumn } from './table.js'

/** Fewer numbers with a point have three digits after it by chance. */
const fewest = 5
/** Numbers that are written out. */
const shown = 3

/**
 * The warning about numbers that may have points between thousands and were read as decimals: 24.500 beside 950. Each number
 * with a point has then three digits after it and one to three before, none of them a mere 0, and those without a point
 * are below 1000. Decimals that are all written with three digits look alike where none is without a point: these are
 * recognised where a `semicolon` separates, as it does in files of countries that write 1.000,50.
 */
export function dottedThousandsWarning(
  { name, values, spellings, exact }: NumericColumn,
  semicolon: boolean,
): Warning | null {
  if (exact !== undefined) return null
  let dotted = 0
  let whole = 0
  const examples: string[] = []
  for (const value of values) {
    if (Number.isNaN(value)) continue
    const spelling = spellings?.get(value)
    if (spelling !== undefined && spelling.text === null) return null
    const text = spelling?.text ?? String(value)
    if (/^-?[1-9]\d{0,2}\.\d{3}$/.test(text)) {
      dotted++
      if (examples.length < shown) examples.push(text)
    } else if (/^-?\d{1,3}$/.test(text)) whole++
    else return null
  }
  if (dotted < fewest || dotted < whole || (whole === 0 && !semicolon)) return null
  const beside = whole > 0 ? `, and ${whole} whole numbers below 1000` : ''
  return {
    code: 'READING',
    message: `numbers of ${name} with a point have three digits after it, all ${dotted}${beside} (${examples.join(', ')}): they are read as decimals; if the point sets thousands apart, write 24500 for 24.500`,
  }
}
