import type { FixedEstimate } from '../fit/record/fit-record.js'
import { type Table, table } from './document.js'
import { formatBeside, formatEstimate, formatFixed, formatP, formatZ, STARS_LEGEND, stars } from './format-number.js'

/** The probabilities of an interval's limits, as R writes them: `2.5 %` and `97.5 %`. */
export const limitNames = (level: number): [string, string] => {
  const percent = (p: number): string => `${Number((100 * p).toFixed(4))} %`
  return [percent((1 - level) / 2), percent((1 + level) / 2)]
}

/**
 * Fixed effects as R's printCoefmat shows them, with limits of a level; aliased columns as rows of NA. Where t statistics are
 * among them there is a column of degrees of freedom, `Inf` for z, as lmerTest has it.
 */
export function coefficientTable(fixed: readonly FixedEstimate[], aliased: readonly string[], level = 0.95): Table {
  const student = fixed.some(({ statistic }) => statistic === 't')
  const rows = fixed.map((f) => [
    f.name,
    f.runsTo ?? formatBeside(f.estimate, f.se, 7),
    formatEstimate(f.se),
    ...(student ? [formatDf(f)] : []),
    formatZ(f.z),
    formatP(f.p),
    stars(f.p),
    formatBeside(f.lower, f.se, 4),
    formatBeside(f.upper, f.se, 4),
  ])
  const missing = aliased.map((name) => [name, 'NA', 'NA', ...(student ? ['NA'] : []), 'NA', 'NA', '', 'NA', 'NA'])
  const anyStar = fixed.some((f) => stars(f.p) !== '')
  const notes = [
    ...(anyStar ? [STARS_LEGEND] : []),
    ...(aliased.length === 0 ? [] : [`${aliased.length} not defined because of singularities: ${aliased.join(', ')}`]),
  ]
  return table(
    [
      '<',
      'Estimate',
      'Std. Error',
      ...(student ? ['df', 't value', 'Pr(>|t|)'] : ['z value', 'Pr(>|z|)']),
      '<',
      ...limitNames(level),
    ],
    [...rows, ...missing],
    ...notes,
  )
}

const formatDf = ({ statistic, df }: FixedEstimate): string =>
  statistic === 'z' ? 'Inf' : df !== null && Number.isInteger(df) ? String(df) : formatFixed(df, 2)
