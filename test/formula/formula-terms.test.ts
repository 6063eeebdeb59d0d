import { describe, expect, it } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import { formulaTerms } from '../../src/formula/formula-terms.js'
import { parseFormula } from '../../src/formula/parse-formula.js'

const columns = ['y', 'a', 'b', 'c', 'g']
const expanded = (source: string, reserved: string[] = []) => formulaTerms(parseFormula(source), columns, reserved)
const labels = (source: string, reserved: string[] = []): string => {
  const { intercept, terms, variables } = expanded(source, reserved).fixed
  return [intercept ? '1' : '0', ...terms.map((term) => term.map((v) => variables[v].text).join(':'))].join(' ')
}
const fault = (source: string): GlmmError => {
  try {
    expanded(source)
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error(`no error for ${source}`)
}

describe('fixed terms, as terms() of R gives them', () => {
  it.each([
    ['y ~ a', '1 a'],
    ['y ~ a*b', '1 a b a:b'],
    ['y ~ b:a + a', '1 a b:a'],
    ['y ~ a:b + c', '1 c a:b'],
    ['y ~ (a+b+c)^2', '1 a b c a:b a:c b:c'],
    ['y ~ (a+b+c)^3 - a:b:c', '1 a b c a:b a:c b:c'],
    ['y ~ a/b', '1 a a:b'],
    ['y ~ (a+b)/c', '1 a b a:b:c'],
    ['y ~ a/(b+c)', '1 a a:b a:c'],
    ['y ~ a %in% b', '1 a:b'],
    ['y ~ a - 1', '0 a'],
    ['y ~ 0 + a', '0 a'],
    ['y ~ a + 0 + 1', '1 a'],
    ['y ~ a - 0', '1 a'],
    ['y ~ -1 + 1 + a', '1 a'],
    ['y ~ a - (1 + b) + b', '0 a b'],
    ['y ~ a*b - a', '1 b a:b'],
    ['y ~ a + a + a:a', '1 a'],
    ['y ~ a + offset(log(b)) + c', '1 a c'],
    ['y ~ a*offset(b)', '1 a'],
    ['y ~ .', '1 a b c g'],
    ['y ~ . - b', '1 a c g'],
    ['y ~ . + (1 | g)', '1 a b c'],
    ['y ~ (a + (1 | g)) - 1', '0 a'],
    ['y ~ (1 | g) + a', '1 a'],
    ['y ~ (1 | g)', '1'],
    ['y ~ (1 | g) - 1', '0'],
    ['log(y) ~ .^2', '1 a b c g a:b a:c a:g b:c b:g c:g'],
    ['y ~ a^9999999999', '1 a'],
  ])('%s', (source, expected) => {
    expect(labels(source)).toBe(expected)
  })

  it('leaves reserved columns out of .', () => {
    expect(labels('y ~ . + (1 | g)', ['b'])).toBe('1 a c')
  })

  it('adds a thousand columns, and refuses an explosion', () => {
    const many = Array.from({ length: 1000 }, (_, i) => `v${i}`)
    expect(formulaTerms(parseFormula(`y ~ ${many.join(' + ')}`)).fixed.terms).toHaveLength(1000)
    expect(fault(`y ~ (${many.slice(0, 25).join(' + ')})^9`).message).toContain('5000 terms')
    expect(fault(`y ~ (${many.join(' + ')})^2`).message).toContain('5000 terms')
    expect(fault(`y ~ ${many.slice(0, 30).join(' * ')}`).message).toContain('5000 terms')
  })
})

describe('random terms', () => {
  const parts = (source: string): string[] =>
    expanded(source).random.map(({ effects, group, covariance }) => {
      const terms = effects.terms.map((term) => term.map((v) => effects.variables[v].text).join(':'))
      return `${covariance} ${[effects.intercept ? '1' : '0', ...terms].join('+')} | ${group}`
    })
  it.each([
    ['y ~ a + (1 | g)', ['us 1 | g']],
    ['y ~ a + (b || g)', ['us 1 | g', 'us 0+b | g']],
    ['y ~ (0 + a*b || g)', ['us 0+a | g', 'us 0+b | g', 'us 0+a:b | g']],
    ['y ~ (1 | a/b/c)', ['us 1 | a', 'us 1 | a:b', 'us 1 | a:b:c']],
    ['y ~ (1 | a:b)', ['us 1 | a:b']],
    ['y ~ ((b | g))', ['us 1+b | g']],
    ['y ~ diag(b | g) + ar1(0 + c | a)', ['diag 1+b | g', 'ar1 0+c | a']],
    ['y ~ (1 | factor(g))', ['us 1 | factor(g)']],
  ])('%s', (source, expected) => {
    expect(parts(source)).toEqual(expected)
  })
})

describe('faults of terms', () => {
  it.each([
    ['y ~ a + 2', 'the number 2'],
    ['y ~ a + "b"', 'got "b"'],
    ['y ~ a^b', 'a whole number'],
    ['y ~ a^0', 'a whole number'],
    ['y ~ a/2', 'the number 2'],
    ['y ~ a + 1 | g', 'without its own brackets'],
    ['y ~ a * (1 | g)', 'inside another term'],
    ['y ~ a - (1 | g)', 'a random one'],
    ['y ~ (0 | g)', 'an effect was expected before |'],
    ['y ~ (offset(a) | g)', 'got an offset'],
    ['y ~ (1 | a + b)', 'a group was expected after |, got a + b'],
    ['y ~ (1 | 3)', 'a group was expected'],
    ['y ~ (1 | g) + (1 | g)', 'a second time'],
    ['y ~ (1 | a/b) + (1 | a:b)', 'a second time'],
    ['y ~ diag(a)', 'diag was expected around a random term'],
    ['y ~ a + y', 'y on both sides'],
  ])('%s', (source, message) => {
    const error = fault(source)
    expect(error.code).toBe('FORMULA')
    expect(error.message).toContain(message)
    expect(error.detail).toContain('^')
  })

  it('needs a table for .', () => {
    expect(() => formulaTerms(parseFormula('y ~ .'))).toThrow('a table was expected')
  })

  it('refuses a random intercept with a stroke for its bar', () => {
    expect(() => formulaTerms(parseFormula('y ~ x + (1 / g)'))).toThrow('a column was expected before /, got 1/g')
  })
})

describe('factors that nest', () => {
  it('each once', () => {
    expect(fault(`y ~ a + (1 | ${Array(500).fill('g').join('/')})`).message).toContain('got g twice')
    expect(fault('y ~ a + (1 | g:g)').message).toContain('got g twice')
    expect(fault('y ~ a + (1 | a/b/a)').message).toContain('got a twice')
  })

  it('twenty deep', () => {
    const factors = Array.from({ length: 500 }, (_, i) => `f${i}`)
    expect(fault(`y ~ a + (1 | ${factors.join('/')})`).message).toMatch(
      /at most 20 factors were expected to nest, got 21/,
    )
    expect(expanded(`y ~ a + (1 | ${factors.slice(0, 20).join('/')})`).random).toHaveLength(20)
  })
})
