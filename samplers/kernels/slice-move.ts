import type { Rng } from '../../src/random/stream.js'

/** Steps out of the first interval in both directions together, at most. */
const mostSteps = 100

/**
 * One update of a number by slice sampling, with stepping out and shrinkage (Neal 2003, figures 3 and 5): it leaves any
 * density invariant, whatever the width of the first interval. `height` is the log density at x, from x on known; the
 * new number is returned.
 */
export function sliceMove(
  logDensity: (x: number) => number,
  x: number,
  height: number,
  width: number,
  rng: Rng,
): number {
  const level = height + Math.log(1 - rng.uniform())
  let low = x - width * rng.uniform()
  let high = low + width
  let left = Math.floor(mostSteps * rng.uniform())
  let right = mostSteps - 1 - left
  while (left-- > 0 && logDensity(low) > level) low -= width
  while (right-- > 0 && logDensity(high) > level) high += width
  for (;;) {
    const next = low + (high - low) * rng.uniform()
    if (logDensity(next) > level || next === x) return next
    if (next < x) low = next
    else high = next
  }
}
