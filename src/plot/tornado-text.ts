import { clip, displayWidth, pad, visibleText } from './display-text.js'
import { type TornadoBar, tornadoOrder } from './tornado-svg.js'

/** Bars of characters about zero, the widest first, with the shifts at their ends. */
export function tornadoText(bars: readonly TornadoBar[], width: number): string {
  const sorted = tornadoOrder(bars)
  if (sorted.length === 0) return '(nothing varies)'
  const labels = sorted.map(({ label }) => clip(visibleText(label), Math.max(6, Math.floor(width / 4))))
  const labelWidth = Math.max(...labels.map(displayWidth))
  const number = (value: number): string => pad(value.toFixed(2), 7, 'right')
  const half = Math.max(3, Math.floor((width - labelWidth - 18) / 2))
  const reach = Math.max(1e-9, ...sorted.flatMap(({ low, high }) => [-low, high]))
  const cells = (value: number): number => Math.round((Math.abs(value) / reach) * half)
  return sorted
    .map(({ low, high }, k) => {
      const left = '█'.repeat(cells(low)).padStart(half)
      const right = '█'.repeat(cells(high)).padEnd(half)
      return `${pad(labels[k], labelWidth, 'right')} ${number(low)} ${left}│${right} ${number(high)}`.trimEnd()
    })
    .join('\n')
}
