import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { defineFamily } from '../../src/families/define-family.js'
import type { Family } from '../../src/families/family.js'
import { addFamily, families } from '../../src/families/registry.js'
import { densitySize } from '../../src/families/row-density.js'
import { isDiscrete, tailOf } from '../../src/families/tail-of.js'
import { rowQuantiles } from '../../src/fit/predict/quantile-residuals.js'
import { simulateResponse } from '../../src/likelihood/frame/simulate.js'
import { linkNamed } from '../../src/links/registry.js'
import { normalCdf } from '../../src/numerics/special.js'
import { stream } from '../../src/random/stream.js'
import { state } from '../../src/likelihood/frame/stated.js'

const trials = 9

/** Linear predictors: the mean's through the family's first link, then the others'. */
const points: readonly (readonly number[])[] = [
  [0.4, -0.3, -0.8],
  [-0.7, 0.9, 0.6],
  [1.1, 0.2, 1.4],
]
/** A second predictor of df, whose place is the third, is its logarithm. */
const etaOf = (family: Family, point: readonly number[]): Float64Array =>
  Float64Array.from({ length: 1 + family.further.length }, (_, k) =>
    k > 0 && family.further[k - 1].name === 'zi' ? point[2] : point[k],
  )

const naturalOf = (family: Family, eta: Float64Array): number[] =>
  [family.links[0], ...family.further.map(({ link }) => link)].map((name, k) => linkNamed(name).inverse(eta[k]))

/** exp(log density) of one response. */
function density(family: Family, y: number, eta: Float64Array): number {
  const out = new Float64Array(densitySize(eta.length))
  const row = { y: Float64Array.of(y), trials: family.response === 'binomial' ? Float64Array.of(trials) : null }
  family.density(family.links[0], row).at(0, eta, out)
  return Math.exp(out[0])
}

/** P(Y <= y) from the density: a sum, or the trapezoidal rule after a change of variables that makes both ends flat. */
function integral(family: Family, y: number, eta: Float64Array): number {
  let sum = 0
  if (isDiscrete(family)) {
    for (let count = family.least ?? 0; count <= y; count++) sum += density(family, count, eta)
    return sum
  }
  // s runs to infinity as the response falls from y to the end of its support, double-exponentially.
  const step = 0.005
  for (let s = -4; s <= 6; s += step) {
    const w = Math.exp(2 * Math.sinh(s))
    const dw = w * 2 * Math.cosh(s)
    const [at, slope] = family.response === 'real' ? [y - w, dw] : [y / (1 + w), (y * dw) / (1 + w) ** 2]
    const value = at > 0 || family.response === 'real' ? density(family, at, eta) : 0
    if (Number.isFinite(value * slope)) sum += value * slope * step
  }
  return sum
}

const all = families.map((family) => [family.name, family] as const)

describe('distribution functions', () => {
  it.each(all)('%s: the integral of the density, and both tails', (_name, family) => {
    const tail = tailOf(family)
    const quantities = isDiscrete(family)
      ? [0, 1, 2, 4, 9]
      : family.response === 'real'
        ? [-2, 0.3, 3]
        : [0.2, 0.55, 0.9]
    for (const point of points) {
      const eta = etaOf(family, point)
      const natural = naturalOf(family, eta)
      for (const y of quantities) {
        if (y < (family.least ?? 0) && isDiscrete(family)) continue
        const lower = tail(y, natural, trials, false)
        const truth = integral(family, y, eta)
        expect(Math.abs(lower - truth), `y ${y} at ${natural}: ${lower} for ${truth}`).toBeLessThan(1e-9)
        expect(Math.abs(lower + tail(y, natural, trials, true) - 1)).toBeLessThan(1e-12)
      }
      if (isDiscrete(family)) expect([tail(-1, natural, 1, false), tail(-1, natural, 1, true)]).toEqual([0, 1])
    }
  })

  it('keep their digits far out', () => {
    const named = (name: string): Family => families.find((family) => family.name === name)!
    const upper = (name: string, y: number, ...natural: number[]): number => tailOf(named(name))(y, natural, 40, true)
    // R: ppois(60, 5, FALSE), pnorm(30, lower = FALSE), pbinom(39, 40, 0.01, FALSE), pgamma(100, 1, lower = FALSE)
    const figures = [
      [upper('poisson', 60, 5), 6.26119550018037e-44],
      [upper('gaussian', 30, 0, 1), 4.90671392714819e-198],
      [upper('binomial', 39, 0.01), 1e-80],
      [upper('Gamma', 100, 1, 1), 3.72007597602084e-44],
      [upper('nbinom2', 3, 2, 1e12), upper('poisson', 3, 2)],
    ]
    for (const [got, wanted] of figures) expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-9)
  })
})

describe('randomised quantile residuals', () => {
  const n = 4000
  const modelOf = (family: Family): Model => {
    const one = new Float64Array(n).fill(1)
    const x = Float64Array.from({ length: n }, (_, i) => (i % 7) / 7)
    const predictor = (name: string, k: number) => ({
      name,
      role: family.further[k - 1]?.role ?? ('location' as const),
      fixed:
        k === 0
          ? { names: ['(Intercept)', 'x'], x: Float64Array.of(...one, ...x), aliased: [] }
          : { names: ['(Intercept)'], x: one, aliased: [] },
      offset: null,
      random: [],
    })
    return {
      formula: 'y ~ x',
      family: family.name,
      link: family.links[0],
      nobs: n,
      dropped: 0,
      response: { name: 'y', y: one, trials: family.response === 'binomial' ? new Float64Array(n).fill(trials) : null },
      predictors: ['mean', ...family.further.map(({ name }) => name)].map(predictor),
      warnings: [],
    }
  }

  it.each(all)('%s: standard normal under the model', (_name, family) => {
    const model = modelOf(family)
    const [first, ...further] = etaOf(family, points[0])
    const parameters = Float64Array.of(first, 0.6, ...further)
    const response = simulateResponse(state(model), parameters, stream({ seed: 8, purpose: 'response' }))
    const x = model.predictors[0].fixed.x
    const eta = [
      Float64Array.from({ length: n }, (_, i) => first + 0.6 * x[n + i]),
      ...further.map((value) => new Float64Array(n).fill(value)),
    ]
    const got = rowQuantiles(state({ ...model, response }), eta, 2)
    expect(rowQuantiles(state({ ...model, response }), eta, 2)).toEqual(got)
    const u = got.map(normalCdf).sort()
    let largest = 0
    u.forEach((value, i) => {
      largest = Math.max(largest, (i + 1) / n - value, value - i / n)
    })
    // Kolmogorov's statistic: above 1.95 once in a thousand.
    expect(largest * Math.sqrt(n)).toBeLessThan(1.95)
  })

  it('of extreme responses are finite', () => {
    const gaussian = families.find(({ name }) => name === 'gaussian')!
    const model = modelOf(gaussian)
    const response = { ...model.response, y: model.response.y.map((_, i) => (i % 2 === 0 ? 1e9 : -1e9)) }
    const zero = new Float64Array(n)
    const got = rowQuantiles(state({ ...model, response }), [zero, zero], 1)
    expect(got.every((value, i) => Number.isFinite(value) && (i % 2 === 0 ? value > 30 : value < -30))).toBe(true)
  })

  it("need a distribution function, which a user's family of counts has by summing", () => {
    const log2 = Math.log(2)
    const logDensity = (y: number): number => -(y + 1) * log2
    const geometric = defineFamily({ name: 'halves', response: 'count', links: ['log'], logDensity })
    expect(tailOf(geometric)(3, [1], 1, false)).toBeCloseTo(1 - 1 / 16, 14)
    const smooth = defineFamily({ name: 'smooth', response: 'real', links: ['identity'], logDensity: () => 0 })
    addFamily(smooth)
    expect(() => tailOf(smooth)).toThrow('expected a family with a distribution function')
    const told = defineFamily({ ...smooth, name: 'told', logDensity: () => 0, tail: () => 0.5 })
    expect(tailOf(told)(0, [0], 1, true)).toBe(0.5)
  })
})
