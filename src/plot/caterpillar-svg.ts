import { visibleText } from './display-text.js'
import { drawable, extentOf, type Interval } from './interval.js'
import { svg } from './svg.js'

export interface CaterpillarSvgOptions {
  readonly title: string
  /** Title of the axis, such as 'center effect (log-odds)'. */
  readonly axis: string
  /** Pixels; 720 unless given. */
  readonly width?: number
}

/** Levels above which labels would be too small to read and are left out. */
const MOST_LABELS = 80
/** Pixels that the rows without labels take at most. */
const MOST_HEIGHT = 2400
const ACCENT = '#3577b5'

/** Intervals as an SVG, the highest mean on top: line for the limits, filled point at the mean, hollow circle at the mode. */
export async function caterpillarSvg(intervals: readonly Interval[], options: CaterpillarSvgOptions): Promise<string> {
  const sorted = drawable(intervals)
  const { title, axis, width = 720 } = options
  const labelled = sorted.length <= MOST_LABELS
  const rowHeight = sorted.length <= 40 ? 18 : labelled ? 14 : Math.min(5, MOST_HEIGHT / sorted.length)
  const labels = sorted.map((d) => shorten(visibleText(d.label)))
  const longest = labelled ? Math.max(1, ...labels.map((l) => l.length)) : 0
  const modes = sorted.filter((d) => d.mode !== undefined && Number.isFinite(d.mode))
  const index = new Map(sorted.map((d, i) => [d, i]))
  const y = (d: Interval): number => index.get(d)!
  const description = describe(sorted)
  return svg({ title, description }, (plot) => ({
    width,
    height: sorted.length * rowHeight + 74,
    marginLeft: Math.max(24, 14 + 7 * longest),
    marginRight: 20,
    marginTop: 30,
    marginBottom: 44,
    x: {
      label: axis,
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [...extentOf(sorted)],
      nice: true,
      grid: true,
    },
    y: {
      type: 'point',
      domain: sorted.map((_, i) => i),
      label: null,
      tickSize: 0,
      tickFormat: (i: number) => labels[i],
      ...(labelled ? {} : { ticks: [] }),
    },
    marks: [
      plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '4 3' }),
      plot.ruleY(sorted, {
        y,
        x1: 'lower',
        x2: 'upper',
        stroke: ACCENT,
        strokeWidth: labelled ? 1.8 : 1,
        className: 'interval',
      }),
      plot.dot(sorted, { y, x: 'mean', fill: ACCENT, r: labelled ? 3.2 : 1.6, className: 'mean' }),
      plot.dot(modes, {
        y,
        x: 'mode',
        r: labelled ? 5 : 1.8,
        stroke: 'currentColor',
        strokeWidth: 1,
        className: 'mode',
      }),
      ...legend(plot, modes.length > 0),
    ],
  }))
}

/** The key above the frame. Positions in pixels from the frame's corner; text widths at 12 px are about 6 a letter. */
function legend(plot: typeof import('@observablehq/plot'), hasModes: boolean): import('@observablehq/plot').Markish[] {
  const middle = { textAnchor: 'start', lineAnchor: 'middle' } as const
  const at = (dx: number) => ({ frameAnchor: 'top-left', dx, dy: -19, className: 'key' }) as const
  const label = (text: string, dx: number) => plot.text([text], { ...at(dx), ...middle, fill: 'currentColor' })
  const marks = [
    plot.dot([0], { ...at(4), r: 3.2, fill: ACCENT }),
    label('posterior mean', 13),
    plot.text(['—'], { ...at(112), ...middle, fill: ACCENT, fontWeight: 'bold' }),
    label('95 % interval', 130),
  ]
  if (!hasModes) return marks
  return [...marks, plot.dot([0], { ...at(225), r: 5, stroke: 'currentColor' }), label('conditional mode', 236)]
}

function describe(sorted: readonly Interval[]): string {
  if (sorted.length === 0) return 'No effects to draw.'
  const clear = sorted.filter((d) => d.lower > 0 || d.upper < 0).length
  const top = sorted[0]
  const bottom = sorted[sorted.length - 1]
  return (
    `${sorted.length} levels by mean, from ${visibleText(bottom.label)} (${bottom.mean.toFixed(2)}) to ` +
    `${visibleText(top.label)} (${top.mean.toFixed(2)}); the 95 % interval of ${clear} leaves out zero.`
  )
}

const shorten = (label: string): string => (label.length > 28 ? `${label.slice(0, 27)}…` : label)
