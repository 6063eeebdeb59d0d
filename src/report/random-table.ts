import type { RandomEstimate } from '../fit/fit-record.js'
import { type Table, table } from './document.js'
import { formatBeside, formatEstimate, formatFixed } from './format-number.js'

/** Standard deviations of the random effects with their errors, and the correlations within a term. */
export function randomTable(random: readonly RandomEstimate[]): Table {
  const widest = Math.max(1, ...random.map((term) => term.names.length))
  const corr = Array.from({ length: widest - 1 }, (_, i) => (i === 0 ? 'Corr' : ''))
  const rows = random.flatMap((term) =>
    term.names.map((name, i) => [
      i === 0 ? term.group : '',
      name,
      ...(term.runsTo?.[i]
        ? [term.runsTo[i], term.runsTo[i]]
        : [formatEstimate(term.sd[i] ** 2), formatBeside(term.sd[i], term.sdSe[i], 7)]),
      formatEstimate(term.sdSe[i]),
      ...corr.map((_, j) => (j < i ? formatFixed(term.correlation[i][j], 3) : '')),
    ]),
  )
  return table(['<Group', '<Name', 'Variance', 'Std.Dev.', 'SE(Std.Dev.)', ...corr], rows)
}
