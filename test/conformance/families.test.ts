import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Family, ResponseData } from '../../src/families/family.js'
import { families, familyNamed } from '../../src/families/registry.js'
import { linkNamed } from '../../src/links/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'

interface Densities {
  readonly family: string
  readonly link: string
  readonly y: readonly number[]
  readonly trials: readonly number[] | null
  readonly eta: readonly number[]
  readonly logDensity: readonly number[]
}
interface Means {
  readonly family: string
  readonly mu: readonly number[]
  readonly variance: readonly number[]
  readonly observed: readonly number[]
  readonly at: readonly number[]
  readonly deviance: readonly number[]
}
const truth: { densities: readonly Densities[]; means: readonly Means[] } = JSON.parse(
  readFileSync(new URL('./reference/densities.json', import.meta.url), 'utf8'),
)

/** Responses of every kind a family may ask for, with the ends of their support. */
function responses(family: Family): ResponseData {
  const rng = stream({ seed: 11, purpose: 'response' })
  const n = 60
  const whole = (below: number): number => Math.floor(below * rng.uniform())
  if (family.response === 'binomial') {
    const trials = Float64Array.from({ length: n }, (_, i) => [1, 0, 5, 40, 1, 1e6][i] ?? 1 + whole(30))
    const y = trials.map((size, i) => [0, 0, 5, 40, 1, 4e5][i] ?? whole(size + 1))
    return { y, trials }
  }
  const draw: Record<string, (i: number) => number> = {
    count: (i) => [0, 1, 1e6, 7][i] ?? whole(12),
    real: () => 3 * rng.normal(),
    positive: () => Math.exp(rng.normal()),
    'unit-interval': () => 0.01 + 0.98 * rng.uniform(),
  }
  return { y: Float64Array.from({ length: n }, (_, i) => draw[family.response](i)), trials: null }
}

const pairs = families.flatMap((family) => family.links.map((link) => [family.name, link, family] as const))

describe.each(pairs)('%s with link %s', (name, link, family) => {
  const response = responses(family)
  const kernel = family.kernel(link, response)
  const n = response.y.length
  const rng = stream({ seed: 5, purpose: 'response' })
  const eta = Float64Array.from({ length: n }, () => 1.5 * rng.normal())
  const arrays = (fill: number): Float64Array[] => [1, 2, 3].map(() => new Float64Array(n).fill(fill))

  it('is found by its name, the first link by default', () => {
    expect(familyNamed(name, link)).toEqual({ family, link })
    expect(familyNamed(name).link).toBe(family.links[0])
    expect(linkNamed(link).name).toBe(link)
  })

  const reference = truth.densities.find((one) => one.family === name && one.link === link)
  it.runIf(reference)('log densities are those of R, with every constant', () => {
    const { y, trials, eta: at, logDensity } = reference!
    const bound = family.kernel(link, { y: Float64Array.from(y), trials: trials && Float64Array.from(trials) })
    const points = Float64Array.from(at)
    for (let i = 0; i < y.length; i++) {
      const got = bound.value(points, i, i + 1)
      // log n! of a million is 1.3e7, so that its rounding, 2e-9, stays in the constants.
      const size = (trials ? trials[i] : y[i]) > 1e5 ? 1e-8 : 1e-12
      expect(
        Math.abs(got - logDensity[i]),
        `y ${y[i]} of ${trials?.[i]}, eta ${at[i]}: ${got} for ${logDensity[i]}`,
      ).toBeLessThan(size + 1e-12 * Math.abs(logDensity[i]))
    }
  })

  it('value, score and curvature agree', () => {
    const [score] = arrays(0)
    const [d1, d2, d3] = arrays(0)
    const value = kernel.value(eta, 0, n)
    expect(distance(kernel.score(eta, 0, n, score), value)).toBeLessThan(1e-13)
    expect(distance(kernel.curvature(eta, 0, n, d1, d2, d3), value)).toBeLessThan(1e-13)
    for (let i = 0; i < n; i++) expect(distance(score[i], d1[i]), `row ${i}`).toBeLessThan(1e-13)
    let sum = 0
    for (let i = 0; i < n; i++) sum += kernel.value(eta, i, i + 1)
    expect(distance(sum, value)).toBeLessThan(1e-12)
  })

  it('derivatives are those of the one before', () => {
    const [d1, d2, d3] = arrays(0)
    const x = eta.slice()
    for (let i = 0; i < n; i++) {
      const at = (order: number) => (value: number) => {
        x[i] = value
        const sum = kernel.curvature(x, i, i + 1, d1, d2, d3)
        return [sum, d1[i], d2[i]][order]
      }
      const differences = [0, 1, 2].map((order) => slopeOf(at(order), eta[i], 2e-3))
      const before = [0, 1, 2].map((order) => Math.abs(at(order)(eta[i])))
      const exact = [d1[i], d2[i], d3[i]]
      for (let order = 0; order < 3; order++) {
        // Rounding of what is differenced, over the step, on top of the relative error.
        const noise = (4e-16 * before[order]) / 2e-3
        const error = Math.abs(exact[order] - differences[order])
        expect(error, `row ${i}, y ${response.y[i]}, order ${order + 1}`).toBeLessThan(
          1e-6 * (1e-3 + Math.abs(exact[order])) + 4 * noise,
        )
      }
    }
  })

  it('rows outside [from, to) are left alone', () => {
    const [from, to] = [7, 19]
    const marked = eta.map((value, i) => (i >= from && i < to ? value : Number.NaN))
    const [a, b, c] = arrays(-77)
    const [score] = arrays(-77)
    expect(kernel.value(marked, from, to)).not.toBeNaN()
    kernel.score(marked, from, to, score)
    kernel.curvature(marked, from, to, a, b, c)
    for (const out of [score, a, b, c]) {
      out.forEach((value, i) => {
        if (i < from || i >= to) expect(value).toBe(-77)
        else expect(Number.isFinite(value)).toBe(true)
      })
    }
    expect(kernel.value(eta, 4, 4)).toBe(0)
  })

  it('is finite or -Infinity at any eta, never NaN', () => {
    const [d1, d2, d3] = arrays(0)
    for (const extreme of [
      -1e6,
      -750,
      -700,
      -100,
      100,
      700,
      750,
      1e6,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]) {
      const all = new Float64Array(n).fill(extreme)
      for (let i = 0; i < n; i++) {
        const values = [
          kernel.value(all, i, i + 1),
          kernel.score(all, i, i + 1, d1),
          kernel.curvature(all, i, i + 1, d1, d2, d3),
        ]
        for (const value of values) {
          expect(value < Number.POSITIVE_INFINITY, `eta ${extreme}, y ${response.y[i]}, value ${value}`).toBe(true)
        }
        // Where the density is finite its derivatives are too, but for those of an infinite eta.
        if (values[0] > Number.NEGATIVE_INFINITY && Math.abs(extreme) < 1e3) {
          expect(
            [d1[i], d2[i], d3[i]].every(Number.isFinite),
            `eta ${extreme}, y ${response.y[i]}: ${d1[i]} ${d2[i]} ${d3[i]}`,
          ).toBe(true)
        }
      }
    }
  })

  it('is finite wherever the exact value is representable', () => {
    // One row of each response at moderately extreme eta, where naive tails give log 0.
    for (const extreme of [-36, -20, 20, 36]) {
      const all = new Float64Array(n).fill(extreme)
      for (let i = 0; i < n; i++) {
        if (link === 'cloglog' && extreme > 0) continue // 1 - F = exp(-exp(36)), still finite in its logarithm
        expect(Number.isFinite(kernel.value(all, i, i + 1)), `eta ${extreme}, y ${response.y[i]}`).toBe(true)
      }
    }
  })
})

describe.each(families.map((family) => [family.name, family] as const))('family %s', (name, family) => {
  const response = responses(family)

  const reference = truth.means.find((one) => one.family === name)
  it.runIf(reference)("variance and deviance are those of R's family", () => {
    const { mu, variance, observed, at, deviance } = reference!
    mu.forEach((one, i) => expect(distance(family.variance(one), variance[i])).toBeLessThan(1e-14))
    deviance.forEach((one, i) =>
      expect(distance(family.unitDeviance(observed[i], at[i]), one), `${observed[i]} at ${at[i]}`).toBeLessThan(1e-12),
    )
  })

  it('starts inside the support, with a finite linear predictor', () => {
    for (let i = 0; i < response.y.length; i++) {
      const mu = family.start(family.observed(response, i), family.weight(response, i))
      for (const link of family.links) {
        const eta = linkNamed(link).link(mu)
        expect(Number.isFinite(eta), `${link}(${mu})`).toBe(true)
        expect(family.variance(mu)).toBeGreaterThan(0)
      }
    }
  })

  it('unit deviance is zero at the observed value and positive elsewhere', () => {
    for (let i = 0; i < response.y.length; i++) {
      const observed = family.observed(response, i)
      expect(Math.abs(family.unitDeviance(observed, observed)), `${observed}`).toBeLessThan(1e-12)
      for (let j = 0; j < response.y.length; j++) {
        const mu = family.start(family.observed(response, j), family.weight(response, j))
        const deviance = family.unitDeviance(observed, mu)
        expect(deviance).toBeGreaterThanOrEqual(-1e-15 * (1 + observed))
        if (Math.abs(mu - observed) > 1e-6 * (1 + observed)) expect(deviance).toBeGreaterThan(0)
      }
    }
  })

  it('deviance is twice the log-likelihood ratio against the saturated model', () => {
    const [link] = family.links
    const g = linkNamed(link)
    for (let i = 0; i < response.y.length; i++) {
      const observed = family.observed(response, i)
      const weight = family.weight(response, i)
      if (!Number.isFinite(g.link(observed)) || weight === 0) continue
      const kernel = family.kernel(link, {
        y: response.y.slice(i, i + 1),
        trials: response.trials?.slice(i, i + 1) ?? null,
      })
      const mu = family.start(observed, 1)
      const at = (mean: number): number => kernel.value(Float64Array.of(g.link(mean)), 0, 1)
      const ratio = 2 * (at(observed) - at(mu))
      const size = Math.abs(at(observed)) + Math.abs(at(mu)) + weight * observed
      expect(Math.abs(ratio - weight * family.unitDeviance(observed, mu)), `row ${i}`).toBeLessThan(1e-11 * (1 + size))
    }
  })
})
