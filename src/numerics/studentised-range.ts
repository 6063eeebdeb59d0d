import { integrate } from './gauss-legendre.js'
import { logGamma, normalCdf } from './special.js'

/**
 * P(Q > q) for the studentised range of `means` independent normal means, with `df` degrees of freedom of their common
 * variance (Infinity where it is known): Tukey's distribution, to about 12 digits of the probability itself, in the
 * tail too. @stdlib's (AS 190) has four.
 *
 *   P(W > w) = means * integral of phi(z) [Phi(z)^(means - 1) - (Phi(z) - Phi(z - w))^(means - 1)] dz,
 *
 * averaged over w = q s with s^2 a chi-square over its degrees of freedom (Copenhaver and Holland 1988).
 *
 * @example studentisedRangeUpper(3.877676, 3, 10) // 0.05
 */
export function studentisedRangeUpper(q: number, means: number, df: number): number {
  if (!(q > 0)) return 1
  if (df === Number.POSITIVE_INFINITY) return rangeUpper(q, means)
  // Over x = log s; the density of x is that of s, times s.
  const half = df / 2
  const constant = Math.LN2 + half * Math.log(half) - logGamma(half)
  const density = (x: number): number => Math.exp(constant + df * x - half * Math.exp(2 * x))
  const at = (x: number): number => density(x) * rangeUpper(q * Math.exp(x), means)
  // The density of s has its weight within [low, high] but for 1e-18; the tail of Q comes from where s is small.
  const spread = 1 / Math.sqrt(2 * df)
  const high = Math.log1p(18 * spread + 80 / df) / 2
  const low = -Math.min(9 * spread, 2 + 9 / df)
  const lowest = Math.min(low, -(42 + constant) / df)
  return Math.min(1, integrate(at, lowest, low, 4) + integrate(at, low, high, 8))
}

/** P(W > w) for the range W of `means` standard normal variates. */
function rangeUpper(w: number, means: number): number {
  const m = means - 1
  const inside = (z: number): number => {
    const all = normalCdf(z)
    if (all === 0) return 0
    // Phi^m - (Phi - Phi(z - w))^m, without cancellation.
    const share = normalCdf(z - w) / all
    const left = share >= 1 ? 1 : -Math.expm1(m * Math.log1p(-share))
    return Math.exp(-0.5 * z * z) * all ** m * left
  }
  // Far out the largest and the smallest stand at w / 2 either side of 0.
  const to = 9 + Math.min(w, 80) / 2
  return Math.min(1, (means / Math.sqrt(2 * Math.PI)) * integrate(inside, -9, to, Math.ceil((9 + to) / 3)))
}

/**
 * The q with P(Q > q) = p, 0 < p < 1.
 *
 * @example studentisedRangeQuantile(0.05, 3, 10) // 3.877676
 */
export function studentisedRangeQuantile(p: number, means: number, df: number): number {
  return rootOfTail((q) => studentisedRangeUpper(q, means, df), p)
}

/**
 * The x at which a falling function of x > 0, a probability, has the value p: secant steps on its log, kept in a bracket
 * [low, high] that is widened upward until it holds; to `tolerance`, relative.
 */
export function rootOfTail(upper: (x: number) => number, p: number, low = 0, high = 2, tolerance = 1e-13): number {
  const height = (x: number): number => Math.log(upper(x)) - Math.log(p)
  let atLow = low > 0 ? height(low) : -Math.log(p)
  let atHigh = height(high)
  while (atHigh > 0 && high < 1e12) [low, atLow, high, atHigh] = [high, atHigh, 2 * high, height(2 * high)]
  for (let step = 0; step < 200 && high - low > tolerance * high; step++) {
    const secant = low + ((high - low) * atLow) / (atLow - atHigh)
    // Every third step halves, so that the bracket closes from both ends.
    const x = step % 3 === 2 || !(secant > low && secant < high) ? (low + high) / 2 : secant
    const at = height(x)
    if (Math.abs(at) < tolerance) return x
    if (at > 0) [low, atLow] = [x, at]
    else [high, atHigh] = [x, at]
  }
  return (low + high) / 2
}
