import type { ChainStatistics } from './chain-statistics.js'
import type { Draws } from './draws.js'
import { drawsColumns } from './draws-columns.js'

/** Draws between two pieces of text. */
const rowsAtOnce = 500

/**
 * The draws as CSV, one row a draw: `.chain`, `.iteration`, `.draw`, then Stan's statistics (`lp__` to `energy__` and
 * `max_treedepth__`), then the parameters with their names as they are, in quotes where they hold a comma. All digits
 * are kept. R: `posterior::as_draws_df(read.csv(file, check.names = FALSE))`; Python: `pandas.read_csv(file)`.
 */
export const drawsToCsv = (draws: Draws, statistics: readonly ChainStatistics[] = []): string =>
  [...csvPieces(draws, statistics)].join('')

/** `drawsToCsv` piece by piece, for files longer than a string may be. */
export function* csvPieces(draws: Draws, statistics: readonly ChainStatistics[] = []): Generator<string> {
  const columns = drawsColumns(draws, statistics)
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\n`
  let piece = ''
  for (let c = 0; c < draws.values.length; c++) {
    for (let d = 0; d < draws.ndraws; d++) {
      for (let j = 0; j < columns.length; j++) piece += (j > 0 ? ',' : '') + columns[j].at(c, d)
      piece += '\n'
      if (d % rowsAtOnce === rowsAtOnce - 1) {
        yield piece
        piece = ''
      }
    }
  }
  yield piece
}

const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)
