import type { Likelihood } from '../src/likelihood/likelihood.js'
import { marginalPosterior } from '../src/likelihood/posterior.js'
import type { PriorsInForce } from '../src/likelihood/priors-in-force.js'
import { cholesky, choleskyInverse } from '../src/numerics/cholesky.js'
import { negativeHessian } from '../src/numerics/hessian.js'
import { maximise } from '../src/numerics/maximise.js'
import type { GridPlace, Placement } from './quadrature-grid.js'

/** A log density and its gradient in the coordinates of a grid. */
type Gradient = (y: Float64Array, gradient: Float64Array) => number

/** The log posterior and its gradient in the coordinates of the grid. */
export function outerGradient(
  like: Likelihood,
  priors: PriorsInForce,
  nodes: number,
  order: readonly number[],
): Gradient {
  const density = marginalPosterior(like, priors, nodes)
  const x = new Float64Array(order.length)
  const inX = new Float64Array(order.length)
  return (y, gradient) => {
    for (let i = 0; i < y.length; i++) x[order[i]] = y[i]
    const value = density.evaluate(x, inX)
    for (let i = 0; i < y.length; i++) gradient[i] = inX[order[i]]
    return value
  }
}

/** The mode of the mean's fixed effects at given scales, and the curvature there. */
export function tailPlacement(
  evaluate: Gradient,
  { x: mode, covariance }: { readonly x: Float64Array; readonly covariance: Float64Array },
  s: number,
): GridPlace['tail'] {
  const d = mode.length
  const t = d - s
  const y = mode.slice()
  const whole = new Float64Array(d)
  const scale = Float64Array.from({ length: t * t }, (_, at) => covariance[(s + Math.floor(at / t)) * d + s + (at % t)])
  const unit = Float64Array.from({ length: t }, (_, j) => Math.sqrt(scale[j * (t + 1)]))
  const known = new Map<string, Placement | null>()
  const search = (head: Float64Array): Placement | null => {
    const at = (tail: Float64Array, gradient: Float64Array): number => {
      y.set(head)
      y.set(tail, s)
      const value = evaluate(y, whole)
      for (let i = 0; i < t; i++) gradient[i] = whole[s + i]
      return value
    }
    const { x: center, value } = maximise(at, mode.slice(s), scale, { tolerance: 1e-3, maxIterations: 100 })
    if (!(value > Number.NEGATIVE_INFINITY)) return null
    const information = negativeHessian(at, center, unit)
    if (!cholesky(information, t)) return null
    const L = choleskyInverse(information, t)
    return cholesky(L, t) ? { center, L } : null
  }
  return (head) => {
    const key = head.join()
    if (!known.has(key))
      known.set(key, t === 0 ? { center: new Float64Array(0), L: new Float64Array(0) } : search(head))
    return known.get(key)!
  }
}
