import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import type { GlmmError } from '../../src/errors.js'
import { families } from '../../src/families/registry.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'
import { faultTable } from '../reference/fault-table.js'

const zicell = faultTable('zicell')
const made = tableFrom({
  y: [0, 3, 1, 2, 0, 4, 5, 2, 0, 1, 3, 2],
  x: [0.2, 0.5, 0.1, 0.9, 0.4, 0.8, 1.2, 0.3, 0.1, 0.2, 0.7, 0.6],
  w: [1, 2, 1, 3, 2, 1, 3, 2, 1, 2, 1, 2],
  g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'd'],
})
const faultOf = (run: () => unknown): GlmmError => {
  try {
    run()
  } catch (error) {
    return error as GlmmError
  }
  throw new Error('nothing was thrown')
}

describe('a predictor without terms', () => {
  it.each(['~0', '~ -1', '~ 1 - 1'])('of zeros, %s, is no zero inflation', (zi) => {
    const formula = 'y ~ 1 + (1 | g)'
    const with0 = fit(formula, zicell, { family: 'poisson', zi })
    const without = fit(formula, zicell, { family: 'poisson' })
    expect(with0.family).toBe('poisson')
    expect([with0.logLik, with0.fixed, with0.random]).toEqual([without.logLik, without.fixed, without.random])
    expect(predict(with0, zicell).predictions).toEqual(predict(without, zicell).predictions)
  })

  it.each(families.filter(({ further }) => !further.some(({ name }) => name === 'zi')).map(({ name }) => name))(
    'of zeros leaves the family %s as it is',
    (family) => {
      const y = families.find(({ name }) => name === family)!.response
      const values = { binomial: [0, 1], count: [1, 2], real: [-1, 1], positive: [1, 2], 'unit-interval': [0.2, 0.6] }[
        y
      ]
      const table = tableFrom({ y: [...values, ...values, ...values], x: [1, 2, 3, 4, 5, 7] })
      expect(stateModel('y ~ x', table, { family, zi: '~0' }).family).toBe(family)
    },
  )

  it.each(families.flatMap(({ name, further }) => further.map((one) => [name, one.name] as const)))(
    'of %s is refused where it has one for its %s',
    (family, predictor) => {
      if (predictor === 'df') return
      const error = faultOf(() => stateModel('y ~ x', made, { family, [predictor]: '~ 0' }))
      expect(error.code).toBe('USAGE')
      expect(error.message).toContain(`terms in the ${predictor} predictor of ${family}`)
    },
  )

  it('is not one with a column and without intercept, nor one with an offset', () => {
    const [, zi] = stateModel('y ~ x', made, { family: 'poisson', zi: '~ 0 + x' }).predictors
    expect([zi.name, zi.fixed.names]).toEqual(['zi', ['x']])
    const [, shifted] = stateModel('y ~ x', made, { family: 'poisson', zi: '~ 0 + offset(x)' }).predictors
    expect([shifted.fixed.names, shifted.offset![3]]).toEqual([[], 0.9])
    const record = fit('y ~ x', made, { family: 'poisson', zi: '~ 0 + x' })
    // One coefficient of a column is no probability of zeros.
    expect(record.dispersion).toEqual({})
    expect(record.further[0].fixed.map(({ name }) => name)).toEqual(['x'])
  })
})

describe('. in the formula of a further predictor', () => {
  const predictors = (formula: string, rhs: { zi?: string; dispersion?: string }, family = 'nbinom2') =>
    stateModel(formula, made, { family, ...rhs }).predictors

  it('stands for the right-hand side of the mean, without its offsets, as in glmmTMB', () => {
    const [mean, , zi] = predictors('y ~ x + offset(w) + (1 | g)', { zi: '~ .' })
    expect([zi.fixed.names, zi.offset]).toEqual([mean.fixed.names, null])
    expect(zi.random.map(({ group, names }) => [group, names])).toEqual([['g', ['(Intercept)']]])
    const [, dispersion] = predictors('y ~ x', { dispersion: '~ .' }, 'gaussian')
    expect(dispersion.fixed.names).toEqual(['(Intercept)', 'x'])
  })

  it('takes more terms and lets some go', () => {
    expect(predictors('y ~ x', { zi: '~ . + w' })[2].fixed.names).toEqual(['(Intercept)', 'x', 'w'])
    expect(predictors('y ~ x + w', { zi: '~ . - x' })[2].fixed.names).toEqual(['(Intercept)', 'w'])
  })

  it('stands for what . stands for in the mean, never for the response, a group or a named column', () => {
    const model = stateModel('y ~ . + (1 | g)', made, { family: 'poisson', zi: '~ . ', offset: 'w' })
    expect(model.predictors.map(({ fixed }) => fixed.names)).toEqual([
      ['(Intercept)', 'x'],
      ['(Intercept)', 'x'],
    ])
  })

  it('is the same in predictions', () => {
    const record = fit('y ~ sp', zicell, { family: 'poisson', zi: '~ . - sp + r' })
    const plain = fit('y ~ sp', zicell, { family: 'poisson', zi: '~ r' })
    expect(record.logLik).toBe(plain.logLik)
    expect(predict(record, zicell).predictions).toEqual(predict(plain, zicell).predictions)
  })

  it('a response on the right is refused', () => {
    const error = faultOf(() => stateModel('y ~ x', made, { family: 'poisson', zi: '~ x + y' }))
    expect([error.code, error.message]).toEqual(['FORMULA', expect.stringContaining('other than the response')])
  })
})
