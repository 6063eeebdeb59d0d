import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'

const n = 60
const x = Array.from({ length: n }, (_, i) => (i * 7.3) % 12)
const y = x.map((v, i) => Math.sin((2 * Math.PI * v) / 12) + ((i * 37) % 11) / 20)
const f = x.map((_, i) => 'abcdef'[i % 6])
const k = x.map((_, i) => i)

describe('pi is the number, where no column has its name', () => {
  const options = { family: 'gaussian' } as const
  const wave = fit('y ~ sin(2*pi*x/12) + cos(2*pi*x/12)', tableFrom({ y, x }), options)
  it('the fit is that of the columns computed before, and keeps the text', () => {
    const s = x.map((v) => Math.sin((2 * Math.PI * v) / 12))
    const c = x.map((v) => Math.cos((2 * Math.PI * v) / 12))
    expect(wave.logLik).toBeCloseTo(fit('y ~ s + c', tableFrom({ y, s, c }), options).logLik, 10)
    expect(wave.fixed.map(({ name }) => name)).toEqual(['(Intercept)', 'sin(2 * pi * x/12)', 'cos(2 * pi * x/12)'])
  })
  it('predictions know it: a wave comes back after its period', () => {
    const rows = predict(wave, tableFrom({ x: [1, 13, 4] })).predictions.map(({ response }) => response)
    expect(rows[0]!.estimate!).toBeCloseTo(rows[1]!.estimate!, 10)
    expect(rows[0]!.estimate!).not.toBeCloseTo(rows[2]!.estimate!, 3)
  })
  it('a column of that name is that column', () => {
    const table = tableFrom({ y, x, pi: x.map((v) => v * v) })
    const squares = fit('y ~ I(pi)', table, options)
    expect(squares.logLik).toBeCloseTo(fit('y ~ I(x^2)', table, options).logLik, 10)
  })
  it.each(['y ~ pi', 'y ~ x + (1 | pi)', 'y ~ x + (pi | f)', 'pi ~ x'])('it is no term of its own: %s', (formula) => {
    expect(() => fit(formula, tableFrom({ y, x, f }), options)).toThrow(/got no column pi/)
  })
})

describe('a covariance of more parameters than can be had is refused in one line', () => {
  const code = (formula: string): string => {
    try {
      stateModel(formula, tableFrom({ y, x, f, k }), { family: 'gaussian' })
    } catch (error) {
      if (error instanceof GlmmError) return `${error.code}: ${error.message}`
      throw error
    }
    return 'stated'
  }
  it.each([
    ['(factor(k) | f)', 'at most 60 parameters were expected in the covariance of a term, for 60 rows, got 1830'],
    ['(poly(x, 11) | f)', 'got 78 of 12 columns'],
    ['cs(0 + factor(k) | f)', 'got 61 of 60 columns'],
  ])('%s', (term, message) => {
    expect(code(`y ~ 1 + ${term}`)).toContain('MODEL: ')
    expect(code(`y ~ 1 + ${term}`)).toContain(message)
  })
  it('a chain of as many times, and a term that rows allow, are not', () => {
    expect(code('y ~ 1 + ar1(0 + factor(k) | f)')).toBe('stated')
    expect(code('y ~ 1 + (poly(x, 9) | f)')).toBe('stated')
  })
})
