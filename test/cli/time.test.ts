import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../src/data/files/read-table.js'
import { modelTests } from '../../src/fit/tests/model-tests.js'
import { glmm } from './call.js'

const data = fileURLToPath(new URL('../reference/sleepstudy.csv', import.meta.url))
const run = ['fit', 'Reaction ~ Days + (1 | Subject)', '--data', data, '--json']

describe('glmm fit --time', () => {
  it('tests neighbouring times, and the document says enough to test again', async () => {
    const { stdout, status } = await glmm([...run, '--time', 'Days'])
    expect(status).toBe(0)
    const record = JSON.parse(stdout)
    expect(record.call.time).toBe('Days')
    expect(record.tests.autocorrelation.p).toBeLessThan(0.01)
    expect(record.tests.autocorrelation.remedy).toBe('try ar1(0 + factor(Days) | Subject)')
    expect(record.model.verdict).toBe('questionable')
    expect(record.tests.influence).toBeUndefined()
    const again = modelTests(record, await readTable(data), { replicates: 'always' })
    expect(again.tests.autocorrelation.p).toBeCloseTo(record.tests.autocorrelation.p, 1)
    expect(again.tests.influence).toMatchObject({ p: null, method: 'analytic', effect: null })
  })

  it('has no such test without a time', async () => {
    const { stdout } = await glmm(run)
    const record = JSON.parse(stdout)
    expect(record.call.time).toBeNull()
    expect(record.tests.autocorrelation).toBeUndefined()
    expect(record.tests.randomSlopes.remedy).toBe('try (1 + Days | Subject)')
  })

  it('names the columns where there is none of that name', async () => {
    const { stderr, status } = await glmm([...run.slice(0, -1), '--time', 'Day'])
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /^glmm: COLUMN: a column of times was expected in .*, got no column Day; did you mean Days\?/,
    )
  })
})
