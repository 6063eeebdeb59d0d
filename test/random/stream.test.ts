import mt19937 from '#stdlib/random/base/mt19937'
import normal from '#stdlib/random/base/normal'
import uniform from '#stdlib/random/base/uniform'
import { describe, expect, it } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import { type Address, checkSeed, type Rng, stream } from '../../src/random/stream.js'

const address: Address = { seed: 20240611, condition: 3, replicate: 5, chain: 2, purpose: 'chain' }
const first = (rng: Rng, count = 6): number[] =>
  Array.from({ length: count }, (_, i) => (i % 2 ? rng.normal() : rng.uniform()))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('stream', () => {
  it('gives the same numbers at the same address, whoever else draws', () => {
    const one = stream(address)
    const expected = first(one, 50)
    const again = stream({ ...address })
    const other = stream({ ...address, chain: 7 })
    const interleaved = Array.from({ length: 50 }, (_, i) => {
      other.normal()
      return i % 2 ? again.normal() : again.uniform()
    })
    expect(interleaved).toEqual(expected)
  })

  it('is pinned: these numbers are in every result ever published from a seed', () => {
    const rng = stream({ seed: 1, chain: 1, purpose: 'chain' })
    expect([rng.uniform(), rng.normal(), rng.uniform(), rng.normal()]).toMatchInlineSnapshot(`
      [
        0.18838987370565485,
        0.9381327442239482,
        0.1788490404848363,
        -1.377507148398858,
      ]
    `)
  })

  it('has the numbers of generators of its own, seeded by the words of the address', () => {
    for (const seed of [0, 1, 20240611, 2 ** 31, 2 ** 32 - 1]) {
      for (const replicate of [0, 1, 9999, 2 ** 32 - 1]) {
        const twister = mt19937.factory({ seed: [seed, 7, replicate, 2, 3] })
        const state = Uint32Array.from(twister.state as unknown as ArrayLike<number>)
        const rng = stream({ seed, condition: 7, replicate, chain: 2, purpose: 'response' })
        expect(Array.from(rng.state())).toEqual(Array.from(state))
        const u = uniform.factory(0, 1, { state: state as never, copy: false })
        const z = normal.factory(0, 1, { state: state as never, copy: false })
        // Beyond the 624 words after which the state is made anew.
        const pairs = (of: Rng): number[] =>
          Array.from({ length: 1400 }, (_, i) => (i % 2 ? of.normal() : of.uniform()))
        expect(pairs(rng)).toEqual(pairs({ uniform: () => u(), normal: () => z() }))
      }
    }
  })

  it('goes on from a state, also while others draw', () => {
    const [one, other] = [stream(address), stream({ ...address, chain: 9 })]
    one.normal()
    const saved = one.state()
    const expected = first(one)
    other.uniform()
    expect(one.state()).not.toEqual(saved)
    one.restore(saved)
    expect(one.state()).toEqual(saved)
    expect(first(one)).toEqual(expected)
    one.restore(saved)
    other.normal()
    expect(first(one)).toEqual(expected)
  })

  it('changes with each component of its address', () => {
    const variants: Address[] = [
      address,
      { ...address, seed: address.seed + 1 },
      { ...address, condition: 4 },
      { ...address, replicate: 6 },
      { ...address, chain: 3 },
      { ...address, purpose: 'start' },
      { ...address, purpose: 'response' },
      // Values moved between components.
      { ...address, condition: 5, replicate: 3 },
      { ...address, replicate: 2, chain: 5 },
      { seed: address.seed, purpose: 'chain' },
      { seed: address.seed, chain: 3, purpose: 'chain' },
      { seed: address.seed, replicate: 3, purpose: 'chain' },
      { seed: address.seed, condition: 3, purpose: 'chain' },
    ]
    const starts = variants.map((one) => first(stream(one), 3))
    const seen = new Set(starts.flat())
    expect(seen.size).toBe(3 * variants.length)
  })

  it('takes a missing component for 0', () => {
    const bare = first(stream({ seed: 8, purpose: 'start' }))
    expect(first(stream({ seed: 8, condition: 0, replicate: 0, chain: 0, purpose: 'start' }))).toEqual(bare)
  })

  it('is one stream: a normal drawn moves the uniforms on, and is kept nowhere', () => {
    const plain = stream(address)
    const uniforms = Array.from({ length: 3 }, () => plain.uniform())
    const mixed = stream(address)
    mixed.normal()
    expect(uniforms[0]).not.toBe(mixed.uniform())
    // And a uniform moves the normals on.
    const normals = stream(address)
    const z = normals.normal()
    const after = stream(address)
    after.uniform()
    expect(after.normal()).not.toBe(z)
  })

  it('refuses a seed that is not a whole number of 32 bits', () => {
    for (const seed of [
      -1,
      0.5,
      2 ** 32,
      1e20,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '7' as never,
      null as never,
      undefined as never,
    ]) {
      let error: unknown
      try {
        stream({ seed, purpose: 'chain' })
      } catch (thrown) {
        error = thrown
      }
      expect(error, String(seed)).toBeInstanceOf(GlmmError)
      expect((error as GlmmError).code).toBe('USAGE')
    }
    for (const seed of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      expect(checkSeed(seed)).toBe(seed)
      expect(Number.isFinite(stream({ seed, purpose: 'chain' }).normal())).toBe(true)
    }
  })

  it('gives different numbers for seeds that differ in one bit, high or low', () => {
    const starts = [0, ...Array.from({ length: 32 }, (_, bit) => 2 ** bit)].map((seed) =>
      stream({ seed, purpose: 'chain' }).uniform(),
    )
    expect(new Set(starts).size).toBe(33)
  })
})

describe('numbers of neighbouring streams', () => {
  // A study's streams: 200 replicates of 10 chains.
  const streams = Array.from({ length: 2000 }, (_, i) =>
    stream({ seed: 1, replicate: Math.floor(i / 10), chain: 1 + (i % 10), purpose: 'chain' }),
  )
  const uniforms = streams.map((rng) => Array.from({ length: 4 }, () => rng.uniform()))
  const normals = streams.map((rng) => rng.normal())

  it('lie in [0, 1)', () => {
    for (const u of uniforms.flat()) expect(u >= 0 && u < 1).toBe(true)
  })

  it('have uniform first draws', () => {
    for (let draw = 0; draw < 4; draw++) {
      const cells = new Array<number>(50).fill(0)
      for (const u of uniforms) cells[Math.floor(50 * u[draw])]++
      const chiSquare = cells.reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0)
      // Chi-square with 49 degrees of freedom lies within (21, 89) but for 4 in 10,000.
      expect(chiSquare).toBeGreaterThan(21)
      expect(chiSquare).toBeLessThan(89)
    }
  })

  it('are uncorrelated with those of the streams beside them, and with the next draw', () => {
    const correlation = (a: readonly number[], b: readonly number[]): number =>
      12 * mean(a.map((x, i) => (x - 0.5) * (b[i] - 0.5)))
    for (const lag of [1, 2, 10, 20]) {
      for (let draw = 0; draw < 4; draw++) {
        const column = uniforms.map((u) => u[draw])
        // The SD of a correlation of independent values is 1 / sqrt(n).
        expect(Math.abs(correlation(column.slice(lag), column)) * Math.sqrt(2000 - lag), `lag ${lag}`).toBeLessThan(4)
      }
    }
    for (let draw = 1; draw < 4; draw++) {
      const pair = correlation(
        uniforms.map((u) => u[draw]),
        uniforms.map((u) => u[draw - 1]),
      )
      expect(Math.abs(pair) * Math.sqrt(2000)).toBeLessThan(4)
    }
  })

  it('have the moments of a normal', () => {
    const draws = [...normals, ...Array.from({ length: 40_000 }, () => streams[0].normal())]
    const n = draws.length
    // Variances of Z, Z^2, Z^3 and Z^4 are 1, 2, 15 and 96.
    const moments = [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ]
    for (const [power, expected, variance] of moments) {
      expect(Math.abs(mean(draws.map((z) => z ** power)) - expected), `moment ${power}`).toBeLessThan(
        4 * Math.sqrt(variance / n),
      )
    }
    // The tail beyond 3 has probability 0.0027 in both directions.
    const tail = draws.filter((z) => Math.abs(z) > 3).length
    expect(Math.abs(tail - 0.0026998 * n)).toBeLessThan(4 * Math.sqrt(0.0027 * n))
  })
})
