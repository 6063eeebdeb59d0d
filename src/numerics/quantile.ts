/**
 * Sample quantile of ascending values by linear interpolation of the order statistics at (n - 1) p, the
 * definition of R's default (type 7 of Hyndman and Fan 1996). NaN for no values. Infinite values are allowed: between a
 * finite and an infinite one is the infinite one.
 */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const n = ascending.length
  if (n === 0) return Number.NaN
  const h = (n - 1) * p
  const low = Math.floor(h)
  const base = ascending[low]
  const next = low + 1 < n ? ascending[low + 1] : base
  // No interpolation where there is nothing between, which with infinite values would give NaN.
  return h === low || next === base ? base : base === Number.NEGATIVE_INFINITY ? base : base + (h - low) * (next - base)
}
