import { GlmmError } from '../errors.js'
import { parseNumber } from './parse-number.js'

/** The names, or an error about those that are empty or stand twice. */
export function checkedNames(names: readonly string[], source: string): readonly string[] {
  const empty = names.indexOf('')
  if (empty >= 0) throw nameless(empty, source)
  refuseTwice(names, source)
  return names
}

export const nameless = (column: number, source: string): GlmmError =>
  new GlmmError(
    'TABLE',
    `a name for each column was expected, column ${column + 1} of ${source} has none`,
    column === 0
      ? 'name it in the header; in R, write.csv(..., row.names = FALSE)'
      : 'name it in the header, or delete that column; lines above the header are passed over with --skip',
  )

/** An error where a name, not an empty one, stands twice. */
export function refuseTwice(names: readonly string[], source: string): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (name === '') continue
    if (seen.has(name)) {
      const hint = Number.isNaN(parseNumber(name))
        ? 'rename one'
        : 'if the first line is data, say so and name the columns: --no-header --names a,b'
      throw new GlmmError('TABLE', `different column names were expected, got ${name} twice in ${source}`, hint)
    }
    seen.add(name)
  }
}

/** Names of a header, those given in their place; empty ones at its end are left out, others stay empty. */
export function headerNames(
  cells: readonly string[],
  given: readonly string[] | undefined,
  source: string,
): readonly string[] {
  if (given !== undefined) {
    if (given.length === cells.length) return checkedNames(given, source)
    throw new GlmmError(
      'USAGE',
      `a name for each of the ${cells.length} columns of ${source} was expected, got ${given.length}`,
      'give as many names as there are columns',
    )
  }
  let width = cells.length
  while (width > 0 && cells[width - 1] === '') width--
  if (width === 0) throw nameless(0, source)
  const names = cells.slice(0, width).map(typedName)
  refuseTwice(names, source)
  return names
}

/** A name as it is typed: no blanks or signs of no width around it, a blank for a line end inside. */
const typedName = (name: string): string =>
  /^[\x20-\x7e]*$/.test(name)
    ? name
    : name.replace(/\s*[\n\r]\s*/g, ' ').replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, '')
