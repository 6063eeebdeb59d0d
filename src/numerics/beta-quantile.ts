import { logGamma } from './special.js'

/**
 * Quantile of the Beta(a, b) distribution, a and b > 0, to about 1e-12 absolute. By bisection of the regularised
 * incomplete beta function: it is called a few times a parameter at most, and @stdlib's quantile would triple the
 * size of the bundle every thread loads.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1 && a > 0 && b > 0)) return Number.NaN
  if (p === 0 || p === 1) return p
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step++) {
    const middle = 0.5 * (low + high)
    if (betaCdf(middle, a, b) < p) low = middle
    else high = middle
  }
  return 0.5 * (low + high)
}

/** P(X <= x) for X ~ Beta(a, b), 0 < x < 1. */
export function betaCdf(x: number, a: number, b: number): number {
  // The fraction converges fast to the left of the mean; to the right, the mirror image is computed.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaCdf(1 - x, b, a)
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return (Math.exp(front) / a) * fraction(x, a, b)
}

/** The continued fraction of the incomplete beta function, 26.5.8 of Abramowitz and Stegun, by Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const guard = (v: number) => (Math.abs(v) < tiny ? tiny : v)
  let value = 1
  let c = Number.POSITIVE_INFINITY
  let d = 1
  // About sqrt(max(a, b)) steps suffice; the limit is reached for parameters beyond 1e8 only.
  for (let i = 1; i < 20_000; i++) {
    const m = i >> 1
    const numerator =
      (i & 1) === 1
        ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
        : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + numerator * d)
    c = guard(1 + numerator / c)
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return value
}
