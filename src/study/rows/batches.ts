import type { Batch, RowRange } from './row-task.js'

/** Duration of a batch on threads: a hundred times the cost of handing it over, and short enough to lose when a thread dies. */
const threadMilliseconds = 60
const mostRows = 5000
/** The next batch is at most so many times larger, since one batch predicts the duration of the next poorly. */
const growth = 4

/** Batches of rows, of a size that follows the time rows take. An iterator that may begin again after its end. */
export interface Batches {
  readonly next: () => Batch | null
  /** What a batch took. */
  readonly timed: (rows: number, milliseconds: number) => void
  /** Puts batches back that got lost. */
  readonly again: (batches: Iterable<Batch>) => void
}

export const rowsOf = (ranges: readonly RowRange[]): number => ranges.reduce((sum, { from, to }) => sum + to - from, 0)

/**
 * Cuts ranges of rows into batches of about `milliseconds` for about `workers` workers, without the rows that `has` knows. Towards the end
 * batches shrink, so that all workers end together. What a row holds does not depend on any of this.
 */
export function batches(
  ranges: readonly RowRange[],
  has: (condition: number, replicate: number) => boolean,
  workers: number,
  milliseconds: number = threadMilliseconds,
): Batches {
  const lost: Batch[] = []
  let left = rowsOf(ranges)
  let size = 1
  let perRow = 0
  let range = 0
  let at = ranges[0]?.from ?? 0

  return {
    next: () => {
      const again = lost.shift()
      if (again) return again
      const most = Math.max(1, Math.min(size, Math.ceil(left / (2 * workers))))
      const taken: RowRange[] = []
      let rows = 0
      while (rows < most && range < ranges.length) {
        const { condition, to } = ranges[range]
        const from = at
        while (at < to && rows + at - from < most && !has(condition, at)) at++
        if (at > from) taken.push({ condition, from, to: at })
        rows += at - from
        left -= at - from
        while (at < to && has(condition, at)) {
          at++
          left--
        }
        if (at < to) continue
        range++
        at = ranges[range]?.from ?? 0
      }
      return rows > 0 ? { ranges: taken } : null
    },
    timed: (rows, took) => {
      const now = took / rows
      perRow = perRow === 0 ? now : 0.7 * perRow + 0.3 * now
      const wanted = perRow > 0 ? milliseconds / perRow : mostRows
      size = Math.max(1, Math.min(mostRows, Math.floor(wanted), size * growth))
    },
    again: (batches) => lost.push(...batches),
  }
}
