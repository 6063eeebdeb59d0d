import { type ConditionalEffects, lateEffects } from '../frame/conditional-effects.js'
import { type MarginalDensity, marginalDensity } from '../frame/log-density.js'
import type { Stated } from '../frame/stated.js'
import { gaussianEffects } from './gaussian-effects.js'
import { observedInformation } from './observed-information.js'
import { evaluateOuter } from './outer-density.js'
import { profiledTop } from './profiled-top.js'
import type { RelativeDensity } from './relative-density.js'

/** The log-likelihood of the outer parameters; `other` is the same density by an engine that goes level by level. */
export function gaussianDensity(
  relative: RelativeDensity,
  stated: Stated,
  other: () => MarginalDensity,
): MarginalDensity {
  const { layout } = stated
  let made: MarginalDensity | null = null
  const behind = (): MarginalDensity => {
    made ??= other()
    return made
  }
  const effectsAt = (x: Float64Array): ConditionalEffects | null => {
    const effects = gaussianEffects(relative, stated, x)
    if (!effects) return null
    const at = x.slice()
    let late: ConditionalEffects | null = null
    const levels = (): ConditionalEffects => {
      late ??= behind().effectsAt(at)
      return late!
    }
    return lateEffects({
      terms: effects.terms,
      eta: effects.eta,
      whitened: effects.whitened,
      // The integral is exact.
      secondOrder: (byRow) => {
        byRow?.fill(0)
        return 0
      },
      draw: (rng, out, first) => levels().draw(rng, out, first),
      ofLevel: (level, effect) => levels().ofLevel(level, effect),
    })
  }
  const density: MarginalDensity = {
    ...marginalDensity({
      dimension: layout.dimension,
      levels: 1,
      evaluate: (x, gradient) => evaluateOuter(relative, layout, x, gradient),
      effectsAt,
      negativeHessian: (x) => observedInformation(relative, layout, x),
      top: (start, scale, options) => ({ ...profiledTop(relative, layout, start, scale, options), near: density }),
    }),
    byLevel: (...given) => behind().byLevel(...given),
  }
  return density
}
