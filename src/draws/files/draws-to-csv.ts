import type { ChainStatistics } from '../chain-statistics.js'
import { chainCount, type Draws, rowsOf } from '../draws.js'
import { leadingColumns } from './draws-columns.js'

/** Numbers of one piece of text. */
const numbersAtOnce = 100_000

/**
 * The draws as CSV, one row a draw: `.chain`, `.iteration`, `.draw`, then Stan's statistics (`lp__` to `energy__` and
 * `max_treedepth__`), then the parameters with their names as they are, in quotes where they hold a comma. All digits
 * are kept. R: `posterior::as_draws_df(read.csv(file, check.names = FALSE))`; Python: `pandas.read_csv(file)`.
 */
export const drawsToCsv = (draws: Draws, statistics: readonly ChainStatistics[] = []): string =>
  [...csvPieces(draws, statistics)].join('')

/** `drawsToCsv` piece by piece, for files longer than a string may be. */
export function* csvPieces(draws: Draws, statistics: readonly ChainStatistics[] = []): Generator<string> {
  const leading = leadingColumns(draws, statistics)
  const { names, ndraws } = draws
  const width = names.length
  yield `${[...leading.map(({ name }) => name), ...names].map(quoted).join(',')}\n`
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / width))
  for (let c = 0; c < chainCount(draws); c++) {
    for (let from = 0; from < ndraws; from += atOnce) {
      const to = Math.min(ndraws, from + atOnce)
      const rows = rowsOf(draws, c, from, to)
      let piece = ''
      for (let d = from; d < to; d++) {
        for (let j = 0; j < leading.length; j++) piece += (j > 0 ? ',' : '') + leading[j].at(c, d)
        for (let at = (d - from) * width, end = at + width; at < end; at++) piece += `,${rows[at]}`
        piece += '\n'
      }
      yield piece
    }
  }
}

const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)
