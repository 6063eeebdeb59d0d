import type { FixedEstimate } from '../fit/fit-record.js'
import { type Table, table } from './document.js'
import { formatBeside, formatEstimate, formatP, formatZ, STARS_LEGEND, stars } from './format-number.js'

/** Fixed effects as R's printCoefmat shows them, with Wald 95 % limits; aliased columns as rows of NA. */
export function coefficientTable(fixed: readonly FixedEstimate[], aliased: readonly string[]): Table {
  const rows = fixed.map((f) => [
    f.name,
    formatBeside(f.estimate, f.se, 7),
    formatEstimate(f.se),
    formatZ(f.z),
    formatP(f.p),
    stars(f.p),
    formatBeside(f.lower, f.se, 4),
    formatBeside(f.upper, f.se, 4),
  ])
  const missing = aliased.map((name) => [name, 'NA', 'NA', 'NA', 'NA', '', 'NA', 'NA'])
  const anyStar = fixed.some((f) => stars(f.p) !== '')
  const notes = [
    ...(anyStar ? [STARS_LEGEND] : []),
    ...(aliased.length === 0 ? [] : [`${aliased.length} not defined because of singularities: ${aliased.join(', ')}`]),
  ]
  return table(
    ['<', 'Estimate', 'Std. Error', 'z value', 'Pr(>|z|)', '<', '2.5 %', '97.5 %'],
    [...rows, ...missing],
    ...notes,
  )
}
