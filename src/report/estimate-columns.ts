import type { EstimateLine } from '../postestimation/estimate-line.js'
import { formatBeside, formatNumber, formatP, formatZ } from './format-number.js'

/** Columns of a table: their heads, and a line's cells. */
export interface Columns<Line> {
  readonly heads: readonly string[]
  readonly cells: (line: Line) => readonly string[]
}

/** Columns of estimates with their tests and limits; of degrees of freedom where a line has some. `afterP` stand behind p. */
export function estimateColumns<Line extends EstimateLine>(
  lines: readonly Line[],
  named: string,
  afterP: Columns<Line> = { heads: [], cells: () => [] },
): Columns<Line> {
  const withDf = lines.some(({ df }) => df !== null)
  return {
    heads: [named, 'se', ...(withDf ? ['df'] : []), withDf ? 't' : 'z', 'p', ...afterP.heads, 'lower', 'upper'],
    cells: (one) => [
      formatBeside(one.estimate, one.se, 5),
      formatNumber(one.se, 5),
      ...(withDf ? [formatNumber(one.df, 1)] : []),
      formatZ(one.statistic),
      formatP(one.p),
      ...afterP.cells(one),
      formatBeside(one.lower, one.se, 5),
      formatBeside(one.upper, one.se, 5),
    ],
  }
}
