/** Which values count as far out: large ones, or large and small ones alike. */
export type Side = 'upper' | 'both'

/** Of several statistics with their draws under the model. */
export interface SmallestRank {
  /** The share of draws as far out as each, (1 + their number) / (1 + all), doubled for both sides. */
  readonly own: readonly number[]
  /** The statistic with the smallest share. */
  readonly best: number
  /** How often the smallest share of a draw's own statistics is as small (Westfall and Young 1993): the p-value of all. */
  readonly p: number
}

/** `columns` has the draws of each statistic, the same draws in each. */
export function smallestRank(observed: readonly number[], columns: readonly Float64Array[], side: Side): SmallestRank {
  const count = columns[0].length
  const sorted = columns.map((values) => values.slice().sort())
  const own = observed.map((value, c) => share(sorted[c], value, 0, side))
  const least = Math.min(...own)
  let small = 1
  for (let s = 0; s < count; s++)
    // A draw is among its own column already.
    if (columns.some((values, c) => share(sorted[c], values[s], 1, side) <= least)) small++
  return { own, best: own.indexOf(least), p: small / (count + 1) }
}

function share(sorted: Float64Array, value: number, itself: number, side: Side): number {
  const count = sorted.length
  const above = 1 + count - below(sorted, value, false) - itself
  if (side === 'upper') return above / (count + 1)
  const under = 1 + below(sorted, value, true) - itself
  return Math.min(1, (2 * Math.min(above, under)) / (count + 1))
}

/** How many of the ascending values are below `value`, or not above it where `including`; by bisection. */
function below(sorted: Float64Array, value: number, including: boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < value || (including && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}
