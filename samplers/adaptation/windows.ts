/**
 * The schedule of warm-up: a fast first phase, windows that double in length and each end in a new metric, a fast
 * last phase (the Stan Reference Manual's).
 */
export interface Windows {
  /** First iteration (from 0) whose draws count toward a metric. */
  readonly first: number
  /** Counts of iterations after which the metric is renewed, ascending. */
  readonly ends: readonly number[]
}

export function windows(warmup: number): Windows {
  if (warmup < 20) return { first: warmup, ends: [] }
  const short = warmup < 150
  const first = short ? Math.floor(0.15 * warmup) : 75
  const stop = warmup - (short ? Math.floor(0.1 * warmup) : 50)
  let width = short ? stop - first : 25
  const ends: number[] = []
  // A window that would leave no room for the next, twice as long, takes the rest.
  const endOf = (from: number): number => (from + 3 * width > stop ? stop : from + width)
  for (let end = endOf(first); end < stop; end = endOf(end)) {
    ends.push(end)
    width *= 2
  }
  return { first, ends: [...ends, stop] }
}
