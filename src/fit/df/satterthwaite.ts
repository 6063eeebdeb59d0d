import type { NormalMarginal } from '../../likelihood/normal/normal-marginal.js'
import { symmetricEigen } from '../../numerics/symmetric-eigen.js'
import type { Estimate } from '../results/estimate.js'

/** The covariance of the parameters of V, as a fit has it: W_ab, NaN for those that are not free. */
export type ParameterCovariance = (a: number, b: number) => number

/** Tests of combinations of the mean's fixed effects in small samples. */
export interface SmallSample {
  /** The covariance of the fixed effects that the tests are with, p x p. */
  readonly covariance: Float64Array
  /** Degrees of freedom of the t statistic of l'beta, l of length p. Not finite where nothing of its variance is estimated. */
  readonly of: (l: Float64Array) => number
  /**
   * Of the F statistic of q combinations at once, of which the covariance matrix has full rank: its denominator's degrees of
   * freedom, and what the Wald statistic over q is multiplied by.
   */
  readonly joint: (rows: readonly Float64Array[]) => { readonly df: number; readonly scale: number }
}

/**
 * Satterthwaite's method (Giesbrecht and Burns 1985; Fai and Cornelius 1996): 2 v^2 / (g'Wg) with v the variance of l'beta,
 * l'(X'V^-1 X)^-1 l, as a function of V's parameters, g its gradient and W the inverse of their observed information. For
 * several combinations at once the eigenvectors of their covariance are independent t statistics, whose mean of squares is matched to F.
 *
 * A parameter at the boundary counts as known: v is even in a standard deviation, so that at 0 its derivative is 0.
 */
export function satterthwaite({ p, covariance, derivatives }: NormalMarginal, W: ParameterCovariance): SmallSample {
  const slopes = derivatives()
  const free = slopes.map((_, a) => a).filter((a) => W(a, a) > 0)
  const of = (l: Float64Array): number => {
    const phi = times(covariance, l, p)
    const variance = dot(l, phi)
    const gradient = slopes.map((slope) => dot(phi, times(slope, phi, p)))
    let spread = 0
    for (const a of free) for (const b of free) spread += gradient[a] * W(a, b) * gradient[b]
    return (2 * variance ** 2) / spread
  }
  const joint: SmallSample['joint'] = (rows) => {
    const q = rows.length
    if (q === 1) return { df: of(rows[0]), scale: 1 }
    const { vectors } = symmetricEigen(covarianceOf(rows, covariance, p), q)
    const df = rows.map((_, m) => of(combined(rows, (k) => vectors[k * q + m])))
    return { df: pooled(df), scale: 1 }
  }
  return { covariance, of, joint }
}

/** Fai and Cornelius's denominator: E F = mean of E t^2 = df / (df - 2) each; those with 2 or fewer have no such mean. */
function pooled(df: readonly number[]): number {
  const first = df[0]
  if (df.every((one) => Math.abs(one - first) <= 1e-8 * Math.abs(first))) return first
  if (df.some((one) => !(one > 2))) return 2
  const expected = df.reduce((sum, one) => sum + (one === Number.POSITIVE_INFINITY ? 1 : one / (one - 2)), 0)
  return expected > df.length ? (2 * expected) / (expected - df.length) : Number.POSITIVE_INFINITY
}

/** M x for a p x p matrix. */
export function times(matrix: Float64Array, x: Float64Array, p: number): Float64Array {
  const out = new Float64Array(p)
  for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) out[i] += matrix[i * p + j] * x[j]
  return out
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0)

/** L Phi L', q x q. */
export function covarianceOf(rows: readonly Float64Array[], phi: Float64Array, p: number): Float64Array {
  const moved = rows.map((row) => times(phi, row, p))
  return Float64Array.from(rows.flatMap((row) => moved.map((column) => dot(row, column))))
}

function combined(rows: readonly Float64Array[], weight: (k: number) => number): Float64Array {
  const out = new Float64Array(rows[0].length)
  rows.forEach((row, k) => {
    for (let j = 0; j < out.length; j++) out[j] += weight(k) * row[j]
  })
  return out
}

/** W of a fit in which the parameters of V begin at `first`; null where the fit has no covariance. */
export function parameterCovariance({ covariance, parameters }: Estimate, first: number): ParameterCovariance | null {
  const d = parameters.length
  return covariance && ((a, b) => covariance[(first + a) * d + first + b])
}

/** The unit vectors: the combinations that are the coefficients themselves. */
export const coefficients = (p: number): Float64Array[] =>
  Array.from({ length: p }, (_, c) => Float64Array.from({ length: p }, (__, j) => Number(j === c)))
