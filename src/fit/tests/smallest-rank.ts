/** Which values count as far out: large ones, or large and small ones alike. */
export type Side = 'upper' | 'both'

/** Of several statistics with their draws under the model. */
export interface SmallestRank {
  /** For each the share, among it and its draws, of what lies as far out, doubled for both sides. */
  readonly own: readonly number[]
  /** The statistic with the smallest share. */
  readonly best: number
  /** How often the smallest share of a draw's own statistics is as small (Westfall and Young 1993): the p-value of all. */
  readonly p: number
}

/** `columns` has the draws of each statistic, the same draws in each. */
export function smallestRank(observed: readonly number[], columns: readonly Float64Array[], side: Side): SmallestRank {
  const all = columns[0].length + 1
  const shares = columns.map((values, c) => {
    const sorted = Float64Array.of(observed[c], ...values).sort()
    const share = (value: number): number => {
      const above = all - below(sorted, value, false)
      const tail = side === 'upper' ? above : 2 * Math.min(above, below(sorted, value, true))
      return Math.min(1, tail / all)
    }
    return { own: share(observed[c]), drawn: values.map(share) }
  })
  const own = shares.map((one) => one.own)
  const least = Math.min(...own)
  let small = 1
  for (let s = 0; s < all - 1; s++) if (shares.some(({ drawn }) => drawn[s] <= least)) small++
  return { own, best: own.indexOf(least), p: small / all }
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
