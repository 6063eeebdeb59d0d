import type { Rng } from '../random/stream.js'

/**
 * A covariance as priors and samplers see it: D R D, D the diagonal of the effects' standard deviations, R their
 * correlations. Coordinates are the standard deviations (one may serve several effects) and a free vector y in R^m
 * for R, with L = chol(R).
 */
export interface Chart {
  /** Which standard deviation each of the q effects has, ascending from 0: length q. */
  readonly deviationOf: (q: number) => Int32Array
  /** m, the length of y. */
  readonly correlationSize: (q: number) => number
  /** Writes L, q x q lower triangular with rows of length 1. */
  readonly correlationFactor: (y: ArrayLike<number>, q: number, out: Float64Array) => void
  /** Writes the derivative of L in y_j. */
  readonly correlationFactorDerivative: (y: ArrayLike<number>, q: number, j: number, out: Float64Array) => void
  /**
   * Log density of y where R has density proportional to |R|^(shape - 1) (Lewandowski, Kurowicka and Joe 2009),
   * normalised; adds its gradient to `gradient`, from position `at`.
   */
  readonly lkj: (y: ArrayLike<number>, q: number, shape: number, gradient: Float64Array, at: number) => number
  /** Writes a draw of y from that distribution into `out`, from position `at`. */
  readonly drawLkj: (q: number, shape: number, rng: Rng, out: Float64Array, at: number) => void
  /** The pairs of effects (i, j), i > j, whose correlations determine R. */
  readonly pairs: (q: number) => readonly (readonly [number, number])[]
  /** y of the correlations R (q x q, row after row). */
  readonly fromCorrelations: (correlations: ArrayLike<number>, q: number) => Float64Array
  /** Writes theta of the covariance. */
  readonly theta: (sd: ArrayLike<number>, y: ArrayLike<number>, q: number, out: Float64Array) => void
  /**
   * Turns a gradient in theta into one in (sd, y): adds to `sdGradient` and `yGradient`.
   */
  readonly pull: (
    sd: ArrayLike<number>,
    y: ArrayLike<number>,
    q: number,
    thetaGradient: ArrayLike<number>,
    sdGradient: Float64Array,
    yGradient: Float64Array,
  ) => void
}

/** Number of standard deviations of q effects. */
export const deviations = (chart: Chart, q: number): number => (q === 0 ? 0 : chart.deviationOf(q)[q - 1] + 1)
