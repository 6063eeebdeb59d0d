import { forward } from '../../numerics/sparse-cholesky.js'
import { type ConditionalEffects, type ConditionalModes, lateEffects } from '../frame/conditional-effects.js'
import type { Laplace } from './laplace.js'
import type { LaplaceParts } from './laplace-parts.js'
import { type SecondOrder, secondOrder } from './second-order.js'
import { structuredModes } from './structured-modes.js'

/** The conditional effects at x, the mode found as `laplace` does; null out of support. */
export type StructuredEffectsAt = (laplace: Laplace, x: Float64Array) => ConditionalEffects | null

/** What more than the sparse factor there is for some structures. */
export interface EffectDraws {
  readonly draw: (
    x: Float64Array,
    modes: ConditionalModes['terms'],
    ...into: Parameters<ConditionalEffects['draw']>
  ) => void
  readonly ofLevel: (
    x: Float64Array,
    eta: ConditionalModes['eta'],
    ...which: Parameters<ConditionalEffects['ofLevel']>
  ) => ReturnType<ConditionalEffects['ofLevel']>
}

/** Crossed factors. */
export const noDraws: EffectDraws = {
  draw: () => {
    throw new TypeError('the factors of the random effects are not nested')
  },
  ofLevel: () => {
    throw new TypeError('the random effects belong to several factors')
  },
}

/**
 * Conditional effects from the sparse factor of all of them. The work space is that of the parts: what is asked for late is found
 * at x again, unless the parts still stand there.
 */
export function structuredEffects(parts: LaplaceParts, { draw, ofLevel }: EffectDraws): StructuredEffectsAt {
  const { layout, structure, linear, rows } = parts
  const { symbolic, starts } = structure
  let expansion: SecondOrder | null = null
  return (laplace, given) => {
    if (!laplace.moveTo(given)) return null
    const x = given.slice()
    const effects = lateEffects({
      terms: () => {
        laplace.moveTo(x)
        return structuredModes(layout, structure, linear, laplace)
      },
      eta: () => {
        laplace.moveTo(x)
        return rows.eta.map((one) => one.slice())
      },
      whitened: (weights) => {
        laplace.moveTo(x)
        const out = new Float64Array(structure.size)
        let from = 0
        layout.terms.forEach(({ term }, t) => {
          const q = term.names.length
          const lambda = linear.lambdas[t]
          for (let level = 0; level < starts[t].length; level++, from += q) {
            for (let i = 0; i < q; i++) {
              const weight = weights[from + i]
              if (weight === 0) continue
              for (let j = 0; j <= i; j++) out[starts[t][level] + j] += weight * lambda[i * q + j]
            }
          }
        })
        forward(symbolic, laplace.factor, out)
        return out
      },
      secondOrder: (byRow) => {
        expansion ??= secondOrder(parts)
        return expansion.correction(x, byRow, laplace)
      },
      draw: (rng, out, at) => draw(x, effects.terms, rng, out, at),
      ofLevel: (level, effect) => ofLevel(x, effects.eta, level, effect),
    })
    return effects
  }
}
