/** The generators of @stdlib that streams are made of. The build bundles this file with what it imports. */
import mt19937 from '#stdlib/random/base/mt19937'
import normal from '#stdlib/random/base/normal'
import uniform from '#stdlib/random/base/uniform'

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

/** One state array serves all distributions, so that it alone is the stream. */
export function generators(seed: readonly number[]): Generators {
  const twister = mt19937.factory({ seed: seed as number[] })
  const state = Uint32Array.from(twister.state as unknown as ArrayLike<number>)
  const shared = { state: state as never, copy: false }
  const u = uniform.factory(0, 1, shared)
  const z = normal.factory(0, 1, shared)
  return { uniform: () => u(), normal: () => z(), state: () => state.slice(), restore: (saved) => state.set(saved) }
}
