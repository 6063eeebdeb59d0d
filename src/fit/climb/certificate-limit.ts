import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'
import { isExact as exactly } from '../../likelihood/engine/rule-set.js'

/**
 * An approximation is adequate if its estimates are nowhere further than this many standard errors from the integrated
 * ones: a 95 % interval shifted by 0.2 of them still covers 94.5 %, one shifted by 0.5 covers 92.1 %.
 */
export const adequateShift = 0.2

/** The largest element, in standard errors, of the step that Newton's method takes with the fit's covariance. */
export function largestStep({ covariance, se }: Estimate, gradient: Float64Array): number {
  const d = gradient.length
  let largest = 0
  for (let i = 0; i < d; i++) {
    if (!(se[i] > 0)) continue
    let step = 0
    for (let j = 0; j < d; j++) if (se[j] > 0) step += covariance![i * d + j] * gradient[j]
    largest = Math.max(largest, Math.abs(step) / se[i])
  }
  return largest
}

/** True if Laplace's approximation of this model's integral is exact. */
export const isExact = ({ stated }: Likelihood): boolean => exactly(stated)
