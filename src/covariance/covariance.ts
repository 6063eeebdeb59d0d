import type { Boundary } from './boundary.js'
import type { Chart } from './chart.js'
import type { Held } from './held.js'

/** Effects of one standard deviation that form a chain, Corr(b_s, b_t) = rho^|s - t|. */
export interface Chain {
  /** The theta that is the standard deviation. */
  readonly deviation: number
  /** The theta that rho is a function of. */
  readonly at: number
  /**
   * rho, 1 - rho^2 and the derivative of rho in that theta. The correlation stops, its derivative 0, where 1 - |rho| is
   * 3e-8: nearer to 1 the precision of the chain would lose more digits than the difference is worth.
   */
  readonly correlation: (theta: number) => { readonly rho: number; readonly rest: number; readonly slope: number }
}

/**
 * The covariance of one term's effect vector b (q elements) through its relative factor: b = Lambda(theta) u with
 * u ~ N(0, I). theta lies anywhere in R^m; standard deviations enter as themselves, so that a variance of zero is an
 * ordinary point and -sd stands for the same covariance as sd.
 */
export interface Covariance {
  readonly name: string
  /**
   * What columns of a design the structure has a meaning for: any; 'several', which it is the correlation of; 'cells', one
   * for each level of a factor in its order, neither an intercept nor a covariate among them. Any where left out.
   */
  readonly columns?: 'several' | 'cells'
  /** m, the length of theta for q effects. */
  readonly size: (q: number) => number
  /** A theta to start from: unit standard deviations, no correlation. */
  readonly start: (q: number) => Float64Array
  /** Writes Lambda, q x q lower triangular, row after row. */
  readonly factor: (theta: ArrayLike<number>, q: number, out: Float64Array) => void
  /** Writes the derivative of Lambda in theta_j; where Lambda has a kink, at a standard deviation of 0, that from above. */
  readonly factorDerivative: (theta: ArrayLike<number>, q: number, j: number, out: Float64Array) => void
  /**
   * Symmetric matrices, q x q, of which the covariance matrix is any positive definite combination; left out where the
   * structure is not linear.
   */
  readonly elements?: (q: number) => Float64Array[]
  /** True where Lambda is proportional to the thetas that have a unit: c times these give c Lambda. Left out where it is not. */
  readonly proportional?: boolean
  /** Standard deviations of the q effects. */
  readonly standardDeviations: (theta: ArrayLike<number>, q: number) => Float64Array
  /** Writes their derivatives in theta, q x m, row after row; at a standard deviation of 0 those from above. */
  readonly standardDeviationDerivative: (theta: ArrayLike<number>, q: number, out: Float64Array) => void
  /** Correlations of the effects, q x q; NaN where a zero variance leaves one undefined. */
  readonly correlations: (theta: ArrayLike<number>, q: number) => Float64Array
  /** For each theta the effect in whose unit it is; -1 for one without unit, such as a correlation's. */
  readonly units: (q: number) => Int32Array
  /** The thetas that make the covariance singular where they are zero. */
  readonly roots: (q: number) => readonly number[]
  /**
   * The thetas without bounds, such as a correlation's, and the size at which the covariance is singular to rounding;
   * left out where there are none.
   */
  readonly ends?: (q: number) => readonly { readonly at: number; readonly end: number }[]
  /**
   * Where the thetas of the covariance of some effects alone stand among those of all, the others being 0 where the other
   * effects are; left out where effects can not be left out.
   */
  readonly part?: (q: number, kept: readonly number[]) => readonly number[]
  /** Signs (+1, -1) by which to multiply theta to get its canonical representative: of all theta with one covariance the one reported. */
  readonly canonicalSigns: (theta: ArrayLike<number>, q: number) => Float64Array
  /** The quantities reported of the covariance, each with the map to the thetas that have it at a value: what profile limits profile. */
  readonly held: (q: number) => readonly Held[]
  /** Standard deviations and correlations as coordinates, for priors and samplers. */
  readonly chart: Chart
  /** Where the effects form a chain: what their precision, which is tridiagonal then, is made of. */
  readonly chain?: Chain
  /** Why the covariance matrix is singular, or null where it is not. */
  readonly boundary: (theta: ArrayLike<number>, q: number) => Boundary | null
}
