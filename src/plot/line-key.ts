import type * as Plot from '@observablehq/plot'

/** Longer names are cut in a key. */
const longest = 30

/** The key of lines in colours: one name below the other, to the right of the frame. */
export const lineKey = (plot: typeof Plot, names: readonly string[]): Plot.Markish[] =>
  names.flatMap((name, i) => [
    plot.dot([name], { frameAnchor: 'top-right', dx: 18, dy: 8 + 20 * i, r: 4, fill: [name], className: 'key' }),
    plot.text([name.length > longest ? `${name.slice(0, longest - 1)}…` : name], {
      frameAnchor: 'top-right',
      textAnchor: 'start',
      lineAnchor: 'middle',
      dx: 28,
      dy: 8 + 20 * i,
      fill: 'currentColor',
      className: 'key',
    }),
  ])
