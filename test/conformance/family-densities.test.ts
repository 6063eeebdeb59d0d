import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { families, familyNamed, withZeros } from '../../src/families/registry.js'
import { densitySize, firstAt, secondAt, thirdAt } from '../../src/families/row-density.js'
import { linkNamed } from '../../src/links/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'
import { responses } from './responses.js'

interface Densities {
  readonly family: string
  readonly link: string
  readonly y: readonly number[]
  readonly trials: readonly number[] | null
  /** One list a predictor. */
  readonly eta: readonly (readonly number[])[]
  readonly logDensity: readonly number[]
}
const truth: readonly Densities[] = JSON.parse(
  readFileSync(new URL('./reference/family-densities.json', import.meta.url), 'utf8'),
)

interface Extremes {
  readonly family: string
  readonly link: string
  readonly rows: readonly { y: number; trials: number; eta: readonly number[]; density: readonly number[] }[]
}
const extremes: readonly Extremes[] = JSON.parse(
  readFileSync(new URL('./reference/family-derivatives.json', import.meta.url), 'utf8'),
)

describe('layout of a row', () => {
  it.each([1, 2, 3, 4])('K = %d: every derivative has a place of its own', (K) => {
    const places = [0]
    for (let a = 0; a < K; a++) {
      places.push(firstAt(K, a))
      for (let b = 0; b <= a; b++) {
        places.push(secondAt(K, a, b))
        for (let c = 0; c <= b; c++) places.push(thirdAt(K, a, b, c))
      }
    }
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: densitySize(K) }, (_, i) => i))
  })
})

const cases = families.flatMap((family) => family.links.map((link) => [family.name, link, family] as const))

describe.each(cases)('density of %s with link %s', (name, link, family) => {
  const K = 1 + family.further.length
  const size = densitySize(K)
  /** A predictor whose mean is near the one with linear predictor x of the family's first link. */
  const meanPredictor = (x: number): number => linkNamed(link).link(linkNamed(usual).inverse(x))
  const usual =
    family.response === 'count' || family.response === 'positive' ? 'log' : link === 'log' ? 'log' : family.links[0]
  const bound = (y: ArrayLike<number>, trials: ArrayLike<number> | null) => {
    const density = family.density(link, { y: Float64Array.from(y), trials: trials && Float64Array.from(trials) })
    return (row: number, eta: ArrayLike<number>): Float64Array => {
      const out = new Float64Array(size).fill(Number.NaN)
      density.at(row, Float64Array.from(eta), out)
      return out
    }
  }

  const reference = truth.find((one) => one.family === name && one.link === link)
  it('log densities are those of R, with every constant', () => {
    const { y, trials, eta, logDensity } = reference!
    const at = bound(y, trials)
    for (let i = 0; i < y.length; i++) {
      const point = eta.map((column) => column[i])
      const [got] = at(i, point)
      expect(
        distance(got, logDensity[i]),
        `y ${y[i]} of ${trials?.[i]}, eta ${point}: ${got} for ${logDensity[i]}`,
      ).toBeLessThan(1e-10)
    }
  })

  const precise = extremes.find((one) => one.family === name && one.link === link)
  if (precise)
    it('keeps its digits, and those of all derivatives, where parameters are extreme', () => {
      for (const { y, trials, eta, density } of precise!.rows) {
        const got = bound([y], family.response === 'binomial' ? [trials] : null)(0, eta)
        for (let i = 0; i < density.length; i++) {
          // A derivative is a sum of terms of the size of the log density; a count's terms are larger by its logarithm.
          const error = Math.abs(got[i] - density[i]) / (1 + Math.abs(density[0]) + Math.abs(density[i]))
          expect(error, `y ${y}, eta ${eta}, ${i}: ${got[i]} for ${density[i]}`).toBeLessThan(5e-13)
        }
      }
    })

  it('each derivative is that of the one before', () => {
    const { y, trials } = responses(family)
    const at = bound(y, trials)
    const rng = stream({ seed: 5, purpose: 'response' })
    for (let i = 0; i < y.length; i++) {
      const eta = Float64Array.from({ length: K }, (_, k) => (k === 0 ? meanPredictor(rng.normal()) : rng.normal()))
      const exact = at(i, eta)
      const check = (into: number, from: number, k: number): void => {
        const step = 2e-3 * Math.min(1, Math.abs(eta[k]) + (k > 0 ? 1 : 0))
        const difference = slopeOf(
          (x) =>
            at(
              i,
              Float64Array.from(eta, (value, j) => (j === k ? x : value)),
            )[from],
          eta[k],
          step,
        )
        // What is differenced is a sum of terms as large as the response, each rounded.
        const noise = (4e-15 * (1 + Math.abs(exact[from]) + Math.abs(trials ? trials[i] : y[i]))) / step
        const error = Math.abs(exact[into] - difference)
        expect(error, `row ${i}, y ${y[i]}, eta ${eta}: ${exact[into]} at ${into} for ${difference}`).toBeLessThan(
          1e-6 * (1e-3 + Math.abs(exact[into])) + noise,
        )
      }
      for (let a = 0; a < K; a++) {
        check(firstAt(K, a), 0, a)
        for (let b = 0; b <= a; b++) {
          check(secondAt(K, a, b), firstAt(K, b), a)
          check(secondAt(K, a, b), firstAt(K, a), b)
          for (let c = 0; c <= b; c++) check(thirdAt(K, a, b, c), secondAt(K, b, c), a)
        }
      }
    }
  })

  it('sums to one over the support', () => {
    const rng = stream({ seed: 8, purpose: 'response' })
    for (let trial = 0; trial < 5; trial++) {
      const eta = Float64Array.from({ length: K }, (_, k) =>
        k === 0
          ? meanPredictor(0.7 * rng.normal())
          : (family.response === 'unit-interval' ? 2.5 : 0.5) + 0.4 * rng.normal(),
      )
      const { y, weights, trials } = support(family.response, family.least)
      const at = bound(y, trials)
      let total = 0
      for (let i = 0; i < y.length; i++) total += weights[i] * Math.exp(at(i, eta)[0])
      expect(Math.abs(total - 1), `eta ${eta}: ${total}`).toBeLessThan(1e-9)
    }
  })

  it('vanishes with its derivatives, never NaN, at any predictors', () => {
    const { y, trials } = responses(family)
    const at = bound(y, trials)
    const extremes = [
      Number.NEGATIVE_INFINITY,
      -1e6,
      -750,
      -300,
      -40,
      -1,
      0,
      1,
      40,
      300,
      750,
      1e6,
      Number.POSITIVE_INFINITY,
    ]
    const points =
      K === 1 ? extremes.map((x) => [x]) : extremes.flatMap((x) => extremes.map((z) => [x, ...Array(K - 1).fill(z)]))
    for (const eta of points) {
      for (let i = 0; i < 8; i++) {
        const out = at(i, eta)
        const row = `y ${y[i]}, eta ${eta}: ${out}`
        if (Number.isFinite(out[0])) expect(out.every(Number.isFinite), row).toBe(true)
        else {
          expect(out[0], row).toBe(Number.NEGATIVE_INFINITY)
          expect(
            out.subarray(1).every((value) => value === 0),
            row,
          ).toBe(true)
        }
      }
    }
  })
})

/** Responses and weights that sum (count, binomial) or integrate (the others, by the trapezoidal rule) over a support. */
function support(kind: string, least = 0): { y: number[]; weights: number[]; trials: number[] | null } {
  // A Gamma of a small shape reaches far to the left on the log scale.
  const step = 1 / 30
  const grid = Array.from({ length: 12001 }, (_, i) => (i - 9000) * step)
  if (kind === 'binomial') {
    const y = Array.from({ length: 24 }, (_, i) => i)
    return { y, weights: y.map(() => 1), trials: y.map(() => 23) }
  }
  if (kind === 'count') {
    const y = Array.from({ length: 6000 }, (_, i) => least + i)
    return { y, weights: y.map(() => 1), trials: null }
  }
  const transforms: Record<string, (x: number) => [number, number]> = {
    real: (x) => [Math.sinh(x), Math.cosh(x)],
    positive: (x) => [Math.exp(x), Math.exp(x)],
    'unit-interval': (x) => [1 / (1 + Math.exp(-x)), 1 / (2 + Math.exp(x) + Math.exp(-x))],
  }
  const points = grid
    .map(transforms[kind])
    .filter(([y, slope]) => (kind !== 'unit-interval' || y < 1) && Number.isFinite(y) && slope > 0)
  return { y: points.map(([y]) => y), weights: points.map(([, slope]) => slope * step), trials: null }
}

describe('limits', () => {
  const value = (name: string, y: number, eta: readonly number[]): number => {
    const { family, link } = familyNamed(name)
    const out = new Float64Array(densitySize(eta.length))
    family.density(link, { y: Float64Array.of(y), trials: null }).at(0, Float64Array.from(eta), out)
    return out[0]
  }

  it('the negative binomial of a large phi is the Poisson', () => {
    for (const y of [0, 1, 3, 16, 17, 40, 150]) {
      for (const eta of [-3, 0, 2, 4.5]) {
        const poisson = value('poisson', y, [eta])
        for (const phi of [1e12, 1e30, 1e200])
          expect(
            distance(value('nbinom2', y, [eta, Math.log(phi)]), poisson),
            `y ${y}, eta ${eta}, phi ${phi}`,
          ).toBeLessThan(1e-8)
        expect(distance(value('nbinom2', y, [eta, 1e4]), poisson)).toBeLessThan(1e-13)
        expect(distance(value('nbinom1', y, [eta, Math.log(1e-12)]), poisson), `y ${y}, eta ${eta}`).toBeLessThan(1e-8)
        expect(distance(value('nbinom1', y, [eta, -1e4]), poisson)).toBeLessThan(1e-13)
      }
    }
  })

  it('zero inflation by nothing leaves the family as it is', () => {
    for (const base of ['poisson', 'nbinom2', 'nbinom1']) {
      const rest = base === 'poisson' ? [] : [0.3]
      for (const y of [0, 1, 5]) {
        for (const eta of [-3, 0, 2]) {
          const plain = value(base, y, [eta, ...rest])
          expect(distance(value(`zero_inflated_${base}`, y, [eta, ...rest, -40]), plain)).toBeLessThan(1e-14)
          // A hurdle whose zeros have the probability that the family gives them.
          const zero = Math.exp(value(base, 0, [eta, ...rest]))
          const logit = Math.log(zero) - Math.log1p(-zero)
          expect(distance(value(`hurdle_${base}`, y, [eta, ...rest, logit]), plain)).toBeLessThan(1e-13)
        }
      }
    }
  })

  it('a predictor for zeros makes zero-inflated families and hurdles', () => {
    const made = families.map((family) => [family.name, withZeros(family)?.name])
    expect(made.filter(([, name]) => name)).toEqual([
      ['poisson', 'zero_inflated_poisson'],
      ['nbinom2', 'zero_inflated_nbinom2'],
      ['nbinom1', 'zero_inflated_nbinom1'],
      ['truncated_poisson', 'hurdle_poisson'],
      ['truncated_nbinom2', 'hurdle_nbinom2'],
      ['truncated_nbinom1', 'hurdle_nbinom1'],
    ])
  })
})

describe.each(families.map((family) => [family.name, family] as const))('moments of %s', (_name, family) => {
  const [link] = family.links
  /** Further predictors at plain values; df well above what the second moment needs. */
  const etaAt = (x: number): Float64Array => {
    const plain: Readonly<Record<string, number>> = {
      dispersion: family.response === 'unit-interval' ? 2.5 : -0.3,
      zi: -0.7,
      df: 4,
    }
    return Float64Array.from([x, ...family.further.map(({ name }) => plain[name])])
  }
  const naturalOf = (eta: Float64Array): number[] =>
    [link, ...family.further.map((predictor) => predictor.link)].map((name, k) => linkNamed(name).inverse(eta[k]))

  it('mean and variance of the response are those of its density', () => {
    const { y, weights, trials } = support(family.response, family.least)
    const eta = etaAt(0.4)
    const natural = naturalOf(eta)
    const density = family.density(link, { y: Float64Array.from(y), trials: trials && Float64Array.from(trials) })
    const out = new Float64Array(densitySize(eta.length))
    let mean = 0
    let square = 0
    const size = trials ? trials[0] : 1
    for (let i = 0; i < y.length; i++) {
      density.at(i, eta, out)
      const mass = weights[i] * Math.exp(out[0])
      mean += mass === 0 ? 0 : mass * (y[i] / size)
      square += mass === 0 ? 0 : mass * (y[i] / size) ** 2
    }
    expect(distance(family.meanOfResponse(natural), mean)).toBeLessThan(1e-9)
    expect(distance(family.varianceOfResponse(natural, size), square - mean * mean)).toBeLessThan(1e-8)
  })

  it('simulated responses have the distribution function of the density', () => {
    const rng = stream({ seed: 31, purpose: 'response' })
    const draws = 20_000
    // Means small and large: both branches of every generator.
    for (const x of family.response === 'count' ? [-6, 0.4, 4.5] : [0.4]) {
      const eta = etaAt(x)
      const parameters = naturalOf(eta)
      const { y, weights, trials } = support(family.response, family.least)
      const density = family.density(link, { y: Float64Array.from(y), trials: trials && Float64Array.from(trials) })
      const out = new Float64Array(densitySize(eta.length))
      let total = 0
      const cdf = y.map((_, i) => {
        density.at(i, eta, out)
        total += weights[i] * Math.exp(out[0])
        return total
      })
      const sample = Float64Array.from({ length: draws }, () =>
        family.simulate!(rng, parameters, trials ? trials[0] : 1),
      ).sort()
      for (const p of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98]) {
        // The density is known on a grid: the share of draws up to the point where its sum reaches p.
        const i = cdf.findIndex((value) => value >= p)
        const discrete = weights[i] === 1
        const point = discrete ? y[i] : (y[i] + y[i + 1]) / 2
        const share = sample.filter((value) => value <= point).length / draws
        const bound = 4 * Math.sqrt((cdf[i] * (1 - cdf[i])) / draws) + (discrete ? 1e-9 : 2e-3)
        expect(
          Math.abs(share - cdf[i]),
          `eta ${eta}: ${share} of the draws up to ${point}, for ${cdf[i]}`,
        ).toBeLessThan(bound)
      }
    }
  })
})
