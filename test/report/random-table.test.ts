import { expect, it } from 'vitest'
import type { RandomEstimate } from '../../src/fit/record/fit-record.js'
import { randomTable } from '../../src/report/random-table.js'

const term = (sd: readonly number[], correlation: (i: number, j: number) => number): RandomEstimate => ({
  group: 'g',
  names: sd.map((_, i) => `t${i + 1}`),
  sd,
  sdSe: sd.map(() => 0.1),
  runsTo: sd.map(() => null),
  correlation: sd.map((_, i) => sd.map((_, j) => correlation(i, j))),
  sdLimits: null,
  correlationLimits: null,
})

const cells = (...terms: RandomEstimate[]): string[] =>
  randomTable(terms).rows.map((row) => row.filter((cell) => cell !== '').join(' '))

it('columns that share one deviation and one correlation are one row', () => {
  expect(cells(term([2, 2, 2, 2], (i, j) => 0.5 ** Math.abs(i - j)))).toEqual([
    'g t1 ... t4 4.0000000 2.0000000 0.1000000 0.500 (ar1)',
  ])
  expect(cells(term([2, 2, 2], (i, j) => (i === j ? 1 : 0.25)))).toEqual([
    'g t1 ... t3 4.0000000 2.0000000 0.1000000 0.250 (cs)',
  ])
})

it('others are told column by column', () => {
  for (const one of [
    term([2, 2, 3], (i, j) => (i === j ? 1 : 0.25)),
    term([2, 2, 2], (i, j) => (i === j ? 1 : 0.1 * (i + j))),
    term([2, 2], (i, j) => (i === j ? 1 : 0.5)),
  ])
    expect(cells(one)).toHaveLength(one.names.length)
})
