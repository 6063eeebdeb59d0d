import { effectsMap } from '../../src/likelihood/coordinates/effects-map.js'
import { unknownModes } from '../../src/likelihood/frame/conditional-effects.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { scalesOf } from './outer-factor.js'
import type { OuterMode } from './outer-mode.js'

/** A point of all coordinates near where a density is highest, given the mode of the outer ones. */
export interface Around {
  readonly center: Float64Array
  /** Standard deviations of all coordinates, roughly. */
  readonly scale: Float64Array
  readonly centring: Float64Array
}

/** The conditional modes at the outer mode, and centring by the share of an effect's precision that its rows bring. */
export function effectsAround(like: Likelihood, { x, covariance }: OuterMode): Around {
  const { coordinates, dimension: outer } = like
  const natural = new Float64Array(outer)
  coordinates.toParameters(x, natural)
  const modes = (like.effectsAt(natural) ?? unknownModes(like.stated)).terms
  const b = new Float64Array(coordinates.effects)
  const sd = new Float64Array(coordinates.effects)
  const centring = new Float64Array(coordinates.effects)
  coordinates.terms.forEach(({ start, q, deviationOf, effects }, t) => {
    b.set(modes[t].mode, effects)
    sd.set(modes[t].sd, effects)
    for (let i = 0; i < modes[t].sd.length; i++) {
      const prior = Math.exp(x[start + deviationOf[i % q]])
      centring[effects + i] = Math.min(1, Math.max(0, 1 - (modes[t].sd[i] / prior) ** 2))
    }
  })
  const { center, scale } = extended(like, x, covariance)
  const map = effectsMap(coordinates, centring)
  map.invert(center, b)
  map.write(center)
  const units = map.units()
  for (let i = 0; i < sd.length; i++) scale[outer + i] = Math.max(sd[i], 1e-8) / units[i]
  return { center, scale, centring }
}

/** Under the prior alone the spherical effects are independent of everything. */
export function priorEffects(like: Likelihood, { x, covariance }: OuterMode): Around {
  const { center, scale } = extended(like, x, covariance)
  return { center, scale: scale.fill(1, like.dimension), centring: new Float64Array(like.coordinates.effects) }
}

function extended(like: Likelihood, x: Float64Array, covariance: Float64Array): Pick<Around, 'center' | 'scale'> {
  const { coordinates, dimension: outer } = like
  const center = new Float64Array(outer + coordinates.effects)
  const scale = new Float64Array(center.length)
  center.set(x)
  scale.set(scalesOf(covariance, outer))
  return { center, scale }
}
