import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { type Coordinates, withoutEffects } from '../../src/likelihood/frame/coordinates.js'
import { coupling } from '../../src/likelihood/joint/coupling.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import type { OuterMode } from './outer-mode.js'
import { precisionFactor } from './precision-factor.js'

/** The precision's factor, or, where the Hessian is of no use, that of independent coordinates of the given scales. */
export function factorOf(
  at: Coordinates,
  joint: LogDensity | null,
  { covariance }: OuterMode,
  center: Float64Array,
  scale: Float64Array,
): Float64Array {
  const pattern = coupling(at)
  const factor = precisionFactor(at, pattern, joint, center, scale, covariance)
  if (factor) return factor
  const diagonal = new Float64Array(pattern.symbolic.size)
  pattern.coordinateOf.forEach((j, element) => {
    diagonal[pattern.symbolic.diagonal[element]] = 1 / scale[j]
  })
  return diagonal
}

/** factorOf for the outer coordinates alone. */
export function outerFactor({ coordinates }: Likelihood, { x, covariance }: OuterMode): Float64Array {
  return factorOf(withoutEffects(coordinates), null, { x, covariance }, x, scalesOf(covariance, x.length))
}

export const scalesOf = (covariance: Float64Array, d: number): Float64Array =>
  Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(covariance[j * (d + 1)], 1e-12)))
