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
  /** Writes d Lambda / d theta_j, laid out as Lambda. */
  readonly factorDerivative: (theta: ArrayLike<number>, q: number, j: number, out: Float64Array) => void
  /** Standard deviations of the q effects, not negative. */
  readonly standardDeviations: (theta: ArrayLike<number>, q: number) => Float64Array
  /** Writes d sd_i / d theta_j: q x m, row after row. */
  readonly standardDeviationDerivative: (theta: ArrayLike<number>, q: number, out: Float64Array) => void
  /** Correlations of the q effects: q x q, row after row; NaN where a standard deviation is zero. */
  readonly correlations: (theta: ArrayLike<number>, q: number) => Float64Array
  /** For each theta the effect in whose unit it is; -1 for one without unit, such as a correlation's. */
  readonly units: (q: number) => Int32Array
  /** The thetas that make the covariance singular where they are zero. */
  readonly roots: (q: number) => readonly number[]
  /** Signs (+1, -1) by which to multiply theta to get the one theta told of all that give the same covariance. */
  readonly canonicalSigns: (theta: ArrayLike<number>, q: number) => Float64Array
}
