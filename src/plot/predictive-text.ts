import { pad } from './display-text.js'

/** Shares of rows in bins, observed beside the limits over replicates. */
export interface PredictiveBins {
  /** One more than bins. */
  readonly edges: readonly number[]
  readonly observed: readonly number[]
  readonly q2_5: readonly number[]
  readonly q50: readonly number[]
  readonly q97_5: readonly number[]
}

/**
 * A line a bin: `├──┤` the middle 95 % of the replicated shares, `●` the observed share, `○` where it is outside of them.
 */
export function predictiveText(bins: PredictiveBins, { width }: { readonly width: number }): string {
  const labels = binLabels(bins.edges)
  const labelWidth = Math.max(...labels.map((label) => label.length))
  const columns = Math.max(10, width - labelWidth - 7)
  const most = Math.max(1e-9, ...bins.observed, ...bins.q97_5)
  const column = (share: number): number => Math.round((share / most) * (columns - 1))
  const lines = bins.observed.map((share, k) => {
    const cells = new Array<string>(columns).fill(' ')
    const from = column(bins.q2_5[k])
    const to = column(bins.q97_5[k])
    for (let c = from; c <= to; c++) cells[c] = '─'
    cells[from] = '├'
    cells[to] = '┤'
    cells[column(share)] = isInside(bins, k) ? '●' : '○'
    return `${pad(labels[k], labelWidth, 'right')} ${(100 * share).toFixed(1).padStart(5)} ${cells.join('').trimEnd()}`
  })
  const head = `${pad('from', labelWidth, 'right')} ${'%'.padStart(5)}`
  return [head, ...lines].join('\n')
}

/** Whether the observed share of bin k is among the middle 95 % of the replicated ones. */
export const isInside = ({ observed, q2_5, q97_5 }: PredictiveBins, k: number): boolean =>
  observed[k] >= q2_5[k] - 1e-12 && observed[k] <= q97_5[k] + 1e-12

/** The lower edge of each bin with the decimals that distinguish bins; of counts the first whole number. */
function binLabels(edges: readonly number[]): string[] {
  const width = edges[1] - edges[0]
  const half = edges.every((edge) => Math.abs((edge % 1) - Math.sign(edge) * 0.5) < 1e-9)
  const decimals = half ? 0 : Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(width))))
  return edges
    .slice(0, -1)
    .map((edge) => (half ? Math.ceil(edge) : edge).toFixed(decimals).replace(/^-(0(\.0*)?)$/, '$1'))
}
