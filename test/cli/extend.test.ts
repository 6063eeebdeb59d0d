import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDraws } from '../../src/draws/files/read-draws.js'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const cwd = folder()
const model = ['--data', betablocker, '--chains', '2', '--warmup', '50', '--seed', '4', '--threads', '1']

/** The record of a run that writes draws, but for its times. */
async function json(...args: readonly string[]): Promise<unknown> {
  const { stdout, stderr, status } = await glmm(['sample', ...args, '--json'], { cwd })
  expect([status, stderr.split('\n')[0]]).toEqual([0, expect.stringMatching(/^glmm: wrote /)])
  const { timing: _, ...record } = JSON.parse(stdout)
  return record
}

const once = json(formula, ...model, '--draws', '90', '--out', 'whole.parquet')

test.each(['.csv', '.parquet', '-{chain}.csv'])(
  '50 draws extended by 40 are the 90 of one run (%s)',
  async (ending) => {
    const first = `first${ending}`
    await json(formula, ...model, '--draws', '50', '--out', first)
    expect(await json('--extend', first, '--draws', '40', '--threads', '2')).toEqual(await once)
    expect(await readDraws(join(cwd, first))).toEqual(await readDraws(join(cwd, 'whole.parquet')))
    const files = ending.includes('chain') ? ['first-1.csv', 'first-2.csv', `${first}.run`] : [first, `${first}.run`]
    const found = readdirSync(cwd).filter((name) => name.startsWith('first'))
    expect(found.sort()).toEqual(files.sort())
    for (const file of found) rmSync(join(cwd, file))
  },
)

describe('what cannot be extended', () => {
  const complain = async (code: string, says: RegExp, ...args: readonly string[]): Promise<void> =>
    expectComplaint(await glmm(['sample', ...args, '--json'], { cwd }), code, says)

  test('each is told', async () => {
    await glmm(['sample', formula, ...model, '--draws', '10', '--out', 'd.csv'], { cwd })
    await complain('FILE', /found no such file/, '--extend', 'none.csv', '--draws', '10')
    await complain('USAGE', /expected --draws, as the run has all of its 10/, '--extend', 'd.csv')
    await complain('USAGE', /settled, got --seed/, '--extend', 'd.csv', '--draws', '10', '--seed', '5')
    await complain('USAGE', /settled, got y ~ x/, 'y ~ x', '--extend', 'd.csv', '--draws', '10')
    const text = readFileSync(betablocker, 'utf8')
    writeFileSync(join(cwd, 'other.csv'), text.replace(/^(.*\n)([^\n]*\n)/, '$1'))
    await complain('FILE', /expected the data of the run/, '--extend', 'd.csv', '--draws', '10', '--data', 'other.csv')
    writeFileSync(join(cwd, 'd.csv.run'), '{"schema":"glmm/fit@1"}')
    await complain('FILE', /got something else/, '--extend', 'd.csv', '--draws', '10')
  })
})
