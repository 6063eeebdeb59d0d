import { clip, displayWidth, pad, visibleText } from './display-text.js'
import type { RankBand, RankLine } from './ranks-svg.js'

/** Eight heights, from the lower end of the band to the upper one. */
const heights = '▁▂▃▄▅▆▇█'

/**
 * A line a quantity: where its ranks' distribution function is within the band at each step, and `!` where it is outside.
 */
export function ranksText(lines: readonly RankLine[], { lower, upper }: RankBand, width: number): string {
  if (lines.length === 0) return '(no ranks to draw)'
  const labels = lines.map(({ parameter }) => clip(visibleText(parameter), Math.max(6, Math.floor(width / 3))))
  const labelWidth = Math.max(...labels.map(displayWidth))
  const columns = Math.min(lower.length, Math.max(5, width - labelWidth - 1))
  const cell = ({ differences }: RankLine, c: number): string => {
    const [from, to] = [c, c + 1].map((k) => Math.floor((k * lower.length) / columns))
    let mark = ' '
    for (let i = from; i < to; i++) {
      if (differences[i] < lower[i] || differences[i] > upper[i]) return '!'
      const share = (differences[i] - lower[i]) / Math.max(upper[i] - lower[i], Number.MIN_VALUE)
      mark = heights[Math.min(7, Math.floor(8 * share))]
    }
    return mark
  }
  const drawn = lines.map(
    (line, k) =>
      `${pad(labels[k], labelWidth, 'right')} ${Array.from({ length: columns }, (_, c) => cell(line, c)).join('')}`,
  )
  return [...drawn, `${' '.repeat(labelWidth + 1)}▁ lower end of the band, █ upper end, ! outside`].join('\n')
}
