/** One line of a caterpillar plot: an estimate with its limits, all on the same scale. */
export interface Interval {
  readonly label: string
  readonly mean: number
  readonly lower: number
  readonly upper: number
  /** A second point estimate to show beside the mean. */
  readonly mode?: number
}

/** The intervals that can be drawn (all numbers finite), the highest mean first; ties keep their order. */
export function drawable(intervals: readonly Interval[]): Interval[] {
  const finite = intervals.filter(
    (d) => Number.isFinite(d.mean) && Number.isFinite(d.lower) && Number.isFinite(d.upper),
  )
  return finite.sort((a, b) => b.mean - a.mean)
}

/** Smallest and largest number that the drawing must hold, zero included. */
export function extentOf(intervals: readonly Interval[]): readonly [number, number] {
  let low = 0
  let high = 0
  for (const d of intervals) {
    const mode = d.mode !== undefined && Number.isFinite(d.mode) ? d.mode : d.mean
    low = Math.min(low, d.lower, d.mean, mode)
    high = Math.max(high, d.upper, d.mean, mode)
  }
  return high > low ? [low, high] : [low - 1, high + 1]
}
