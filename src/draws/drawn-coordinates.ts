import type { Stated } from '../likelihood/frame/stated.js'
import { outerParameters } from '../likelihood/coordinates/outer-parameters.js'
import { drawReader } from './draw-reader.js'
import { chainCount, type Draws } from './draws.js'

/** Reads draws back into what likelihoods and simulations take; arrays are overwritten by the next draw. */
export interface DrawnCoordinates {
  /** Draws of all chains together. */
  readonly count: number
  /** The fit's parameters of draw s, chains one after the other. */
  readonly parameters: (s: number) => Float64Array
  /** Its effects b, a view a random term: levels x q, level after level. */
  readonly effects: (s: number) => Float64Array[]
}

/** `draws` as a run of the likelihood's own model names them: outer parameters first, then every effect. */
export function drawnCoordinates(stated: Stated, draws: Draws): DrawnCoordinates {
  const { coordinates } = stated
  const outer = outerParameters(stated)
  const x = new Float64Array(coordinates.outer)
  const natural = new Float64Array(coordinates.outer)
  const drawn = drawReader(draws)
  return {
    count: draws.ndraws * chainCount(draws),
    parameters: (s) => {
      const { values, at } = drawn(s)
      outer.read(values, at, x)
      coordinates.toParameters(x, natural)
      return natural
    },
    effects: (s) => {
      const { values, at } = drawn(s)
      return coordinates.terms.map(({ laid, q, effects }) => {
        const start = at + coordinates.outer + effects
        return values.subarray(start, start + laid.term.levels.length * q)
      })
    },
  }
}
