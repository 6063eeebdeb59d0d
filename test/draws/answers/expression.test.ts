import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../../src/draws/answers/expression.js'
import { stream } from '../../../src/random/stream.js'

const names = [
  'b_x',
  'b_x:z',
  'b_factor(period)2',
  'sd_g__Intercept',
  'r_g[7,Intercept]',
  'sigma',
  'b_I(x^2)',
  'b_poly(x, 2)1',
]
const values = Float64Array.of(99, 0.5, -1.25, 2, 0.75, -0.3, 1.5, 3, 4)
/** The first quantity stands at 1. */
const valueIn = (text: string): number => parseExpression(text, names).left(values, 1)

describe('value', () => {
  it.each([
    ['b_x', 0.5],
    ['b_x:z', -1.25],
    ['b_x - b_x:z', 1.75],
    ['b_factor(period)2 * 3', 6],
    ['r_g[7,Intercept]-sigma', -1.8],
    ['`b_I(x^2)` ^ 2', 9],
    ['b_I(x^2)+b_poly(x, 2)1', 7],
    ['-2^2', -4],
    ['2^-1', 0.5],
    ['2^3^2', 512],
    ['--3', 3],
    ['8 / 4 / 2', 1],
    ['10 - 4 - 3', 3],
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['1.5e2 + .5 + 2.', 152.5],
    ['max(1, b_x, sigma, -2)', 1.5],
    ['min(3,b_x)', 0.5],
    ['exp(log(sigma))', 1.5],
    ['plogis(logit(0.2))', 0.2],
    ['sqrt(abs(-16))', 4],
    ['pnorm(0)', 0.5],
  ])('%s', (text, expected) => expect(valueIn(text)).toBeCloseTo(expected, 12))
})

it('random expressions have the value that the same text has in arithmetic of numbers', () => {
  const rng = stream({ seed: 5, purpose: 'chain' })
  const pick = <T>(from: readonly T[]): T => from[Math.floor(rng.uniform() * from.length)]
  /** A text, the same of plain numbers in JavaScript's notation, and so deep at most. */
  const random = (depth: number): [text: string, plain: string] => {
    const kind = depth === 0 ? rng.uniform() * 0.4 : rng.uniform()
    if (kind < 0.2) {
      const number = (rng.uniform() * 10).toFixed(3)
      return [number, number]
    }
    if (kind < 0.4) {
      const j = Math.floor(rng.uniform() * names.length)
      return [rng.uniform() < 0.5 ? names[j] : `\`${names[j]}\``, `(${values[j + 1]})`]
    }
    const space = (): string => pick(['', ' ', '  '])
    const [a, plainA] = random(depth - 1)
    if (kind < 0.5) return [`(${space()}${a})`, `(${plainA})`]
    if (kind < 0.6) return [`-(${a})`, `-(${plainA})`]
    if (kind < 0.7) {
      const name = pick(['exp', 'sqrt', 'abs', 'log'])
      return [`${name}(${a})`, `Math.${name}(${plainA})`]
    }
    const [b, plainB] = random(depth - 1)
    if (kind < 0.8) return [`max(${a},${space()}${b})`, `Math.max(${plainA},${plainB})`]
    const operator = pick(['+', '-', '*', '/'])
    return [`${a}${space()}${operator}${space()}${b}`, `${plainA} ${operator} ${plainB}`]
  }
  for (let i = 0; i < 500; i++) {
    const [text, plain] = random(4)
    const expected = new Function(`return ${plain.replaceAll('--', '- -')}`)() as number
    const got = valueIn(text)
    if (Number.isNaN(expected)) expect(got).toBeNaN()
    else
      expect(Math.abs(got - expected) <= 1e-12 * Math.abs(expected) || got === expected, `${text}: ${got}`).toBe(true)
  }
})

describe('comparison', () => {
  it.each(['<', '>', '<=', '>='] as const)('%s', (operator) => {
    const { left, comparison } = parseExpression(` exp(b_x)${operator} 1 + 1 `, names)
    expect(comparison?.operator).toBe(operator)
    expect(left(values, 1)).toBe(Math.exp(0.5))
    expect(comparison?.right(values, 1)).toBe(2)
  })
})

describe('a mistake is told with its column', () => {
  it.each([
    ['exp(b_y) < 1', /name of a drawn quantity at column 5 .*'b_y\) < 1'/, /did you mean b_x\?/],
    ['x < 1', /column 1 /, /did you mean b_x\?/],
    ['something', /column 1 /, /there are b_x, .*sigma/],
    ['`b_y`', /column 1 /, /did you mean b_x/],
    ['`b_x', /second backtick at column 1/, /close/],
    ['b_x == 0', /<, <=, > or >= at column 5/, /probability 0 or 1/],
    ['b_x < 0 < 1', /one comparison at column 9/, /of its own/],
    ['b_x 2', /operator .* at column 5/, /\*/],
    ['(b_x', /'\)' at column 5 .*its end/, /close/],
    ['exp b_x', /name of a drawn quantity at column 1/, /there are|did you mean/],
    ['expp(1)', /function or a name at column 1/, /did you mean exp\?/],
    ['exp(1, 2)', /exp of one value at column 1/, /./],
    ['b_x +', /number, a name or a parenthesis at column 6 .*its end/, /./],
    ['', /column 1 .*its end/, /./],
    ['constructor(1)', /function or a name/, /there are exp/],
    ['('.repeat(5000), /200 levels of nesting/, /simpler/],
    [`${'-'.repeat(5000)}1`, /200 levels of nesting/, /simpler/],
    ['1+'.repeat(6000), /at most 10000 characters/, /simpler/],
  ])('%s', (text, message, hint) => {
    expect(() => parseExpression(text, names)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    )
  })
})
