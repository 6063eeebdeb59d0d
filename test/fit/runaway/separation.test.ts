import { describe, expect, it } from 'vitest'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { cases } from '../../reference/data.js'
import { peerModels, peerTable } from '../../reference/peers.js'

const codes = ({ warnings }: FitRecord): string[] => warnings.map(({ code }) => code)
const binomial = { family: 'binomial' }

function expectSeparated(record: FitRecord, says: RegExp): void {
  expect(codes(record)).toEqual(['SEPARATION'])
  expect(record.warnings[0].message).toMatch(says)
  expect(record.convergence.converged).toBe(true)
  expect(record.convergence.reason).toMatch(/separated/)
  expect(record.convergence.gradientNorm).not.toBeNaN()
  expect(record.logLik).toBeLessThanOrEqual(0)
  for (const { estimate } of record.fixed) expect(Number.isFinite(estimate)).toBe(true)
}

const complete = tableFrom({
  y: [0, 0, 0, 0, 1, 1, 1, 1],
  x: [1, 2, 3, 4, 5, 6, 7, 8],
  g: ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b'],
})

/** Rows in 20 groups; every response of the third arm is `sure`, the others come and go. */
function armed(sure: 0 | 1): Table {
  const rows = Array.from({ length: 240 }, (_, i) => i)
  return tableFrom({
    y: rows.map((i) => (i % 3 === 2 ? sure : (i * 7 + Math.floor(i / 5)) % 11 < 5 ? 1 : 0)),
    arm: rows.map((i) => ['a', 'b', 'c'][i % 3]),
    x: rows.map((i) => Math.sin(i * 1.7)),
    g: rows.map((i) => `g${Math.floor(i / 12)}`),
  })
}

describe('complete separation', () => {
  it.each(['logit', 'probit', 'cloglog', 'cauchit'])('glm, %s', (link) => {
    expectSeparated(fit('y ~ x', complete, { ...binomial, link }), /^complete separation: x predicts every response/)
  })

  it.each<FitOptions>([{}, { nodes: 7 }, { nodes: 'auto' }, { link: 'probit' }])('random intercept, %o', (options) => {
    const record = fit('y ~ x + (1 | g)', complete, { ...binomial, ...options })
    expect(codes(record)).toContain('SEPARATION')
    expect(codes(record)).not.toContain('NO_CONVERGENCE')
    expect(record.convergence.converged).toBe(true)
  })

  it('of counts of trials, rows without any left aside', () => {
    const table = tableFrom({ r: [0, 0, 0, 9, 4], n: [5, 7, 0, 9, 4], x: [0, 0, 9, 1, 1] })
    expectSeparated(fit('cbind(r, n - r) ~ x', table, binomial), /^complete separation: x/)
  })

  it('by an offset no less', () => {
    const table = tableFrom({ y: [0, 0, 1, 1], x: [1, 2, 3, 4], t: [1, -1, 0.5, 0] })
    expectSeparated(fit('y ~ x + offset(t)', table, binomial), /^complete separation: x/)
  })

  it('of a response that is always the same, by the intercept', () => {
    const table = tableFrom({ y: [1, 1, 1, 1, 1], x: [1, 5, 2, 4, 3] })
    expectSeparated(fit('y ~ 1', table, binomial), /^complete separation: \(Intercept\)/)
  })
})

describe('quasi-complete separation', () => {
  it.each([0, 1] as const)('one arm always %i: its column is named, and no other', (sure) => {
    const table = armed(sure)
    expectSeparated(fit('y ~ x + arm', table, binomial), /^quasi-complete separation: armc predicts some/)
    expectSeparated(fit('y ~ x + arm + (1 | g)', table, binomial), /^quasi-complete separation: armc predicts some/)
  })

  it('a threshold with both responses at it', () => {
    const table = tableFrom({ y: [0, 0, 0, 1, 1, 1], x: [1, 2, 3, 3, 4, 5] })
    expectSeparated(fit('y ~ x', table, binomial), /^quasi-complete separation: x predicts some/)
  })

  it('columns that tell together only', () => {
    // y is 1 where a + b > 0, which neither says alone.
    const rows = Array.from({ length: 60 }, (_, i) => [Math.sin(i * 2.3), Math.cos(i * 1.1)])
    const table = tableFrom({
      y: rows.map(([a, b]) => (a + b > 0 ? 1 : 0)),
      a: rows.map(([a]) => a),
      b: rows.map(([, b]) => b),
    })
    expectSeparated(fit('y ~ a + b', table, binomial), /^complete separation: a, b together predict/)
  })
})

describe('no separation', () => {
  it.each(Object.entries(cases))('%s', (_, { formula, table }) => {
    expect(codes(fit(formula, table, binomial))).not.toContain('SEPARATION')
  })

  it.each(Object.entries(peerModels).filter(([id, { family }]) => family === 'binomial' && id !== 'VerbAgg_id'))(
    '%s',
    (_, { formula, data, link }) => {
      // Without random effects: the verdict rests on the fixed ones.
      const fixed = formula.replace(/\s*\+\s*\([^()]*\|[^()]*\)/g, '')
      const record = fit(fixed, peerTable(data), { ...binomial, link })
      expect(codes(record).filter((code) => code !== 'FAMILY_INFERRED')).toEqual([])
    },
  )

  it('one row among a thousand on the wrong side', () => {
    const x = Array.from({ length: 1000 }, (_, i) => i - 499.5)
    const table = tableFrom({ x, y: x.map((at) => (at > 0 === (at !== 20.5) ? 1 : 0)) })
    const record = fit('y ~ x', table, binomial)
    expect(codes(record)).toEqual([])
    expect(record.convergence.converged).toBe(true)
  })

  it('a column in large units', () => {
    const x = Array.from({ length: 40 }, (_, i) => 1e9 + i * 1e6)
    const table = tableFrom({ x, y: x.map((_, i) => ((i * 7) % 40 > 15 ? 1 : 0)) })
    expect(codes(fit('y ~ scale(x)', table, binomial))).not.toContain('SEPARATION')
  })
})
