import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { peerModels, peerTable } from '../../reference/peers.js'
import { crossedLogLik, crossedTable } from '../crossed-brute-force.js'

/** Models with one random intercept whose exact maximum is known. */
const known = [
  'betablocker',
  'betablocker_probit',
  'cbpp',
  'epil',
  'toenail',
  'VerbAgg_id',
  'Salamanders_pois',
] as const

describe('log-likelihood at the exact maximum', () => {
  it.each(known)('%s: within 4 Monte Carlo errors of the exact one', (name) => {
    const { data, formula, family, link, exact } = peerModels[name]
    const model = stateModel(formula, peerTable(data), { family, link })
    const beta = model.predictors[0].fixed.names.map((column) => exact!.beta[column])
    const x = Float64Array.of(...beta, ...Object.values(exact!.sd))
    const density = likelihood(model).marginal({
      by: 'importance',
      draws: name === 'VerbAgg_id' ? 400 : 2000,
      seed: 1,
      around: x,
    })
    const { mcse, paretoK } = density.diagnose(x)
    expect(Math.abs(density.value(x) - exact!.logLik)).toBeLessThan(4 * mcse)
    // An error worth the name, and weights that let it be trusted.
    expect(mcse).toBeLessThan(name === 'toenail' ? 0.1 : 0.03)
    expect(paretoK).toBeLessThan(0.7)
  })
})

describe('crossed factors', () => {
  const { columns, subject, item, y } = crossedTable(3, 3, 5)
  const model = stateModel('y ~ 1 + (1 | subject) + (1 | item)', tableFrom(columns), { family: 'binomial' })

  it.each([
    [0.3, 1.1, 0.7],
    [-0.5, 2.5, 1.8],
  ])('3 x 3 binary: the integral over all six effects at %s, %s, %s', (beta, s, t) => {
    const x = Float64Array.of(beta, s, t)
    const density = likelihood(model).marginal({ by: 'importance', draws: 8000, seed: 3, around: x })
    const { mcse, paretoK } = density.diagnose(x)
    expect(Math.abs(density.value(x) - crossedLogLik(subject, item, y, beta, s, t))).toBeLessThan(4 * mcse)
    expect(mcse).toBeLessThan(0.03)
    expect(paretoK).toBeLessThan(0.7)
  })

  it('the Monte Carlo error is the scatter from seed to seed', () => {
    const x = Float64Array.of(0.3, 1.5, 1)
    const truth = crossedLogLik(subject, item, y, 0.3, 1.5, 1)
    const z = Array.from({ length: 60 }, (_, seed) => {
      const density = likelihood(model).marginal({ by: 'importance', draws: 400, seed: seed, around: x })
      return (density.value(x) - truth) / density.diagnose(x).mcse
    })
    const square = z.reduce((sum, one) => sum + one * one, 0) / z.length
    // A mean square of 60 unit normals has a standard deviation of 0.18; the strata of the draws make the error cautious.
    expect(square).toBeLessThan(1 + 4 * 0.18)
    expect(square).toBeGreaterThan(0.4)
  })

  it('the same seed gives the same numbers, another seed others', () => {
    const x = Float64Array.of(0.3, 1.5, 1)
    const [a, b, c] = [1, 1, 2].map((seed) =>
      likelihood(model).marginal({ by: 'importance', draws: 400, seed: seed, around: x }).value(x),
    )
    expect(a).toBe(b)
    expect(a).not.toBe(c)
  })

  it('is -Infinity out of support, as every likelihood here', () => {
    expect(
      likelihood(model)
        .marginal({ by: 'importance', draws: 400, seed: 1, around: Float64Array.of(0, 1, 1) })
        .value(Float64Array.of(Number.NaN, 1, 1)),
    ).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('gradient', () => {
  const { columns } = crossedTable(4, 5, 9)
  const n = columns.y.length
  const table = tableFrom({
    ...columns,
    x: Array.from({ length: n }, (_, i) => Math.sin(3 * i)),
    count: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : (i * 7) % 5)),
  })
  const cases: readonly (readonly [string, string, Parameters<typeof stateModel>[2]])[] = [
    ['crossed', 'y ~ x + (1 | subject) + (1 | item)', { family: 'binomial' }],
    [
      'crossed, with a vector, link not canonical',
      'y ~ x + (x | subject) + (1 | item)',
      { family: 'binomial', link: 'cloglog' },
    ],
    ['one factor', 'count ~ x + (1 | subject)', { family: 'poisson' }],
    ['nested', 'count ~ 1 + (1 | subject/item)', { family: 'poisson' }],
    ['dispersion', 'count ~ 1 + (1 | subject) + (1 | item)', { family: 'nbinom2' }],
    ['effects in two predictors', 'count ~ 1 + (1 | subject)', { family: 'poisson', zi: '~ 1 + (1 | item)' }],
  ]
  it.each(cases)('%s: the derivative of what is computed', (_name, formula, choice) => {
    const model = stateModel(formula, table, choice)
    const x = Float64Array.from({ length: likelihood(model).dimension }, (_, j) => 0.3 + 0.2 * Math.cos(j))
    const d = x.length
    const density = likelihood(model).marginal({
      by: 'importance',
      draws: 80,
      seed: 2,
      around: x.map((value) => 0.9 * value),
    })
    const gradient = new Float64Array(d)
    density.evaluate(x, gradient)
    for (let j = 0; j < d; j++) {
      const at = (h: number): number => density.value(x.map((value, k) => (k === j ? value + h : value)))
      const slope = (h: number): number => (at(h) - at(-h)) / (2 * h)
      const difference = (4 * slope(1e-4) - slope(2e-4)) / 3
      expect(Math.abs(gradient[j] - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)))
    }
  })
})
