/** The generators of @stdlib that streams are made of. The build bundles this file with what it imports. */
import ziggurat from '#stdlib/random/base/improved-ziggurat'
import mt19937 from '#stdlib/random/base/mt19937'
import { seedState } from './seeded-state.js'

/** A Mersenne Twister seeded by an array of 32-bit words, shared by every distribution drawn from it. */
export interface Generators {
  /** Uniform on [0, 1). */
  readonly uniform: () => number
  /** Standard normal. */
  readonly normal: () => number
  /** All there is of the stream: a copy, written back by `restore`, continues it where the copy was made. */
  readonly state: () => Uint32Array
  readonly restore: (state: Uint32Array) => void
}

/**
 * A generator for streams whose seeds have so many words. Making the distributions of @stdlib takes 70 us, seeding
 * 5: so they are made once and draw from one state array, where the stream that draws puts its state. A stream
 * is its state and nothing else, whoever drew in between.
 */
export function generatorsOf(words: number): (seed: readonly number[]) => Generators {
  const twister = mt19937.factory({ seed: new Array<number>(words).fill(0) })
  const state = Uint32Array.from(twister.state as unknown as ArrayLike<number>)
  const shared = { state: state as never, copy: false }
  // The types of @stdlib leave this function out.
  const { normalized: u } = mt19937.factory(shared) as unknown as { readonly normalized: () => number }
  const z = ziggurat.factory(shared)
  let drawing = state.slice()

  return (seed) => {
    const own = state.slice()
    seedState(own, seed)
    /** Puts this stream's state in the place of the one that drew before. */
    const take = (): void => {
      drawing.set(state)
      state.set(own)
      drawing = own
    }
    return {
      uniform: () => {
        if (drawing !== own) take()
        return u()
      },
      normal: () => {
        if (drawing !== own) take()
        return z()
      },
      state: () => (drawing === own ? state : own).slice(),
      restore: (saved) => (drawing === own ? state : own).set(saved),
    }
  }
}
