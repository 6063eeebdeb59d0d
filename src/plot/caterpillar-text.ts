import { clip, displayWidth, pad, visibleText } from './display-text.js'
import { drawable, extentOf, type Interval } from './interval.js'
import { ticks } from './ticks.js'

export interface CaterpillarTextOptions {
  /** Columns available. */
  readonly width: number
  /** Lines at most (60 unless given); with more levels the highest and the lowest `edge` are shown (20). */
  readonly most?: number
  readonly edge?: number
}

/**
 * Intervals as lines of characters, the highest mean first: `├──●──┤` with the mean filled, the mode hollow (`◉` where both
 * fall into one column), a line at zero and an axis below.
 */
export function caterpillarText(intervals: readonly Interval[], options: CaterpillarTextOptions): string {
  const { width, most = 60, edge = 20 } = options
  const sorted = drawable(intervals)
  if (sorted.length === 0) return '(no effects to draw)'
  const all = sorted.length <= most
  const shown = all ? sorted : [...sorted.slice(0, edge), ...sorted.slice(-edge)]
  const labels = shown.map((d) => clip(visibleText(d.label), Math.max(6, Math.floor(width / 4))))
  const labelWidth = Math.max(...labels.map(displayWidth))
  const columns = Math.max(10, width - labelWidth - 1)
  const [low, high] = extentOf(shown)
  const column = (x: number): number => Math.round(((x - low) / (high - low)) * (columns - 1))
  const lines = shown.map((d, i) => `${pad(labels[i], labelWidth, 'right')} ${row(d, columns, column)}`.trimEnd())
  if (!all) {
    const rest = ` … ${sorted.length - shown.length} of ${sorted.length} levels not drawn …`
    lines.splice(edge, 0, clip(pad('', labelWidth, 'right') + rest, width))
  }
  const margin = ' '.repeat(labelWidth + 1)
  return [...lines, ...axis(low, high, columns, column).map((line) => (margin + line).trimEnd())].join('\n')
}

/** One interval as characters; later marks cover earlier ones. */
function row(d: Interval, columns: number, column: (x: number) => number): string {
  const cells = new Array<string>(columns).fill(' ')
  const from = column(d.lower)
  const to = column(d.upper)
  for (let c = from; c <= to; c++) cells[c] = '─'
  cells[from] = '├'
  cells[to] = '┤'
  const zero = column(0)
  cells[zero] = cells[zero] === ' ' ? '│' : '┼'
  if (d.mode !== undefined && Number.isFinite(d.mode)) cells[column(d.mode)] = '○'
  const mean = column(d.mean)
  cells[mean] = cells[mean] === '○' ? '◉' : '●'
  return cells.join('')
}

/** The axis line with its ticks, and below it their labels. */
function axis(low: number, high: number, columns: number, column: (x: number) => number): [string, string] {
  const line = new Array<string>(columns).fill('─')
  const text = new Array<string>(columns).fill(' ')
  const { values, decimals } = ticks(low, high, Math.max(2, Math.floor(columns / 12)))
  let free = 0
  for (const value of values) {
    const at = column(value)
    line[at] = '┴'
    const label = value.toFixed(decimals)
    const start = Math.min(columns - label.length, Math.max(0, at - Math.floor(label.length / 2)))
    if (start < free) continue
    for (let i = 0; i < label.length; i++) text[start + i] = label[i]
    free = start + label.length + 1
  }
  return [line.join(''), text.join('')]
}
