import { type Maximum, type MaximiseOptions, maximise } from '../../numerics/maximise.js'

/** A log density over R^dimension, with its gradient. */
export interface LogDensity {
  readonly dimension: number
  /** Value at x, the gradient written where one is given. -Infinity out of support, never NaN. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
}

/** The log marginal likelihood of the outer parameters, the random effects integrated out by one rule. */
export interface MarginalDensity extends LogDensity {
  readonly value: (x: Float64Array) => number
  /**
   * The log-likelihood of each level of the likelihood's `factor`, in one array, the gradient of their sum written where one is
   * given; of all rows together where there is no such factor. NaN or -Infinity out of support.
   */
  readonly byLevel: (x: Float64Array, gradient?: Float64Array) => Float64Array
  /**
   * The same density with its searches of conditional modes started from those at x: faster there, and equal but for
   * rounding. This one stays as it is.
   */
  readonly near: (x: Float64Array) => MarginalDensity
  /** Minus the Hessian at x in closed form, dimension x dimension, null out of support; null where there is no closed form. */
  readonly negativeHessian: ((x: Float64Array) => Float64Array | null) | null
  /**
   * Climbs to a maximum from `start`, with `scale` (dimension x dimension) as the first guess of the inverse of minus the
   * Hessian: by `climb`, or in fewer parameters where the others' best values have a closed form.
   */
  readonly top: (start: Float64Array, scale: Float64Array, options: ClimbOptions) => Maximum
}

/** How far and how long to climb; see maximise. */
export type ClimbOptions = Omit<MaximiseOptions, 'accepted'>

/** What there is to say of a density whose evaluations are all there is to it. */
export type EvaluatedDensity = Pick<MarginalDensity, 'dimension' | 'evaluate' | 'value' | 'byLevel'> &
  Partial<Pick<MarginalDensity, 'near' | 'negativeHessian'>>

/** Completes a density: no start of searches to move and no closed Hessian unless given, and climbed by BFGS. */
export function marginalDensity(evaluated: EvaluatedDensity): MarginalDensity {
  const density: MarginalDensity = {
    near: () => density,
    negativeHessian: null,
    ...evaluated,
    top: (start, scale, options) => climb(density, start, scale, options),
  }
  return density
}

/** Climbs by BFGS; searches of modes start from those of the point last accepted. */
export function climb(
  density: MarginalDensity,
  start: Float64Array,
  scale: Float64Array,
  options: ClimbOptions,
): Maximum {
  let here = density
  return maximise((x, gradient) => here.evaluate(x, gradient), start, scale, {
    ...options,
    accepted: (x) => {
      here = density.near(x)
    },
  })
}
