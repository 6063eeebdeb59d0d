import type { ConditionalEffects } from './conditional-effects.js'
import { type Maximum, type MaximiseOptions, maximise } from '../../numerics/maximise.js'

/** A log density over R^dimension, with its gradient. */
export interface LogDensity {
  /** Length of x and of its gradient. */
  readonly dimension: number
  /** Value at x, the gradient written where one is given. -Infinity out of support, never NaN. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
}

/** The log marginal likelihood of the outer parameters, the random effects integrated out by one rule. */
export interface MarginalDensity extends LogDensity {
  /** The value without the gradient, which is cheaper. */
  readonly value: (x: Float64Array) => number
  /**
   * The log-likelihood of each level of the likelihood's `factor`, of all rows together where it has none. The gradient of their
   * sum is written where one is given. `offsets`, one array of the model's rows a predictor, stand in the place of the
   * model's own. Null out of support.
   */
  readonly byLevel: (
    x: Float64Array,
    gradient?: Float64Array | null,
    offsets?: readonly Float64Array[] | null,
  ) => Float64Array | null
  /**
   * The same density with its searches of conditional modes started from those at x: faster there, and equal but for
   * rounding. This one stays as it is.
   */
  readonly near: (x: Float64Array) => MarginalDensity
  /** The conditional distribution of the random effects at x, found near where this density's searches start; null out of support. */
  readonly effectsAt: (x: Float64Array) => ConditionalEffects | null
  /** Minus the Hessian at x in closed form, dimension x dimension, null out of support; null where there is no closed form. */
  readonly negativeHessian: ((x: Float64Array) => Float64Array | null) | null
  /**
   * Climbs to a maximum from `start`, with `scale` (dimension x dimension) as the first guess of the inverse of minus the
   * Hessian: by `climb`, or in fewer parameters where the others' best values have a closed form.
   */
  readonly top: (start: Float64Array, scale: Float64Array, options: ClimbOptions) => Top
}

/** Where a climb ended, and the density with its searches of modes started from those that the climb reached. */
export interface Top extends Maximum {
  readonly near: MarginalDensity
}

/** How far and how long to climb; see maximise. */
export type ClimbOptions = Omit<MaximiseOptions, 'accepted'>

/**
 * Evaluates a log marginal likelihood: its value at x, -Infinity out of support; writes the gradient, and the log-likelihoods of
 * the levels, where arrays for them are given.
 */
export type Evaluate = (
  x: Float64Array,
  gradient: Float64Array | null,
  byLevel: Float64Array | null,
  offsets?: readonly Float64Array[] | null,
) => number

/** What a density is made of; the rest has the answer of most densities unless given. */
export type DensityParts = Pick<MarginalDensity, 'dimension' | 'effectsAt'> & {
  readonly evaluate: Evaluate
  /** Length of `byLevel`. */
  readonly levels: number
} & Partial<Pick<MarginalDensity, 'near' | 'negativeHessian' | 'top'>>

/** A density from its evaluator. Unless given otherwise it has no searches to start elsewhere and no closed Hessian, and is climbed by BFGS. */
export function marginalDensity({ evaluate, levels, ...parts }: DensityParts): MarginalDensity {
  const density: MarginalDensity = {
    evaluate: (x, gradient) => evaluate(x, gradient, null),
    value: (x) => evaluate(x, null, null),
    byLevel: (x, gradient = null, offsets = null) => {
      const out = new Float64Array(levels)
      return evaluate(x, gradient, out, offsets) === Number.NEGATIVE_INFINITY ? null : out
    },
    near: () => density,
    negativeHessian: null,
    top: (start, scale, options) => climb(density, start, scale, options),
    ...parts,
  }
  return density
}

/** Climbs by BFGS; searches of modes start from those of the point last accepted. */
export function climb(density: MarginalDensity, start: Float64Array, scale: Float64Array, options: ClimbOptions): Top {
  let here = density
  const top = maximise((x, gradient) => here.evaluate(x, gradient), start, scale, {
    ...options,
    accepted: (x) => {
      here = here.near(x)
    },
  })
  return { ...top, near: here }
}
