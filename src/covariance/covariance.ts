/**
 * The covariance of one term's effect vector b (q elements) through its relative factor: b = Lambda(theta) u with
 * u ~ N(0, I). theta lies anywhere in R^m; a variance of zero is an ordinary point.
 */
export interface Covariance {
  readonly name: string
  /** m, the length of theta for q effects. */
  readonly size: (q: number) => number
  /** A theta to start from: unit standard deviations, no correlation. */
  readonly start: (q: number) => Float64Array
  /** Writes Lambda, q x q lower triangular, row after row. */
  readonly factor: (theta: ArrayLike<number>, q: number, out: Float64Array) => void
}
