import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { defineFamily } from '../../src/families/define-family.js'
import type { Family } from '../../src/families/family.js'
import { addFamily } from '../../src/families/registry.js'
import { fitModel } from '../../src/fit/fit-model.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { readReference } from '../reference/tables.js'

/** A gaussian whose mean is the sum of two predictors, written as a family that has no predictor of the mean. */
const sumOfParts: Family = {
  ...defineFamily({
    name: 'sum_of_parts',
    response: 'real',
    links: ['identity'],
    further: [
      { name: 'second', role: 'part', link: 'identity', reports: 'second', start: 0 },
      { name: 'dispersion', role: 'scale', link: 'log', reports: 'sigma', start: 0 },
    ],
    logDensity: (y, _trials, [first, second, sigma]) =>
      -0.5 * Math.log(2 * Math.PI) - Math.log(sigma) - 0.5 * ((y - first - second) / sigma) ** 2,
    meanOfResponse: ([first, second]) => first + second,
    varianceOfResponse: ([, , sigma]) => sigma ** 2,
  }),
  starts: ({ y }, designs) => {
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length
    const sd = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length)
    return Float64Array.from(
      designs.flatMap(({ name, columns }) =>
        columns.map((column) => (column !== '(Intercept)' ? 0 : name === 'dispersion' ? Math.log(sd) : mean)),
      ),
    )
  },
}
addFamily(sumOfParts)

/** The model with its intercept and random effects in a first part of the mean, and all other columns in a second. */
function inParts(model: Model): Model {
  const [mean, dispersion] = model.predictors
  const n = model.nobs
  const { names, x, aliased } = mean.fixed
  const none = { offset: null, random: [] }
  return {
    ...model,
    family: sumOfParts.name,
    predictors: [
      { ...mean, name: 'first', role: 'part', fixed: { names: names.slice(0, 1), x: x.subarray(0, n), aliased } },
      { ...none, name: 'second', role: 'part', fixed: { names: names.slice(1), x: x.subarray(n), aliased: [] } },
      dispersion,
    ],
  }
}

describe('a mean of two parts', () => {
  it.each([
    ['no random effects', 'Reaction ~ Days'],
    ['one random effect', 'Reaction ~ Days + (1 | Subject)'],
    ['random slopes', 'Reaction ~ Days + (Days | Subject)'],
  ])('is fitted as the same mean of one: %s', (_name, formula) => {
    const model = stateModel(formula, readReference('sleepstudy'), { family: 'gaussian' })
    const one = fitModel(state(model), 1, false, {})
    const two = fitModel(state(inParts(model)), 1, false, {})
    expect(two.convergence.converged, two.convergence.reason).toBe(true)
    expect(two.logLik).toBeCloseTo(one.logLik, 6)
    expect(two.fixed).toEqual([])
    expect(two.further.map(({ predictor }) => predictor)).toEqual(['first', 'second', 'dispersion'])
    const coefficients = two.further.slice(0, 2).flatMap(({ fixed }) => fixed)
    coefficients.forEach(({ name, estimate, se }, j) => {
      const other = one.fixed[j]
      expect(name).toBe(other.name)
      expect(Math.abs(estimate - other.estimate) / other.se!).toBeLessThan(1e-3)
      // Least squares divides by the residual degrees of freedom where there are no random effects.
      const ratio = one.random.length > 0 ? 1 : Math.sqrt((model.nobs - 2) / model.nobs)
      expect(se! / (other.se! * ratio)).toBeCloseTo(1, 3)
    })
    two.random.forEach(({ sd }, t) => {
      sd.forEach((value, i) => {
        expect(value / one.random[t].sd[i]).toBeCloseTo(1, 3)
      })
    })
    expect(Object.keys(two.dispersion)).toEqual(['sigma'])
    expect(two.residuals.pearson.median).toBeCloseTo(one.residuals.pearson.median, 1)
  })

  it('a family without starting values says what is missing', () => {
    addFamily({ ...sumOfParts, name: 'sum_without_starts', starts: undefined } as unknown as Family)
    const model = stateModel('Reaction ~ Days', readReference('sleepstudy'), { family: 'gaussian' })
    const parts = { ...inParts(model), family: 'sum_without_starts' }
    expect(() => fitModel(state(parts), 1, false, {})).toThrow(/starting values of the sum_without_starts family/)
  })
})
