import { visibleText } from './display-text.js'
import { lineKey } from './line-key.js'
import { svg } from './svg.js'

/** One quantity's ranks: their empirical distribution function less the uniform one, at equal steps between 0 and 1. */
export interface RankLine {
  readonly parameter: string
  readonly differences: readonly number[]
}

/** The band that uniform ranks keep to, at the same steps. */
export interface RankBand {
  readonly lower: readonly number[]
  readonly upper: readonly number[]
}

/** Lines above which colours can no longer be distinguished; those that stray most are kept. */
const mostLines = 10

/** Differences of distribution functions of ranks over their band (Saeilynoja, Buerkner and Vehtari 2022). */
export async function ranksSvg(
  lines: readonly RankLine[],
  { lower, upper }: RankBand,
  { title, width = 720 }: { readonly title: string; readonly width?: number },
): Promise<string> {
  const kept = [...lines].sort((a, b) => largest(b) - largest(a)).slice(0, mostLines)
  const names = kept.map(({ parameter }) => visibleText(parameter))
  const steps = lower.length + 1
  const ends = { x: 0, low: 0, high: 0 }
  const band = [ends, ...lower.map((low, i) => ({ x: (i + 1) / steps, low, high: upper[i] })), { ...ends, x: 1 }]
  const points = kept.flatMap(({ differences }, k) =>
    [0, ...differences, 0].map((y, i) => ({ parameter: names[k], x: i / steps, y })),
  )
  const description = kept
    .map(({ parameter, differences }) => {
      const out = differences.some((d, i) => d < lower[i] || d > upper[i])
      return `${visibleText(parameter)} ${out ? 'leaves' : 'keeps to'} the band`
    })
    .join('; ')
  return svg({ title, description: `${description}.` }, (plot) => ({
    width,
    height: 320,
    marginLeft: 64,
    marginRight: 34 + 7 * Math.max(1, ...names.map((name) => name.length)),
    marginBottom: 44,
    x: { domain: [0, 1], label: 'scaled rank', labelAnchor: 'center', labelArrow: 'none' },
    y: { label: 'difference of distribution functions', labelArrow: 'none', grid: true, ticks: 6 },
    color: { domain: names, scheme: 'tableau10' },
    marks: [
      plot.areaY(band, { x: 'x', y1: 'low', y2: 'high', fill: 'currentColor', fillOpacity: 0.12, className: 'band' }),
      plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.6 }),
      plot.line(points, { x: 'x', y: 'y', stroke: 'parameter', strokeWidth: 1.5, className: 'line' }),
      ...lineKey(plot, names),
    ],
  }))
}

const largest = ({ differences }: RankLine): number => Math.max(0, ...differences.map(Math.abs))
