import { expect, test } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { betablocker } from '../../cli/call.js'

const table = await readTable(betablocker)

test.each([
  ['r ~ treat', { nodes: 5 }, /expected random effects to integrate over with 5 nodes, got none in r ~ treat/],
  ['r ~ treat', { nodes: 5, family: 'poisson' }, /expected random effects to integrate over/],
  [
    'cbind(r, n - r) ~ treat',
    { nodes: 25, family: 'binomial' },
    /expected random effects to integrate over with 25 nodes/,
  ],
  ['r ~ treat', { nodes: [5, 3] }, /expected random effects to integrate over with 5,3 nodes/],
  [
    'r ~ treat + (1 | center)',
    { nodes: 5, reml: true },
    /expected no nodes with restricted maximum likelihood, whose integral is exact, got 5/,
  ],
  ['r ~ treat + (1 | center)', { nodes: [5, 3], reml: true }, /expected no nodes with restricted maximum likelihood/],
  ['r ~ treat', { nodes: 3, reml: true }, /expected no nodes with restricted maximum likelihood/],
] as const)('%s with %o is refused for what it is', (formula, options, says) => {
  expect(() => fit(formula, table, { family: 'gaussian', ...options })).toThrow(
    expect.objectContaining({ code: 'MODEL', message: expect.stringMatching(says) }),
  )
})

test('one node, and auto, ask for nothing that is not there', () => {
  for (const nodes of [1, 'auto'] as const) {
    expect(fit('r ~ treat', table, { family: 'gaussian', nodes }).convergence.converged).toBe(true)
    expect(fit('r ~ treat + (1 | center)', table, { family: 'gaussian', nodes, reml: true }).method).toBe('reml')
  }
})

test.each(['treat', 'treat + (1 | center)'])('a proportion with trials is binomial: r/n ~ %s', (terms) => {
  const { convergence: _, call: __, formula: ___, ...own } = fit(`r/n ~ ${terms}`, table, { trials: 'n' })
  const pair = fit(`cbind(r, n - r) ~ ${terms}`, table)
  expect(own.family).toBe('binomial')
  expect(own.fixed).toEqual(pair.fixed)
  expect([own.logLik, own.df, own.nobs]).toEqual([pair.logLik, pair.df, pair.nobs])
  // A column of proportions is the same.
  const columns = table.columns.map(({ name }) => name)
  const values = Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      column.kind === 'numeric' ? [...column.values] : [...column.codes].map((code) => column.levels[code]),
    ]),
  ) as Record<string, number[]>
  expect(columns).toContain('n')
  const p = values.r.map((r, i) => r / values.n[i])
  const proportion = fit(`p ~ ${terms}`, tableFrom({ ...values, p }), { trials: 'n' })
  expect(proportion.logLik).toBeCloseTo(pair.logLik, 9)
})
