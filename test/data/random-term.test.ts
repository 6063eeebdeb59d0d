import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildModel } from '../../src/data/build-model.js'
import { tableFrom } from '../../src/data/table-from.js'

interface Reference {
  data: Record<string, (number | string)[]>
  /** `z`: lme4's Zt of the term, a block of names.length rows for each level, column after column. */
  cases: { formula: string; terms: { group: string; levels: string[]; names: string[]; z: number[] }[] }[]
}
const reference: Reference = JSON.parse(readFileSync(new URL('./reference/random-terms.json', import.meta.url), 'utf8'))
const table = tableFrom(reference.data)
const rule = { family: 'gaussian', link: 'identity', response: 'real' } as const
const terms = (formula: string) => buildModel(formula, table, { rule }).predictors[0].random

describe('random terms agree with lme4', () => {
  it.each(reference.cases)('$formula', ({ formula, terms: expected }) => {
    const got = terms(formula)
    expect(got).toHaveLength(expected.length)
    // lme4 orders terms by their number of levels.
    for (const want of expected) {
      const term = got.find((t) => t.group === want.group && t.names.join() === want.names.join())!
      expect(term.levels).toEqual(want.levels)
      expect(term.covariance).toBe('us')
      const q = term.names.length
      const dense = new Float64Array(want.z.length)
      for (let i = 0; i < table.nrow; i++)
        for (let j = 0; j < q; j++)
          dense[i * q * term.levels.length + term.index[i] * q + j] = term.z[j * table.nrow + i]
      want.z.forEach((value, at) => {
        expect(dense[at]).toBeCloseTo(value, 12)
      })
    }
  })
})

describe('random terms', () => {
  it('takes nested groups apart, the combinations that occur alone being levels', () => {
    const [outer, inner] = terms('y ~ (1 | f/h)')
    expect([outer.group, inner.group]).toEqual(['f', 'f:h'])
    expect(inner.levels).toEqual(['a:p', 'a:q', 'b:p', 'b:q', 'c:p', 'c:q'])
    expect(terms('y ~ (x || g/h)').map((t) => `${t.names} | ${t.group}`)).toEqual([
      '(Intercept) | g',
      'x | g',
      '(Intercept) | g:h',
      'x | g:h',
    ])
    expect(terms('y ~ (1 | g:h)')[0].levels).toEqual(['u:p', 'v:q', 'w:p', 'z:q'])
  })

  it('names the covariance structure a term is written with', () => {
    expect(terms('y ~ diag(x | g) + cs(f | k) + ar1(0 + f | h) + us(1 | f)').map((t) => t.covariance)).toEqual([
      'diag',
      'cs',
      'ar1',
      'us',
    ])
  })

  it('sorts the levels of a group of numbers as numbers and drops those without rows', () => {
    const some = tableFrom({ y: [1, null, 3, 4, 5], g: [10, 7, 9, 1e5, 10] })
    const [term] = buildModel('y ~ (1 | g)', some, { rule }).predictors[0].random
    expect(term.levels).toEqual(['9', '10', '1e+05'])
    expect([...term.index]).toEqual([1, 0, 2, 1])
  })

  it('has a model without fixed effects', () => {
    const { fixed } = buildModel('y ~ 0 + (1 | g)', table, { rule }).predictors[0]
    expect(fixed).toEqual({ names: [], x: new Float64Array(0), aliased: [] })
  })

  it('makes 100,000 levels, crossed ones too, without delay', () => {
    const n = 200_000
    const many = tableFrom({
      y: Float64Array.from({ length: n }, (_, i) => i % 7),
      g: Array.from({ length: n }, (_, i) => `G${i % 100_000}`),
      h: Float64Array.from({ length: n }, (_, i) => i % 2),
    })
    const [g, gh] = buildModel('y ~ (1 | g/h)', many, { rule }).predictors[0].random
    expect([g.levels.length, gh.levels.length]).toEqual([100_000, 100_000])
  })
})
