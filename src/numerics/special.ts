/**
 * Special functions, each from @stdlib and checked there against high-precision tables. The build bundles this file
 * with what it imports; nothing else in the project names @stdlib's mathematics.
 */
import betainc from '#stdlib/math/base/special/betainc'
import erfc from '#stdlib/math/base/special/erfc'
import erfcinv from '#stdlib/math/base/special/erfcinv'
import erfcx from '#stdlib/math/base/special/erfcx'
import gammainc from '#stdlib/math/base/special/gammainc'
import gammaincinv from '#stdlib/math/base/special/gammaincinv'
import gammaln from '#stdlib/math/base/special/gammaln'
import fCdf from '#stdlib/stats/base/dists/f/cdf'
import fInverse from '#stdlib/stats/base/dists/f/quantile'
import tCdf from '#stdlib/stats/base/dists/t/cdf'
import tInverse from '#stdlib/stats/base/dists/t/quantile'

/** log Gamma(x), x > 0. */
export const logGamma: (x: number) => number = gammaln

/** log of the beta function, a and b > 0. */
export const logBeta = (a: number, b: number): number => gammaln(a) + gammaln(b) - gammaln(a + b)

/** log of the binomial coefficient n over k, for 0 <= k <= n. */
export const logChoose = (n: number, k: number): number =>
  k === 0 || k === n ? 0 : gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

/** exp(x^2) erfc(x), finite for large x. */
export const scaledErfc: (x: number) => number = erfcx

/** P(Z <= z) for a standard normal Z, accurate in both tails. */
export const normalCdf = (z: number): number => 0.5 * erfc(-z / Math.SQRT2)

/** P(X <= x), or P(X > x) where `upper`, of a beta variate with shapes a and b. */
export const betaTail = (x: number, a: number, b: number, upper: boolean): number =>
  x <= 0 ? (upper ? 1 : 0) : x >= 1 ? (upper ? 0 : 1) : betainc(x, a, b, true, upper)

/** P(X <= x), or P(X > x) where `upper`, of a gamma variate of a shape and scale 1. */
export const gammaTail = (x: number, shape: number, upper: boolean): number =>
  x <= 0 ? (upper ? 1 : 0) : x === Number.POSITIVE_INFINITY ? (upper ? 0 : 1) : gammainc(x, shape, true, upper)

/** Quantile of a gamma variate of a shape and scale 1. */
export const gammaQuantile = (p: number, shape: number): number => gammaincinv(p, shape)

/** Two-sided p-value of a standard normal statistic. */
export const normalTwoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2)

/** Standard normal quantile, accurate in both tails. */
export const normalQuantile = (p: number): number =>
  p < 0.5 ? -Math.SQRT2 * erfcinv(2 * p) : Math.SQRT2 * erfcinv(2 * (1 - p))

/** P(X > x) for a chi-square X with df degrees of freedom; one with none is zero for certain. */
export const chiSquareUpper = (x: number, df: number): number =>
  x <= 0 ? 1 : df === 0 ? 0 : gammainc(x / 2, df / 2, true, true)

/** Two-sided p-value of a t statistic with df degrees of freedom (above 0; Infinity is the normal), accurate in the tail. */
export const studentTwoSided = (t: number, df: number): number =>
  df === Number.POSITIVE_INFINITY ? normalTwoSided(t) : 2 * tCdf(-Math.abs(t), df)

/** Quantile of Student's t with df degrees of freedom, accurate in both tails. */
export const studentQuantile = (p: number, df: number): number => {
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p)
  return p > 0.5 ? -tInverse(1 - p, df) : tInverse(p, df)
}

/** P(X > x) for an F variate with df1 and df2 degrees of freedom, accurate in the tail: 1 / X has an F(df2, df1). */
export const fUpper = (x: number, df1: number, df2: number): number => {
  if (df2 === Number.POSITIVE_INFINITY) return chiSquareUpper(x * df1, df1)
  return x <= 0 ? 1 : x === Number.POSITIVE_INFINITY ? 0 : fCdf(1 / x, df2, df1)
}

/** Quantile of F with df1 and df2 degrees of freedom. */
export const fQuantile = (p: number, df1: number, df2: number): number => fInverse(p, df1, df2)
