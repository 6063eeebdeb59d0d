/**
 * Sample quantile of ascending values by linear interpolation of the order statistics at (n - 1) p, the
 * definition of R's default (type 7 of Hyndman and Fan 1996). NaN for no values.
 */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const n = ascending.length
  if (n === 0) return Number.NaN
  const h = (n - 1) * p
  const low = Math.floor(h)
  const base = ascending[low]
  return low + 1 < n ? base + (h - low) * (ascending[low + 1] - base) : base
}
