import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { predictorsGiven } from '../../src/likelihood/frame/simulate.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { uniforms } from '../reference/uniforms.js'
import { differencesOf, eta, mapOf, plus, pointsNear } from './doors.js'

const n = 60
const u = uniforms(43)
const g = Array.from({ length: n }, (_, i) => `g${(i * 7) % 8}`)
const h = Array.from({ length: n }, () => `h${Math.floor(4 * u())}`)
const x = Array.from({ length: n }, () => 2 * u() - 1)
const w = Array.from({ length: n }, () => u())
const z = x.map((value, i) => value + w[i])
const y = x.map((value, i) => 2 + value + Number(g[i][1]) * 0.3 + 2 * u())
const k = y.map((value) => Math.floor(value))
const table = tableFrom({ y, k, x, w, z, g, h })

function pointOf({ layout, dimension }: Likelihood): Float64Array {
  const at = pointsNear(dimension, 5)
  for (const { term, covariance, start, size } of layout.terms) {
    const theta = covariance.start(term.names.length)
    for (let j = 0; j < size; j++) at[start + j] += 0.5 * theta[j]
  }
  return at
}

const near = (found: ArrayLike<number>, truth: ArrayLike<number>, digits: number): void => {
  const size = Array.from(truth).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  expect(found.length).toBe(truth.length)
  for (let j = 0; j < truth.length; j++) expect(Math.abs(found[j] - truth[j])).toBeLessThan(digits * size)
}

/** The model of `~ x + w` whose two slopes are one parameter. */
const sharing = (formula: string, family: string): Model => {
  const model = stateModel(formula, table, { family })
  const [mean, ...further] = model.predictors
  const shares = [null, null, { predictor: 0, column: 1 }]
  return { ...model, predictors: [{ ...mean, fixed: { ...mean.fixed, shares } }, ...further] }
}

const structures = [
  ['', 'poisson'],
  [' + (1 | g)', 'poisson'],
  [' + (1 + x | g)', 'poisson'],
  [' + (1 + x | g)', 'nbinom2'],
  [' + (1 | g) + (1 | h)', 'gaussian'],
] as const

describe('two columns with one coefficient are their sum with it', () => {
  it.each(structures)('%s, %s', (effects, family) => {
    const response = family === 'gaussian' ? 'y' : 'k'
    const [one, two] = [
      likelihood(stateModel(`${response} ~ z${effects}`, table, { family })),
      likelihood(sharing(`${response} ~ x + w${effects}`, family)),
    ]
    expect(two.dimension).toBe(one.dimension)
    expect(two.layout.coefficients.map(({ name }) => name).slice(0, 2)).toEqual(['(Intercept)', 'x'])
    const at = pointOf(one)
    const gradients = [at, at].map(() => new Float64Array(at.length))
    for (const nodes of [1, 3].filter((count) => count <= two.rules.mostNodes)) {
      const value = one.marginal(adaptive(nodes)).evaluate(at, gradients[0])
      near([two.marginal(adaptive(nodes)).evaluate(at, gradients[1])], [value], 1e-12)
      near(gradients[1], gradients[0], 1e-9)
    }
    const { outer, effects: count } = one.coordinates
    const v = pointsNear(outer + count, 3)
    const joint = [v, v].map(() => new Float64Array(v.length))
    const value = one.joint(new Float64Array(count)).evaluate(v, joint[0])
    near([two.joint(new Float64Array(count)).evaluate(v, joint[1])], [value], 1e-12)
    near(joint[1], joint[0], 1e-11)
    if (count > 0) {
      const sampled = likelihood(one.stated).marginal({ by: 'importance', draws: 32, seed: 1, around: at }).value(at)
      near(
        [likelihood(two.stated).marginal({ by: 'importance', draws: 32, seed: 1, around: at }).value(at)],
        [sampled],
        1e-10,
      )
    }
    const rough = [one, two].map(({ roughInformation }) => roughInformation(at))
    if (rough[0] && rough[1]) near(rough[1], rough[0], 1e-9)
  })
})

describe('a coefficient in two predictors', () => {
  /** x in the mean and in the dispersion with one slope, by the dispersion's formula. */
  const model = stateModel('y ~ x + (1 | g) + (1 | h)', table, { family: 'gaussian', dispersion: '~ x' })
  const [mean, dispersion] = model.predictors
  const shared: Model = {
    ...model,
    predictors: [mean, { ...dispersion, fixed: { ...dispersion.fixed, shares: [null, { predictor: 0, column: 1 }] } }],
  }

  it('is the model of its own coefficients where these are equal, its slope their sum', () => {
    const [own, one] = [likelihood(model), likelihood(shared)]
    const at = Float64Array.of(0.3, 0.4, -0.2, 0.7, 0.5)
    const there = Float64Array.of(0.3, 0.4, -0.2, 0.4, 0.7, 0.5)
    const [inOwn, inOne] = [new Float64Array(6), new Float64Array(5)]
    const value = own.marginal(adaptive(1)).evaluate(there, inOwn)
    near([one.marginal(adaptive(1)).evaluate(at, inOne)], [value], 1e-13)
    const [a, b, c, d, ...rest] = inOwn
    near(inOne, [a, b + d, c, ...rest], 1e-12)
    near(inOne, differencesOf(one.marginal(adaptive(1)).value, at), 1e-6)
    const eta = predictorsGiven(
      shared,
      state(shared).layout,
      at,
      own.layout.terms.map(({ term }) => new Float64Array(term.levels.length)),
    )
    near(
      eta[1],
      x.map((value) => -0.2 + 0.4 * value),
      1e-14,
    )
  })
})

describe('thresholds', () => {
  it('a column each in two predictors, of rows that read the one or the other', () => {
    // The family's mean is eta_0 + eta_1, whose dummies of w's halves are one parameter each.
    const plain = stateModel('y ~ x', table, { family: 'gaussian' })
    const [mean, dispersion] = plain.predictors
    const half = (high: boolean): Float64Array => Float64Array.from(w, (value) => Number(value > 0.5 === high))
    const both = (first: Float64Array, second: Float64Array): Float64Array => Float64Array.from([...first, ...second])
    const own = (x: Float64Array) => ({ names: ['low', 'high'], x, aliased: [] })
    const zero = new Float64Array(n)
    const split: Model = {
      ...plain,
      predictors: [
        { ...mean, fixed: own(both(half(false), zero)) },
        {
          ...mean,
          name: 'lower',
          fixed: {
            ...own(both(zero, half(true))),
            shares: [null, null].map((_, column) => ({ predictor: 0, column })),
          },
        },
        dispersion,
      ],
      map: mapOf([plus(eta(0), eta(1)), 2]),
    }
    const whole: Model = { ...plain, predictors: [{ ...mean, fixed: own(both(half(false), half(true))) }, dispersion] }
    const at = Float64Array.of(1.5, 2.5, 0.2)
    const gradients = [at, at].map(() => new Float64Array(3))
    const value = likelihood(whole).marginal(adaptive(1)).evaluate(at, gradients[0])
    near([likelihood(split).marginal(adaptive(1)).evaluate(at, gradients[1])], [value], 1e-13)
    near(gradients[1], gradients[0], 1e-12)
  })
})
