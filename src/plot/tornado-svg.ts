import { visibleText } from './display-text.js'
import { svg } from './svg.js'

/** One thing that varies, and the range that an estimate moves over by it: distances from the base. */
export interface TornadoBar {
  readonly label: string
  readonly low: number
  readonly high: number
  /** The settings at the two ends. */
  readonly lowAt: string
  readonly highAt: string
}

/** The bars that reach farthest first, zero in every one of them. */
export function tornadoOrder(bars: readonly TornadoBar[]): TornadoBar[] {
  const reach = ({ low, high }: TornadoBar): number => Math.max(Math.abs(low), Math.abs(high))
  return bars
    .map((bar) => ({ ...bar, low: Math.min(0, bar.low), high: Math.max(0, bar.high) }))
    .sort((a, b) => reach(b) - reach(a))
}

/** A tornado plot: bars about zero, the widest at the top. */
export async function tornadoSvg(
  bars: readonly TornadoBar[],
  { title, width = 720 }: { readonly title: string; readonly width?: number },
): Promise<string> {
  const sorted = tornadoOrder(bars)
  const clip = (text: string): string => (text.length > 28 ? `${text.slice(0, 27)}…` : text)
  const drawn = sorted.map(({ label, low, high }) => ({ label: clip(visibleText(label)), low, high }))
  const labels = drawn.map(({ label }) => label)
  const ends = sorted
    .map((bar) => `${visibleText(bar.label)} from ${bar.low.toPrecision(2)} to ${bar.high.toPrecision(2)}`)
    .join('; ')
  const reach = Math.max(0.05, ...sorted.flatMap(({ low, high }) => [-low, high])) * 1.08
  return svg({ title, description: `${ends}.` }, (plot) => ({
    width,
    height: 70 + 26 * sorted.length,
    marginLeft: 24 + 7 * Math.max(1, ...labels.map((label) => label.length)),
    marginBottom: 44,
    x: {
      domain: [-reach, reach],
      label: 'shift (standard errors of the base; of z for link and family)',
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
    },
    y: { domain: labels, label: null },
    marks: [
      plot.barX(drawn, { y: 'label', x1: 'low', x2: 'high', fill: '#4e79a7', className: 'bar' }),
      plot.ruleX([0], { stroke: 'currentColor' }),
    ],
  }))
}
