import type { NormalMarginal } from '../../likelihood/normal/normal-marginal.js'
import type { Estimate } from '../results/estimate.js'

/** The covariance of the parameters of V, as a fit has it: W_ab, NaN for those that are not free. */
export type ParameterCovariance = (a: number, b: number) => number

/**
 * Degrees of freedom of each fixed effect's t statistic by Satterthwaite's method (Giesbrecht and Burns 1985; Fai and
 * Cornelius 1996): 2 v^2 / (g'Wg) with v the variance of the estimate, (X'V^-1 X)^-1, as a function of V's parameters, g its
 * gradient and W the inverse of their observed information. Not finite where nothing of v is estimated.
 *
 * A parameter at the boundary counts as known: v is even in a standard deviation, so that at 0 its derivative is 0.
 */
export function satterthwaite({ p, covariance, derivatives }: NormalMarginal, W: ParameterCovariance): Float64Array {
  const gradients = derivatives().map((derivative) => varianceSlopes(covariance, derivative, p))
  const free = gradients.map((_, a) => a).filter((a) => W(a, a) > 0)
  return Float64Array.from({ length: p }, (_, c) => {
    let spread = 0
    for (const a of free) for (const b of free) spread += gradients[a][c] * W(a, b) * gradients[b][c]
    return (2 * covariance[c * (p + 1)] ** 2) / spread
  })
}

/** The diagonal of Phi D Phi: what the variances of the fixed effects gain where X'V^-1 X loses D; p x p each. */
export function varianceSlopes(phi: Float64Array, d: Float64Array, p: number): Float64Array {
  return Float64Array.from({ length: p }, (_, c) => {
    let sum = 0
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) sum += phi[c * p + i] * d[i * p + j] * phi[c * p + j]
    return sum
  })
}

/** W of a fit in which the parameters of V begin at `first`; null where the fit has no covariance. */
export function parameterCovariance({ covariance, parameters }: Estimate, first: number): ParameterCovariance | null {
  const d = parameters.length
  return covariance && ((a, b) => covariance[(first + a) * d + first + b])
}
