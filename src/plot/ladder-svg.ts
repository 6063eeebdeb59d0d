import { visibleText } from './display-text.js'
import { lineKey } from './line-key.js'
import { svg } from './svg.js'

/** The estimates of one parameter along the ladder, as distances from the last rung's, in its standard errors. */
export interface LadderLine {
  readonly parameter: string
  /** One a rung; null where the rung has no such estimate. */
  readonly shifts: readonly (number | null)[]
}

export interface LadderSvgOptions {
  readonly title: string
  /** Names of the rungs, from cheap to exact. */
  readonly rungs: readonly string[]
  readonly width?: number
}

/** Lines above which colours and labels can no longer be distinguished; those that move most are kept. */
const MOST_LINES = 10

/** Where each parameter's estimate lies at each rung, in standard errors from the best rung. */
export async function ladderSvg(lines: readonly LadderLine[], options: LadderSvgOptions): Promise<string> {
  const { title, rungs, width = 720 } = options
  const kept = [...lines].sort((a, b) => largest(b) - largest(a)).slice(0, MOST_LINES)
  const points = kept.flatMap((line) =>
    line.shifts.flatMap((shift, i) =>
      shift !== null && Number.isFinite(shift) && i < rungs.length
        ? [{ parameter: visibleText(line.parameter), rung: i, shift }]
        : [],
    ),
  )
  const names = kept.map((line) => visibleText(line.parameter))
  // Half a thousandth of a standard error: a ladder that does not move is shown as flat, not as noise.
  const reach = Math.max(0.0005, ...points.map((p) => Math.abs(p.shift))) * 1.08
  const keyWidth = 34 + 7 * Math.min(30, Math.max(1, ...names.map((n) => n.length)))
  const height = Math.max(260, 24 * names.length + 90)
  const description =
    points.length === 0
      ? 'No estimates to draw.'
      : kept.map((l) => `${visibleText(l.parameter)} moves by at most ${largest(l).toPrecision(2)} SE`).join('; ') + '.'
  return svg({ title, description }, (plot) => ({
    width,
    height,
    marginLeft: 64,
    marginRight: keyWidth,
    marginTop: 26,
    marginBottom: 44,
    x: {
      type: 'point',
      domain: rungs.map((_, i) => i),
      tickFormat: (i: number) => rungs[i],
      label: 'nodes',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: {
      domain: [-reach, reach],
      label: 'distance from the best rung (standard errors)',
      labelArrow: 'none',
      grid: true,
      ticks: 6,
    },
    color: { domain: names, scheme: 'tableau10' },
    marks: [
      plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '4 3' }),
      plot.line(points, { x: 'rung', y: 'shift', stroke: 'parameter', strokeWidth: 1.8, className: 'line' }),
      plot.dot(points, { x: 'rung', y: 'shift', fill: 'parameter', r: 3.5, className: 'estimate' }),
      ...lineKey(plot, names),
    ],
  }))
}

const largest = (line: LadderLine): number => Math.max(0, ...line.shifts.map((s) => Math.abs(s ?? 0)))
