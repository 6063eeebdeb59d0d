import { GlmmError } from '../errors.js'
import { type Generators, generatorsOf } from './generators.js'

/** A stream of random numbers. */
export interface Rng {
  /** Uniform on [0, 1). */
  readonly uniform: () => number
  /** Standard normal. */
  readonly normal: () => number
}

/** What a stream is for; streams of different purposes at one address are independent. */
const purposes = {
  start: 1,
  chain: 2,
  response: 3,
  importance: 4,
  effects: 5,
  quantile: 6,
  resample: 7,
  predictive: 8,
  simulation: 9,
  proposal: 10,
  tests: 11,
} as const

/** Where a stream stands: same address, same numbers, whoever asks and on whatever thread. */
export interface Address {
  /** The user's seed, a whole number from 0 to 2^32 - 1. */
  readonly seed: number
  readonly condition?: number
  readonly replicate?: number
  readonly chain?: number
  readonly purpose: keyof typeof purposes
}

/** Those of this thread: made with the first stream, as not every call draws. */
let generators: ((seed: readonly number[]) => Generators) | null = null

/** The stream at an address. */
export function stream(address: Address): Generators {
  const words = [
    checkSeed(address.seed),
    address.condition ?? 0,
    address.replicate ?? 0,
    address.chain ?? 0,
    purposes[address.purpose],
  ]
  generators ??= generatorsOf(words.length)
  return generators(words)
}

/** A seed as given by a user, or a USAGE error. Larger words would wrap silently and repeat another seed's stream. */
export function checkSeed(seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new GlmmError(
      'USAGE',
      `expected a seed from 0 to 4294967295, got ${seed}`,
      'give a whole number in that range',
    )
  }
  return seed
}
