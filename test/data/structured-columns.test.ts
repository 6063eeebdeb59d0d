import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import type { GlmmError } from '../../src/errors.js'

const table = tableFrom({
  y: [1, 3, 2, 5, 4, 6, 2, 7, 1],
  t: [1, 2, 3, 1, 2, 3, 1, 2, 3],
  f: ['p', 'q', 'r', 'p', 'q', 'r', 'p', 'q', 'r'],
  g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'],
})
const termOf = (term: string) => stateModel(`y ~ 1 + ${term}`, table, { family: 'gaussian' }).predictors[0].random[0]
function faultOf(term: string): GlmmError {
  try {
    termOf(term)
  } catch (error) {
    return error as GlmmError
  }
  throw new Error(`${term} was taken`)
}

describe('a covariance structure around columns that it has no meaning for', () => {
  it.each([
    ['ar1(0 + t | g)', 'ar1(0 + factor(t) | g)'],
    ['ar1(t | g)', 'ar1(0 + factor(t) | g)'],
    ['ar1(1 | g)', 'ar1(0 + factor(t) | g)'],
    ['ar1(f | g)', 'ar1(0 + f | g)'],
    ['ar1(0 + f + t | g)', 'ar1(0 + factor(t) | g)'],
    ['ar1(0 + f:t | g)', 'ar1(0 + factor(t) | g)'],
    ['ar1(0 + poly(t, 2) | g)', 'ar1(0 + factor('],
    ['cs(1 | g)', '(1 | g)'],
    ['cs(0 + t | g)', '(0 + t | g)'],
  ])('%s is refused, with what to write', (term, hint) => {
    const error = faultOf(term)
    expect(error.code).toBe('FORMULA')
    expect(error.hint).toContain(hint)
  })

  it.each([
    'ar1(0 + f | g)',
    'ar1(0 + factor(t) | g)',
    'ar1(factor(t) - 1 | g)',
    'cs(0 + f | g)',
    'cs(t | g)',
    'diag(t | g)',
  ])('%s is taken', (term) => {
    expect(termOf(term).names.length).toBeGreaterThan(1)
  })

  it('text times that were sorted as text are refused, until their order is written', () => {
    const times = Array.from({ length: 11 }, (_, i) => `w${i + 1}`)
    const long = tableFrom({
      y: [...times, ...times].map((_, i) => (i * 7) % 5),
      t: [...times, ...times],
      g: [...times.map(() => 'a'), ...times.map(() => 'b')],
    })
    const state = (term: string) => () => stateModel(`y ~ 1 + ${term}`, long, { family: 'gaussian' })
    expect(state('ar1(0 + t | g)')).toThrow(/order of time .* got tw1, tw10, tw11, tw2/)
    const levels = times.map((time) => `"${time}"`).join(', ')
    expect(state(`ar1(0 + factor(t, levels = c(${levels})) | g)`)().predictors[0].random[0].names[1]).toMatch(/w2$/)
    expect(state('diag(0 + t | g)')().predictors[0].random[0].names).toHaveLength(11)
  })
})
