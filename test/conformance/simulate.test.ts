import { describe, expect, it } from 'vitest'
import type { Model, Predictor } from '../../src/data/model.js'
import { defineFamily } from '../../src/families/define-family.js'
import type { Family } from '../../src/families/family.js'
import { addFamily, families } from '../../src/families/registry.js'
import { simulateResponse } from '../../src/likelihood/frame/simulate.js'
import { linkNamed } from '../../src/links/registry.js'
import { stream } from '../../src/random/stream.js'
import { state } from '../../src/likelihood/frame/stated.js'

/** Clusters of two rows. */
const clusters = 15_000
const n = 2 * clusters
const trialsOf = 7

/** sd of the random intercept, and of the random slope on a second column where there is one. */
function modelOf(family: Family, link: string, slope: boolean): Model {
  const one = new Float64Array(n).fill(1)
  const z = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -0.5 : 0.5))
  const mean: Predictor = {
    name: 'mean',
    role: 'location',
    fixed: { names: ['(Intercept)'], x: one, aliased: [] },
    offset: null,
    random: [
      {
        group: 'g',
        levels: Array.from({ length: clusters }, (_, i) => `${i}`),
        index: Int32Array.from({ length: n }, (_, i) => i >> 1),
        names: slope ? ['(Intercept)', 'z'] : ['(Intercept)'],
        z: slope ? Float64Array.of(...one, ...z) : one,
        covariance: 'us',
      },
    ],
  }
  const further = family.further.map(
    ({ name, role }): Predictor => ({
      name,
      role,
      fixed: { names: ['(Intercept)'], x: one, aliased: [] },
      offset: null,
      random: [],
    }),
  )
  const trials = family.response === 'binomial' ? new Float64Array(n).fill(trialsOf) : null
  return {
    formula: 'y ~ 1 + (1 | g)',
    family: family.name,
    link,
    nobs: n,
    dropped: 0,
    response: { name: 'y', y: new Float64Array(n), trials },
    predictors: [mean, ...further],
    warnings: [],
  }
}

/** Where the means are inside the support whatever the effect. */
const intercepts: Readonly<Record<string, number>> = { identity: 3, inverse: 0.8, '1/mu^2': 1.2, sqrt: 1.5 }
const furtherAt: Readonly<Record<string, number>> = { sigma: -0.9, phi: 0.7, df: Math.log(9), pi: -0.8 }

/** Mean, variance and covariance with the other row of the cluster, by the trapezoidal rule over the effect. */
function moments(
  family: Family,
  link: string,
  beta: number,
  sd: number,
): { mean: number; variance: number; covariance: number } {
  const inverse = linkNamed(link).inverse
  const further = family.further.map(({ reports, link: name }) => linkNamed(name).inverse(furtherAt[reports]))
  const scale = family.response === 'binomial' ? trialsOf : 1
  let [first, square, within] = [0, 0, 0]
  const step = 0.01
  for (let u = -8; u <= 8; u += step) {
    const weight = (step * Math.exp(-0.5 * u * u)) / Math.sqrt(2 * Math.PI)
    const natural = [inverse(beta + sd * u), ...further]
    const mean = scale * family.meanOfResponse(natural)
    first += weight * mean
    square += weight * mean * mean
    within += weight * scale * scale * family.varianceOfResponse(natural, scale)
  }
  return { mean: first, variance: square - first * first + within, covariance: square - first * first }
}

const average = (values: Float64Array): { mean: number; se: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, se: Math.sqrt(variance / values.length) }
}

const pairs = families.flatMap((family) => family.links.map((link) => [family.name, link, family] as const))

describe('simulated responses', () => {
  it.each(pairs)('%s with link %s: mean, variance and covariance within a cluster', (_name, link, family) => {
    const beta = intercepts[link] ?? 0.3
    const sd = link in intercepts ? 0.12 : 0.5
    const further = family.further.map(({ reports }) => furtherAt[reports])
    const model = modelOf(family, link, false)
    const { y } = simulateResponse(
      state(model),
      Float64Array.of(beta, ...further, sd),
      stream({ seed: 3, purpose: 'response' }),
    )
    const truth = moments(family, link, beta, sd)
    const even = Float64Array.from({ length: clusters }, (_, i) => y[2 * i])
    const squares = even.map((value) => (value - truth.mean) ** 2)
    const products = even.map((value, i) => (value - truth.mean) * (y[2 * i + 1] - truth.mean))
    const got = { mean: average(even), variance: average(squares), covariance: average(products) }
    for (const what of ['mean', 'variance', 'covariance'] as const) {
      const { mean, se } = got[what]
      expect(Math.abs(mean - truth[what]) / se, `${what}: ${mean} for ${truth[what]}, error ${se}`).toBeLessThan(4)
    }
  })

  it('correlated effects, in the rows of the response', () => {
    const gaussian = families.find(({ name }) => name === 'gaussian')!
    const model = modelOf(gaussian, 'identity', true)
    const [l11, l21, l22] = [1.2, -0.7, 0.9]
    const x = Float64Array.of(0, Math.log(0.5), l11, l21, l22)
    const { y } = simulateResponse(state(model), x, stream({ seed: 4, purpose: 'response' }))
    const cross = l11 * l21
    const slope = l21 ** 2 + l22 ** 2
    const truth = [l11 ** 2 - cross + slope / 4 + 0.25, l11 ** 2 + cross + slope / 4 + 0.25, l11 ** 2 - slope / 4]
    const product = (a: number, b: number): Float64Array =>
      Float64Array.from({ length: clusters }, (_, i) => y[2 * i + a] * y[2 * i + b])
    for (const [k, [a, b]] of [
      [0, 0],
      [1, 1],
      [0, 1],
    ].entries()) {
      const { mean, se } = average(product(a, b))
      expect(Math.abs(mean - truth[k]) / se).toBeLessThan(4)
    }
  })

  it('given effects are used as they are, and one seed gives one response', () => {
    const poisson = families.find(({ name }) => name === 'poisson')!
    const model = modelOf(poisson, 'log', false)
    const effects = [Float64Array.from({ length: clusters }, (_, i) => (i < clusters / 2 ? -50 : 1))]
    const draw = (seed: number) =>
      simulateResponse(state(model), Float64Array.of(0.3, 0.7), stream({ seed, purpose: 'response' }), { effects })
    const { y } = draw(5)
    expect(y.subarray(0, clusters).every((value) => value === 0)).toBe(true)
    const { mean, se } = average(y.subarray(clusters))
    expect(Math.abs(mean - Math.exp(1.3)) / se).toBeLessThan(4)
    expect(draw(5).y).toEqual(y)
    expect(draw(6).y).not.toEqual(y)
  })

  it('says what cannot be simulated', () => {
    const mute = defineFamily({ name: 'mute', response: 'real', links: ['identity'], logDensity: () => 0 })
    addFamily(mute)
    const rng = stream({ seed: 1, purpose: 'response' })
    expect(() => simulateResponse(state(modelOf(mute, 'identity', false)), Float64Array.of(0, 1), rng)).toThrow(
      'expected a family that can simulate, got mute',
    )
    const poisson = families.find(({ name }) => name === 'poisson')!
    expect(() => simulateResponse(state(modelOf(poisson, 'identity', false)), Float64Array.of(0, 1), rng)).toThrow(
      /poisson family with identity link, got mean -/,
    )
    expect(() => simulateResponse(state(modelOf(poisson, 'log', false)), Float64Array.of(900, 1), rng)).toThrow(
      'got mean Inf',
    )
  })

  it.each(families.map((family) => [family.name, family] as const))(
    '%s: parameters as good as 0 or infinity give an end',
    (_name, family) => {
      const short = modelOf(family, family.links[0], false)
      for (const extreme of [-800, 800]) {
        const x = Float64Array.of(0.1, ...family.further.map(() => extreme), 0.1)
        try {
          const { y } = simulateResponse(state(short), x, stream({ seed: 9, purpose: 'response' }))
          expect(y.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect((error as Error).message).toContain('expected a finite response')
        }
      }
    },
  )
})
