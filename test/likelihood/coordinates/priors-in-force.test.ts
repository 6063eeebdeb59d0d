import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { GlmmError } from '../../../src/errors.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { modelOf } from '../../reference/data.js'

const n = 40
const rows = Array.from({ length: n }, (_, i) => i)
const table = tableFrom({
  y: rows.map((i) => i % 2),
  count: rows.map((i) => (i * i) % 7),
  z: rows.map((i) => 300 + 50 * Math.sin(i)),
  positive: rows.map((i) => 1 + (i % 5)),
  x: rows.map((i) => Math.cos(3 * i)),
  year: rows.map((i) => 2000 + (i % 10)),
  treated: rows.map((i) => Math.floor(i / 2) % 2),
  g: rows.map((i) => `g${i % 5}`),
})
const priorsOf = (formula: string, family: string, statements: readonly string[] = [], further = {}) =>
  priorsInForce(stateModel(formula, table, { family, ...further }), statements)

describe('default priors', () => {
  it('of a logit model with an indicator are on the scale of the link', () => {
    expect(priorsInForce(modelOf('betablocker'), []).text).toEqual(['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)'])
  })

  it('follow the scale of a gaussian response, and leave room for an intercept far from 0', () => {
    // sd(z) is about 35: 50 / sqrt 2.
    const { text } = priorsOf('z ~ treated + (1 | g)', 'gaussian')
    expect(text).toEqual([
      'b ~ normal(0, 88)',
      'sd ~ half_normal(0, 35)',
      'Intercept ~ normal(300, 98)',
      'sigma ~ half_t(3, 0, 87.5)',
    ])
  })

  it('divide by the spread of a column, and widen the intercept where columns lie far from 0', () => {
    // sd(year) = 2.87: 2.5 / 2.87 = 0.87 a year; at year 0 that is 0.87 * 2004.5 wide.
    const { text } = priorsOf('y ~ year + (year | g)', 'binomial')
    expect(text).toContain('b[year] ~ normal(0, 0.87)')
    expect(text).toContain('Intercept ~ normal(0, 1700)')
    expect(text).toContain('sd[g__year] ~ half_normal(0, 0.35)')
    expect(text).toContain('cor ~ lkj(1)')
  })

  it('give the same prior of the effect of a column in any unit', () => {
    const wide = tableFrom({ y: rows.map((i) => i % 2), x: rows.map((i) => 1000 * Math.cos(3 * i)) })
    const x = rows.map((i) => Math.cos(3 * i))
    const mean = x.reduce((sum, value) => sum + value / n, 0)
    const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0))
    const large = priorsInForce(stateModel('y ~ x', wide, { family: 'binomial' }), [])
    expect(priorsOf('y ~ x', 'binomial').fixed[1].text).toBe(`normal(0, ${Number((2.5 / sd).toPrecision(2))})`)
    expect(large.fixed[1].text).toBe(`normal(0, ${Number((0.0025 / sd).toPrecision(2))})`)
  })

  it.each([
    ['count ~ x + (1 | g)', 'nbinom2', 'shape ~ inverse_gamma(0.4, 0.3)'],
    ['positive ~ x + (1 | g)', 'Gamma', 'shape ~ gamma(0.01, 0.01)'],
    ['z ~ x + (1 | g)', 'student', 'nu ~ gamma(2, 0.1)'],
    ['count ~ x + (1 | g)', 'zero_inflated_poisson', 'zi ~ uniform(0, 1)'],
    ['count ~ x + (1 | g)', 'hurdle_poisson', 'hu ~ uniform(0, 1)'],
  ])('%s (%s): %s', (formula, family, expected) => {
    expect(priorsOf(formula, family).text).toContain(expected)
  })

  it('of a predictor with a formula are on its coefficients', () => {
    const { text, fixed } = priorsOf('z ~ x + (1 | g)', 'gaussian', [], { dispersion: '~ treated' })
    // The log of sigma lies about log sd(z) = 3.6.
    expect(text).toContain('b[sigma_Intercept] ~ normal(3.6, 2.5)')
    expect(fixed).toHaveLength(4)
  })
})

describe('statements', () => {
  it('of a class go before defaults of one of its members, and one of a member before both', () => {
    const { text } = priorsOf('y ~ year + treated + (year | g)', 'binomial', [
      'b ~ normal(0, 1)',
      'sd ~ exponential(3)',
      'b[treated] ~ student_t(3, 0, 1)',
      'sd[g__year] ~ exponential(9)',
      'cor[g] ~ lkj(4)',
    ])
    expect(text).toEqual([
      'b ~ normal(0, 1)',
      'sd ~ exponential(3)',
      'b[treated] ~ student_t(3, 0, 1)',
      'sd[g__year] ~ exponential(9)',
      'cor[g] ~ lkj(4)',
    ])
  })

  it('reach the parameters of families, and coefficients of further predictors', () => {
    expect(priorsOf('z ~ x + (1 | g)', 'gaussian', ['sigma ~ exponential(0.1)']).text).toContain(
      'sigma ~ exponential(0.1)',
    )
    const { text } = priorsOf('count ~ x', 'poisson', ['b[zi_x] ~ normal(0, 7)'], { zi: '~ x' })
    expect(text).toContain('b[zi_x] ~ normal(0, 7)')
  })

  it('name an improper prior as such', () => {
    const { improper } = priorsOf('y ~ x', 'binomial', ['b[x] ~ flat()'])
    expect(improper).toEqual(['b[x] ~ flat()'])
  })

  it.each([
    ['b[nothing] ~ normal(0, 1)', 'binomial', "got 'nothing'"],
    ['sd[h] ~ exponential(1)', 'binomial', "got 'h'"],
    ['cor[h] ~ lkj(1)', 'binomial', "got 'h'"],
    ['sigma ~ exponential(1)', 'binomial', "got 'sigma'"],
    ['x ~ normal(0, 1)', 'binomial', "got 'x'"],
    ['sigma ~ normal(0, 1)', 'gaussian', 'positive numbers for sigma'],
    ['shape[x] ~ exponential(1)', 'gaussian', "got 'shape'"],
  ])('%s of a %s model is refused', (statement, family, told) => {
    const formula = family === 'gaussian' ? 'z ~ x + (1 | g)' : 'y ~ x + (1 | g)'
    expect(() => priorsOf(formula, family, [statement])).toThrow(
      expect.objectContaining({ code: 'PRIOR', message: expect.stringContaining(told) }) as GlmmError,
    )
  })
})

describe('a prior on a parameter told through its coefficient', () => {
  /** Mass of the density on the coefficient's line: the change of variable must keep it. */
  const massOf = (logDensity: (eta: number) => number): number => {
    let sum = 0
    for (let i = -6000; i <= 6000; i++) {
      const value = Math.exp(logDensity(i / 100))
      if (Number.isFinite(value)) sum += value / 100
    }
    return sum
  }

  it.each([
    ['z ~ x', 'gaussian', 'sigma ~ half_t(3, 0, 2)', 2],
    ['z ~ x', 'gaussian', 'sigma ~ lognormal(0.5, 0.8)', 2],
    ['positive ~ x', 'Gamma', 'shape ~ gamma(2, 0.7)', 2],
    ['count ~ x', 'zero_inflated_poisson', 'zi ~ beta(2, 3)', 2],
    ['count ~ x', 'zero_inflated_poisson', 'zi ~ uniform(0, 1)', 2],
  ])('%s (%s) %s keeps its mass, and its slope is that of differences', (formula, family, statement, index) => {
    const { fixed } = priorsOf(formula, family, [statement])
    const prior = fixed[index]
    expect(massOf(prior.logDensity)).toBeCloseTo(1, 6)
    for (const eta of [-2.2, -0.3, 0.4, 1.7]) {
      const h = 1e-4
      const numeric = (prior.logDensity(eta + h) - prior.logDensity(eta - h)) / (2 * h)
      expect(Math.abs(prior.slope(eta) - numeric)).toBeLessThan(1e-6)
    }
  })
})
