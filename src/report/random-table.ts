import type { RandomEstimate } from '../fit/record/fit-record.js'
import { type Table, table } from './document.js'
import { formatBeside, formatEstimate, formatFixed } from './format-number.js'

/**
 * Standard deviations of the random effects with their errors, and the correlations within a term. A term of three columns and more
 * that share one standard deviation and one correlation, of all pairs or of neighbours with its powers further on, is one row.
 */
export function randomTable(random: readonly RandomEstimate[]): Table {
  const shared = random.map(sharedCorrelation)
  const widest = Math.max(1, ...random.map(({ names }, t) => (shared[t] === null ? names.length : 2)))
  const corr = Array.from({ length: widest - 1 }, (_, i) => (i === 0 ? 'Corr' : ''))
  const rows = random.flatMap((term, t) => {
    const one = shared[t]
    const names = one === null ? term.names : [`${term.names[0]} ... ${term.names.at(-1)}`]
    return names.map((name, i) => [
      i === 0 ? term.group : '',
      name,
      ...(term.runsTo?.[i]
        ? [term.runsTo[i], term.runsTo[i]]
        : [formatEstimate(term.sd[i] ** 2), formatBeside(term.sd[i], term.sdSe[i], 7)]),
      formatEstimate(term.sdSe[i]),
      ...corr.map((_, j) => (one !== null && j === 0 ? one : j < i ? formatFixed(term.correlation[i][j], 3) : '')),
    ])
  })
  return table(['<Group', '<Name', 'Variance', 'Std.Dev.', 'SE(Std.Dev.)', ...corr], rows)
}

/** The correlation of a term whose columns share all they have, with the name of its structure; null for other terms. */
function sharedCorrelation({ names, sd, runsTo, correlation }: RandomEstimate): string | null {
  const q = names.length
  if (q < 3 || sd.some((one) => one !== sd[0]) || runsTo?.some((end) => end !== null)) return null
  const rho = correlation[1][0]
  const follows = (of: (distance: number) => number): boolean =>
    correlation.every((row, i) => row.every((r, j) => i === j || Math.abs(r - of(Math.abs(i - j))) < 1e-12))
  if (follows(() => rho)) return `${formatFixed(rho, 3)} (cs)`
  return follows((distance) => rho ** distance) ? `${formatFixed(rho, 3)} (ar1)` : null
}
