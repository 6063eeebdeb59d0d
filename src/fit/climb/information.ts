import type { MarginalDensity } from '../../likelihood/frame/log-density.js'
import { cholesky, choleskyInverse } from '../../numerics/cholesky.js'
import { inverseAlong, negativeHessian } from '../../numerics/hessian.js'
import type { Maximum } from '../../numerics/maximise.js'

/** Inverse of the observed information over the free parameters, d x d, NaN elsewhere; null if not positive definite. */
export function invertedInformation(
  density: MarginalDensity,
  top: Maximum,
  free: readonly number[],
  step?: number,
): Float64Array | null {
  const d = top.x.length
  const size = free.length
  const scale = top.x.map((_, j) => Math.sqrt(top.inverseHessian[j * d + j]))
  const small = density.negativeHessian
    ? inverted(density.negativeHessian(top.x), d, free)
    : (inverseAlong(density.evaluate, top.x, free, top.inverseHessian, step, top.gradient) ??
      inverted(negativeHessian(density.evaluate, top.x, scale, step, top.gradient), d, free))
  if (!small) return null
  // A variance so far beyond what the climb found is that of a direction without curvature but rounding's.
  const beyond = free.some((j, a) => small[a * (size + 1)] > 1e5 * top.inverseHessian[j * (d + 1)])
  if (beyond && !density.negativeHessian) return null
  if (size === d) return small
  const inverse = new Float64Array(d * d).fill(Number.NaN)
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      inverse[i * d + j] = small[a * size + b]
    })
  })
  return inverse
}

/** Inverse of the free rows and columns of a d x d matrix; null where it is not positive definite. */
function inverted(matrix: Float64Array | null, d: number, free: readonly number[]): Float64Array | null {
  const size = free.length
  if (!matrix) return null
  const factor = new Float64Array(size * size)
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      factor[a * size + b] = matrix[i * d + j]
    })
  })
  return cholesky(factor, size) ? choleskyInverse(factor, size) : null
}

/** Newton's step and the rise in log-likelihood it promises: half the squared distance from the top in standard errors. */
export function newtonStep(
  inverse: Float64Array,
  gradient: Float64Array,
  free: readonly number[],
): { step: Float64Array; rise: number } {
  const d = gradient.length
  const step = new Float64Array(d)
  let rise = 0
  for (const i of free) {
    for (const j of free) step[i] += inverse[i * d + j] * gradient[j]
    rise += 0.5 * step[i] * gradient[i]
  }
  return { step, rise }
}
