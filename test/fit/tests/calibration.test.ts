import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { modelTests } from '../../../src/fit/tests/model-tests.js'
import { type Case, calibrated, dataSet, faulty } from '../../bench/model-tests-cases.mjs'

// A small version of `npm run bench:tests`, whose tables are in docs/verdict.md.
const ofSize = (cases: readonly Case[], size: string): Case[] => cases.filter((one) => one.size === size)

/** Rejections at 5 % of `count` sets: most that a level of 5 % has but for a chance of 1 in 1,000 a test. */
const most = (count: number): number => Math.ceil(0.05 * count + 3.3 * Math.sqrt(0.05 * 0.95 * count))

function rejections(one: Case, from: number, to: number, replicates: 'fired' | 'always'): Map<string, number> {
  const found = new Map<string, number>([['model', 0]])
  const add = (key: string): Map<string, number> => found.set(key, (found.get(key) ?? 0) + 1)
  for (let number = from; number < to; number++) {
    const table = tableFrom(dataSet(one, number))
    const fitted = fit(one.formula, table, { family: one.family })
    if (!fitted.convergence.converged) continue
    const { tests, model } = modelTests(fitted, table, { seed: number + 1, replicates })
    if (model.verdict === 'questionable') add('model')
    for (const [key, { p }] of Object.entries(tests)) if (p !== null && p <= 0.05) add(key)
  }
  return found
}

describe('under a true model no test rejects more often than its level', () => {
  it.each(ofSize(calibrated, '22x2'))('$name, 150 sets as fit tests them', (one) => {
    for (const [key, count] of rejections(one, 0, 150, 'fired')) expect([key, count <= most(150)]).toEqual([key, true])
  })

  it.each(ofSize(calibrated, '22x2').filter(({ family }) => family !== 'binomial'))(
    '$name, 40 sets as check tests them',
    (one) => {
      for (const [key, count] of rejections(one, 1000, 1040, 'always'))
        expect([key, count <= most(40)]).toEqual([key, true])
    },
  )
})

describe('faults are found', () => {
  it.each(ofSize(faulty, '30x10').filter(({ name }) => /nbinom2|x\^2|t\(3\)/.test(name)))(
    '$name: in both of 2 sets',
    (one) => {
      expect(rejections(one, 0, 4, 'fired').get('model')).toBeGreaterThanOrEqual(3)
    },
  )
})
