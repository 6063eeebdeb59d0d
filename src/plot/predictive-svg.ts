import { isInside, type PredictiveBins } from './predictive-text.js'
import { svg } from './svg.js'

export interface PredictiveSvgOptions {
  readonly title: string
  /** Title of the axis of the response. */
  readonly axis: string
  readonly width?: number
}

const ACCENT = '#3577b5'
const OUTSIDE = '#c0392b'

/** The observed response as a histogram, with the middle 95 % and the median of the replicated ones over each bin. */
export function predictiveSvg(
  bins: PredictiveBins,
  { title, axis, width = 720 }: PredictiveSvgOptions,
): Promise<string> {
  const rows = bins.observed.map((observed, k) => ({
    from: bins.edges[k],
    to: bins.edges[k + 1],
    middle: (bins.edges[k] + bins.edges[k + 1]) / 2,
    observed,
    lower: bins.q2_5[k],
    median: bins.q50[k],
    upper: bins.q97_5[k],
    inside: isInside(bins, k),
  }))
  const outside = rows.filter(({ inside }) => !inside).length
  const description = `Shares of rows in ${rows.length} bins; the observed share of ${outside} is outside the middle 95 % of the replicated ones.`
  return svg({ title, description }, (plot) => ({
    width,
    height: 320,
    marginLeft: 56,
    marginBottom: 44,
    x: { label: axis, labelAnchor: 'center', labelArrow: 'none' },
    y: { label: 'share of rows', labelArrow: 'none', grid: true, zero: true },
    marks: [
      plot.rectY(rows, {
        x1: 'from',
        x2: 'to',
        y: 'observed',
        fill: 'currentColor',
        fillOpacity: 0.15,
        className: 'observed',
      }),
      plot.ruleX(rows, {
        x: 'middle',
        y1: 'lower',
        y2: 'upper',
        stroke: (row: (typeof rows)[number]) => (row.inside ? ACCENT : OUTSIDE),
        strokeWidth: 2,
        className: 'replicated',
      }),
      plot.dot(rows, { x: 'middle', y: 'median', r: 3, fill: ACCENT, className: 'median' }),
    ],
  }))
}
