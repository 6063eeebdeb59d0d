import type { ConditionalEffects } from '../frame/conditional-effects.js'
import { type Evaluate, type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import type { Laplace } from './laplace.js'

/**
 * The log marginal likelihood by Laplace's approximation over the sparse factor. `byLevel` evaluates where levels are asked for,
 * `levels` of them; without it there is one number for all rows.
 */
export function laplaceDensity(
  dimension: number,
  laplace: Laplace,
  effectsAt: (laplace: Laplace, x: Float64Array) => ConditionalEffects | null,
  levels = 1,
  byLevel: Evaluate | null = null,
): MarginalDensity {
  return marginalDensity({
    dimension,
    levels,
    evaluate: (x, gradient, out, offsets) => {
      if (out && byLevel) return byLevel(x, gradient, out, offsets)
      const value = laplace.evaluate(x, gradient, offsets)
      if (out) out[0] = value
      return value
    },
    near: (x) => laplaceDensity(dimension, laplace.near(x), effectsAt, levels, byLevel),
    effectsAt: (x) => effectsAt(laplace, x),
  })
}
