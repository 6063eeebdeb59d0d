/** Words of the state of a Mersenne Twister, and how far apart the words are that a new one is made of. */
const n = 624

/** Where the words stand in an array as @stdlib has it: version, sections, their length, words; one, index; length, seed. */
const layout = { words: 3, index: n + 4, seed: n + 6 } as const

/** The state that all seeds start from: that of the seed 19650218. */
const first = new Uint32Array(n)
first[0] = 19650218
for (let i = 1; i < n; i++) first[i] = Math.imul(first[i - 1] ^ (first[i - 1] >>> 30), 1812433253) + i

/**
 * Writes into a state array the state of a Mersenne Twister seeded by 32-bit words, as `init_by_array` of Matsumoto and
 * Nishimura (1998) makes it: what @stdlib's factory does for a seed, without a new generator. `state` is
 * the array of a generator seeded with as many words.
 */
export function seedState(state: Uint32Array, seed: readonly number[]): void {
  const words = state.subarray(layout.words, layout.words + n)
  words.set(first)
  let before = words[0]
  for (let k = 0, i = 1, j = 0; k < n; k++) {
    before = ((words[i] ^ Math.imul(before ^ (before >>> 30), 1664525)) + seed[j] + j) >>> 0
    words[i] = before
    if (++i === n) i = 1
    if (++j === seed.length) j = 0
  }
  // The first n steps ended with words[1], so that these go on with words[2].
  for (let k = 1, i = 2; k < n; k++) {
    before = ((words[i] ^ Math.imul(before ^ (before >>> 30), 1566083941)) - i) >>> 0
    words[i] = before
    if (++i === n) i = 1
  }
  words[0] = 0x80000000
  state[layout.index] = n
  state.set(seed, layout.seed)
}
