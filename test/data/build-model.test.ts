import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildModel, type ModelOptions } from '../../src/data/build-model.js'
import { inferFamily } from '../../src/data/infer-family.js'
import { parseTable } from '../../src/data/parse-table.js'
import type { ResponseRule } from '../../src/data/response.js'
import type { Table } from '../../src/data/table.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'
import { stateModel } from '../../src/data/state-model.js'

const binomial: ResponseRule = { family: 'binomial', link: 'logit', response: 'binomial' }
const gaussian: ResponseRule = { family: 'gaussian', link: 'identity', response: 'real' }
const poisson: ResponseRule = { family: 'poisson', link: 'log', response: 'count' }
const gamma: ResponseRule = { family: 'gamma', link: 'log', response: 'positive' }
const beta: ResponseRule = { family: 'beta', link: 'logit', response: 'unit-interval' }

const csv = (text: string): Table => parseTable(text, { source: 'x.csv' })
const trials = csv('r,n,treat,center\n3,39,0,1\n3,38,1,1\n14,116,0,2\n7,114,1,2\n')

function fault(formula: string, table: Table, rule: ResponseRule, options: Partial<ModelOptions> = {}): GlmmError {
  try {
    buildModel(formula, table, { rule, ...options })
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error(`no error for ${formula}`)
}

it.each([undefined, { y: [1, 2] }, 'data.csv'])('refuses %j for a table', (other) => {
  expect(() => stateModel('y ~ 1', other as unknown as Table)).toThrow('expected a table beside the formula')
})

describe('responses', () => {
  it('takes successes and failures', () => {
    const model = buildModel('cbind(r,n-r)~treat+(1|center)', trials, { rule: binomial })
    expect(model).toMatchObject({
      formula: 'cbind(r, n - r) ~ treat + (1 | center)',
      family: 'binomial',
      link: 'logit',
      nobs: 4,
      dropped: 0,
      warnings: [],
    })
    expect(model.response).toEqual({
      name: 'cbind(r, n - r)',
      y: new Float64Array([3, 3, 14, 7]),
      trials: new Float64Array([39, 38, 116, 114]),
    })
  })

  it('takes 0 and 1, two levels with the second as success, and proportions with trials', () => {
    const table = tableFrom({
      y: [0, 1, 1],
      f: ['no', 'yes', 'no'],
      l: [true, false, true],
      p: [0.25, 1, 1 / 3],
      n: [4, 2, 3],
    })
    const y = (formula: string, weights?: string) => [
      ...buildModel(formula, table, { rule: binomial, weights }).response.y,
    ]
    expect(y('y ~ 1')).toEqual([0, 1, 1])
    expect(y('f ~ 1')).toEqual([0, 1, 0])
    expect(y('l ~ 1')).toEqual([1, 0, 1])
    expect(y('relevel(f, ref = "yes") ~ 1')).toEqual([1, 0, 1])
    expect(y('p ~ 1', 'n')).toEqual([1, 2, 1])
    expect([...buildModel('p ~ 1', table, { rule: binomial, weights: 'n' }).response.trials!]).toEqual([4, 2, 3])
  })

  it('keeps the coding of a two-level response whose rows with one level are dropped', () => {
    const table = tableFrom({ f: ['no', 'yes', 'yes'], x: [null, 1, 2] })
    expect([...buildModel('f ~ x', table, { rule: binomial }).response.y]).toEqual([1, 1])
  })

  it('takes transformed and constant responses of other families', () => {
    const table = tableFrom({ y: [1, 1, 1], p: [0.5, 0.1, 0.9] })
    expect(buildModel('log(y) ~ 1', table, { rule: gaussian }).response).toEqual({
      name: 'log(y)',
      y: new Float64Array(3),
      trials: null,
    })
    for (const rule of [gaussian, poisson, gamma]) expect(buildModel('y ~ 1', table, { rule }).nobs).toBe(3)
    expect(buildModel('p ~ 1', table, { rule: beta }).nobs).toBe(3)
  })

  it('infers the family', () => {
    const table = tableFrom({ y: [0, 1], f: ['a', 'b'], x: [1, 2], g: ['a', null] })
    expect(inferFamily('cbind(r, n - r) ~ 1', trials)).toEqual({
      family: 'binomial',
      why: 'the response is cbind(r, n - r)',
    })
    expect(inferFamily('y ~ 1', table).family).toBe('binomial')
    expect(inferFamily('f ~ 1', table).family).toBe('binomial')
    expect(inferFamily('x ~ 1', table).family).toBe('gaussian')
    expect(inferFamily('log(x) ~ 1', table).family).toBe('gaussian')
  })
})

describe('rows', () => {
  const table = csv('y,x,g,u\n1,NA,a,\n2,1,,\n3,,b,\n4,2,a,\n5,3,b,\n6,4,a,\n')

  it('drops rows missing what the model uses, counts and reports them', () => {
    const model = buildModel('y ~ x + (1 | g)', table, { rule: gaussian })
    expect([model.nobs, model.dropped]).toEqual([3, 3])
    expect(model.warnings).toEqual([{ code: 'ROWS_DROPPED', message: '3 of 6 rows dropped: missing in x (2), g (1)' }])
    expect([...model.response.y]).toEqual([4, 5, 6])
    expect([...model.predictors[0].random[0].index]).toEqual([0, 1, 0])
    expect(buildModel('y ~ 1', table, { rule: gaussian }).dropped).toBe(0)
    expect(buildModel('y ~ 1', table, { rule: gaussian, offset: 'x' }).dropped).toBe(2)
  })

  it('computes poly and scale on the rows that are left', () => {
    const { x, names } = buildModel('y ~ 0 + scale(x) + g', table, { rule: gaussian }).predictors[0].fixed
    expect(names).toEqual(['scale(x)', 'ga', 'gb'])
    expect([...x.slice(0, 3)]).toEqual([-1, 0, 1])
  })

  it('drops rows whose level is not listed, and again computes the rest', () => {
    const some = tableFrom({ y: [1, 2, 3, 4], f: ['a', 'b', 'c', 'a'], x: [1, 2, 300, 3] })
    const model = buildModel('y ~ factor(f, levels = c("b", "a")) + scale(x)', some, { rule: gaussian })
    expect(model.predictors[0].fixed.names[1]).toBe('factor(f, levels = c("b", "a"))a')
    expect([...model.predictors[0].fixed.x.slice(3, 9)]).toEqual([1, 0, 1, -1, 0, 1])
    expect(model.warnings[0].message).toBe('1 of 4 rows dropped: missing in factor(f, levels = c("b", "a")) (1)')
  })

  it('leaves out levels without rows, the next being the reference', () => {
    const some = tableFrom({ y: [null, 2, 3, 4], f: ['a', 'b', 'c', 'b'] })
    expect(buildModel('y ~ f', some, { rule: gaussian }).predictors[0].fixed.names).toEqual(['(Intercept)', 'fc'])
  })

  it('permutes with the table', () => {
    const base = Array.from({ length: 12 }, (_, i) => i)
    const columns = (order: readonly number[]) => ({
      y: order.map((i) => i * i),
      x: order.map((i) => Math.sin(i)),
      f: order.map((i) => 'abc'[i % 3]),
      g: order.map((i) => i % 4),
    })
    const built = (order: readonly number[]) =>
      buildModel('y ~ f * poly(x, 2) + (x | g)', tableFrom(columns(order)), { rule: gaussian })
    const plain = built(base)
    fc.assert(
      fc.property(fc.shuffledSubarray(base, { minLength: 12 }), (order) => {
        const model = built(order)
        const [a, b] = [plain.predictors[0], model.predictors[0]]
        expect(b.fixed.names).toEqual(a.fixed.names)
        order.forEach((i, row) => {
          expect(b.random[0].levels[b.random[0].index[row]]).toBe(a.random[0].levels[a.random[0].index[i]])
          for (let j = 0; j < a.fixed.names.length; j++)
            expect(b.fixed.x[j * 12 + row]).toBeCloseTo(a.fixed.x[j * 12 + i], 12)
        })
      }),
      { numRuns: 30 },
    )
  })
})

describe('predictors', () => {
  it('adds up offsets of the formula and the option', () => {
    const table = tableFrom({ y: [1, 2], t: [1, Math.E], o: [10, 20] })
    const offset = (formula: string, name?: string) =>
      buildModel(formula, table, { rule: poisson, offset: name }).predictors[0].offset
    expect(offset('y ~ 1')).toBe(null)
    expect([...offset('y ~ offset(log(t))')!]).toEqual([0, 1])
    expect([...offset('y ~ offset(log(t)) + offset(2 * o)', 'o')!]).toEqual([30, 61])
  })

  it('gives further predictors an intercept alone', () => {
    const model = buildModel('r ~ treat', trials, {
      rule: gaussian,
      further: [{ name: 'dispersion', role: 'scale', formula: null }],
    })
    expect(model.predictors[1]).toEqual({
      name: 'dispersion',
      role: 'scale',
      fixed: { names: ['(Intercept)'], x: new Float64Array(4).fill(1), aliased: [] },
      offset: null,
      random: [],
    })
  })

  it('gives further predictors their own formula, on the rows that are complete for all', () => {
    const table = tableFrom({ y: [1, 2, 3, 4], x: [1, 2, 3, 4], w: [0, 1, Number.NaN, 3], g: ['a', 'a', 'b', 'b'] })
    const further = [{ name: 'dispersion', formula: '~ w + (1 | g)' }]
    const model = buildModel('y ~ x', table, { rule: gaussian, further })
    expect(model.nobs).toBe(3)
    expect(model.predictors[1].fixed.names).toEqual(['(Intercept)', 'w'])
    expect([...model.predictors[1].fixed.x]).toEqual([1, 1, 1, 0, 1, 3])
    expect(model.predictors[1].random.map(({ group }) => group)).toEqual(['g'])
    expect(() => buildModel('y ~ x', table, { rule: gaussian, further: [{ name: 'zi', formula: 'y ~ x' }] })).toThrow(
      'a formula without a response was expected for zi',
    )
  })

  it('takes . for all columns not named elsewhere', () => {
    const { names } = buildModel('cbind(r, n - r) ~ . + (1 | center)', trials, { rule: binomial }).predictors[0].fixed
    expect(names).toEqual(['(Intercept)', 'treat'])
  })

  it('warns of aliased columns', () => {
    const model = buildModel('r ~ treat + I(1 - treat) + center', trials, { rule: gaussian })
    expect(model.predictors[0].fixed.aliased).toEqual(['I(1 - treat)'])
    expect(model.warnings).toEqual([
      { code: 'ALIASED', message: 'column left out as a linear combination of earlier ones: I(1 - treat)' },
    ])
  })

  it('takes columns named like members of an object', () => {
    const table = parseTable('y,constructor,__proto__\n1,2,a\n2,3,b\n3,5,a\n')
    const { names } = buildModel('y ~ constructor + `__proto__`', table, { rule: gaussian }).predictors[0].fixed
    expect(names).toEqual(['(Intercept)', 'constructor', '`__proto__`b'])
    expect(fault('y ~ hasOwnProperty', table, gaussian).code).toBe('COLUMN')
  })
})

describe('errors', () => {
  const table = csv(
    'y,x,f,m,k,i,one,g\n1,2,a,1,-1,1,c,1\n2,3,b,2,0,Inf,c,1\n0,4,a,3o,2.5,3,c,1\n3,5,b,4,1,4,c,1\n4,6,a,5,1,5,c,1\n',
  )
  const cases: [string, ResponseRule, Partial<ModelOptions>, string, string, string][] = [
    ['y ~ traet', gaussian, {}, 'COLUMN', 'got no column traet', 'the columns are y, x, f'],
    ['y ~ X + f', gaussian, {}, 'COLUMN', 'got no column X', 'did you mean x?'],
    ['y ~ x + (1 | h)', gaussian, {}, 'COLUMN', 'got no column h', 'the columns are'],
    [
      'y ~ x',
      gaussian,
      { offset: 'tt' },
      'COLUMN',
      'a column of an offset was expected in x.csv, got no column tt',
      '',
    ],
    ['y ~ x', binomial, { weights: 'nn' }, 'COLUMN', 'a column of weights was expected', ''],
    ['~ x', gaussian, {}, 'FORMULA', 'a response was expected before ~', ''],
    [
      'y ~ I(f * 2)',
      gaussian,
      {},
      'COLUMN',
      'numbers were expected in column f, got "a" in row 1 (line 2 of x.csv)',
      '',
    ],
    ['y ~ log(f)', gaussian, {}, 'COLUMN', 'numbers were expected in column f', ''],
    ['y ~ poly(m, 2)', gaussian, {}, 'COLUMN', 'column m, got "3o" in row 3 (line 4 of x.csv)', 'mend the cell'],
    ['y ~ m', gaussian, {}, 'COLUMN', 'most of whose cells are, got "3o" in row 3 (line 4 of x.csv)', 'factor(m)'],
    ['m ~ x', gaussian, {}, 'COLUMN', 'column m, most of whose cells are, got "3o" in row 3', 'mend the cell'],
    [
      'f ~ x',
      gaussian,
      {},
      'RESPONSE',
      'numbers were expected as gaussian response, f is text of 2 levels',
      'name the binomial family',
    ],
    [
      'y ~ i',
      gaussian,
      {},
      'COLUMN',
      'finite numbers were expected in column i, got Inf in row 2 (line 3 of x.csv)',
      '',
    ],
    ['y ~ (1 | i)', gaussian, {}, 'COLUMN', 'got Inf in row 2', ''],
    [
      'y ~ one',
      gaussian,
      {},
      'COLUMN',
      'at least two levels were expected in one, got only "c"',
      'leave that term out',
    ],
    ['y ~ x + (1 | g)', gaussian, {}, 'COLUMN', 'at least two groups were expected in g, got only "1"', ''],
    ['y ~ I(1/(x - 3))', gaussian, {}, 'COLUMN', 'got Inf from x = 3 in row 2 (line 3 of x.csv)', ''],
    ['y ~ I(0/y)', gaussian, {}, 'COLUMN', 'of 0/y, got NaN from y = 0 in row 3', ''],
    ['y ~ I(k^0.5)', gaussian, {}, 'COLUMN', 'got NaN from k = -1 in row 1', ''],
    ['y ~ exp(1000 * x)', gaussian, {}, 'COLUMN', 'got Inf from x = 2 in row 1', ''],
    ['y ~ log(k)', gaussian, {}, 'COLUMN', 'log(k) needs values above 0, got k = -1 in row 1', ''],
    ['y ~ sqrt(k)', gaussian, {}, 'COLUMN', 'sqrt(k) needs values of 0 or more, got k = -1 in row 1', ''],
    ['log(y) ~ x', gaussian, {}, 'COLUMN', 'log(y) needs values above 0, got y = 0 in row 3', ''],
    ['y ~ scale(g)', gaussian, {}, 'COLUMN', 'got a constant column', ''],
    ['y ~ poly(x, 5)', gaussian, {}, 'COLUMN', 'more than 5 different values of x', 'lower the degree'],
    ['y ~ poly(x, 1.5)', gaussian, {}, 'FORMULA', 'a whole degree', ''],
    [
      'y ~ relevel(f, ref = "c")',
      gaussian,
      {},
      'COLUMN',
      'a level of f was expected as ref, got "c"',
      'the levels are a, b',
    ],
    ['y ~ relevel(f)', gaussian, {}, 'FORMULA', 'an argument ref was expected', ''],
    ['y ~ factor(f, labels = c("u", "v", "w"))', gaussian, {}, 'FORMULA', '2 different labels', ''],
    ['y ~ cbind(x, k)', gaussian, {}, 'FORMULA', 'cbind was expected on the left', ''],
    ['y ~ I(2)', gaussian, {}, 'COLUMN', 'got the constant I(2)', ''],
    ['y ~ c(1, 2)', gaussian, {}, 'COLUMN', 'got the constant c(1, 2)', ''],
    ['y ~ I(x:k)', gaussian, {}, 'FORMULA', 'arithmetic by + - * / ^ was expected', ''],
    ['y ~ log(.)', gaussian, {}, 'COLUMN', 'got no column .', ''],
    ['k ~ x', poisson, {}, 'RESPONSE', 'counts 0, 1, 2, ..., got k = -1 in row 1 (line 2 of x.csv)', ''],
    ['I(k + 1) ~ x', poisson, {}, 'RESPONSE', 'got I(k + 1) = 3.5 in row 3', ''],
    ['y ~ x', gamma, {}, 'RESPONSE', 'numbers above 0, got y = 0 in row 3', ''],
    ['y ~ x', beta, {}, 'RESPONSE', 'strictly between 0 and 1, got y = 1 in row 1', ''],
    ['cbind(y, x) ~ f', gaussian, {}, 'RESPONSE', 'one column was expected as gaussian response', ''],
    [
      'cbind(y, 3 - y) ~ x',
      binomial,
      {},
      'RESPONSE',
      'got 3 - y = -1 (y = 4) in row 5 (line 6 of x.csv)',
      'more successes',
    ],
    ['cbind(k, x) ~ f', binomial, {}, 'RESPONSE', 'got k = -1 (k = -1, x = 2) in row 1', 'whole'],
    ['cbind(y, m) ~ x', binomial, {}, 'COLUMN', 'numbers were expected in column m, got "3o"', ''],
    ['cbind(y) ~ x', binomial, {}, 'FORMULA', 'got 1 arguments', ''],
    ['y ~ x', binomial, {}, 'RESPONSE', '0 and 1 was expected, got y = 2 in row 2', 'cbind(y, n - y)'],
    ['I(y/8) ~ x', binomial, {}, 'RESPONSE', 'got I(y/8) = 0.125 in row 1', '--trials'],
    ['I(y/8) ~ x', binomial, { weights: 'x' }, 'RESPONSE', 'proportion times trials gives 0.25', ''],
    ['y ~ x', binomial, { weights: 'x' }, 'RESPONSE', 'a proportion from 0 to 1 was expected, got y = 2', ''],
    ['I(y/8) ~ x', binomial, { weights: 'k' }, 'RESPONSE', 'whole numbers of trials were expected, got k = -1', ''],
    ['I(y/8) ~ x', binomial, { weights: 'f' }, 'COLUMN', 'numbers were expected in column f', ''],
    ['cbind(y, x) ~ f', binomial, { weights: 'x' }, 'USAGE', 'weights may mean three things', '--frequency'],
    ['y ~ x', gaussian, { weights: 'x' }, 'USAGE', 'got y with the gaussian family', '--precision'],
    ['f ~ x', binomial, { trials: 'x' }, 'RESPONSE', 'got the factor f', ''],
    ['factor(y) ~ x', binomial, {}, 'RESPONSE', 'two levels was expected, factor(y) has 5', ''],
  ]
  it.each(cases)('%s', (formula, rule, options, code, message, hint) => {
    const error = fault(formula, table, rule, options)
    expect(error.message).toContain(message)
    expect(error.code).toBe(code)
    expect(error.hint).toContain(hint)
    expect(error.hint).not.toBe('')
    expect(`${error.message}${error.hint}`).not.toContain('\n')
  })

  it('refuses too few rows', () => {
    expect(fault('y ~ 1', csv('y\n1\n'), gaussian)).toMatchObject({
      code: 'MODEL',
      message: 'at least two rows were expected in x.csv, got 1',
    })
    const none = fault('y ~ x', csv('y,x\n1,\n,2\n'), gaussian)
    expect(none.code).toBe('MODEL')
    expect(none.message).toContain('got 0 of 2: missing in y (1), x (1)')
  })

  it('refuses a design matrix beyond all bounds at once', () => {
    const n = 20_000
    const ids = Array.from({ length: n }, (_, i) => `i${i}`)
    const wide = tableFrom({ y: new Float64Array(n), f: ids, g: ids })
    const error = fault('y ~ f * g', wide, gaussian)
    expect([error.code, error.hint.includes('(1 | f)')]).toEqual(['MODEL', true])
  })

  it('names the line of a row after blank lines', () => {
    expect(fault('log(y) ~ 1', csv('y\n1\n\n\n0\n'), gaussian).message).toContain('row 2 (line 5 of x.csv)')
  })
})
