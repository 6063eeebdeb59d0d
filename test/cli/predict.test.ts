import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const cwd = folder({
  'new.csv': 'treat,center\n0,1\n1,1\n1,99\n,3\n',
  'table.csv': readFileSync(betablocker, 'utf8'),
  'text.json': 'no JSON',
  'strange.json': '{"schema": "other/thing@1"}',
  'hollow.json': '{"schema": "glmm/fit@1"}',
})
const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')

beforeAll(async () => {
  await glmm(['fit', formula, '--data', 'table.csv', '--out', 'fit.json'], { cwd })
  const moved = JSON.parse(read('fit.json'))
  moved.call.data = 'gone.csv'
  writeFileSync(join(cwd, 'moved.json'), JSON.stringify(moved))
  const { parameters, ...old } = moved
  writeFileSync(join(cwd, 'old.json'), JSON.stringify({ ...old, was: parameters !== undefined }))
})

describe.concurrent('glmm predict', () => {
  test('one document for programs, with a row for every row', async () => {
    const args = ['predict', 'fit.json', '--data', 'new.csv', '--kind', 'conditional', '--level', '0.9', '--json']
    const { stdout, stderr, status } = await glmm(args, { cwd })
    const record = JSON.parse(stdout)
    expect(status).toBe(0)
    expect(record).toMatchObject({ schema: 'glmm/predict@1', kind: 'conditional', level: 0.9, nobs: 3, dropped: 1 })
    expect(record.call).toMatchObject({ command: 'predict', data: 'new.csv', header: true, fit: { data: 'table.csv' } })
    expect(record.predictions.map(({ row }: { row: number }) => row)).toEqual([1, 2, 3, 4])
    expect(record.predictions[2].newLevels).toEqual(['center'])
    expect(record.predictions[3]).toEqual({ row: 4, linear: null, response: null, newLevels: [] })
    const fit = JSON.parse(read('fit.json'))
    const eta = fit.fixed[0].estimate + fit.modes[0].mode
    expect(record.predictions[0].linear.estimate).toBeCloseTo(eta, 12)
    expect(record.predictions[0].response.estimate).toBeCloseTo(1 / (1 + Math.exp(-eta)), 12)
    expect(stderr.split('\n').map((line) => line.split(': ')[2])).toEqual(['NEW_LEVELS', 'ROWS_DROPPED', undefined])
  })

  test('a table for people, and CSV', async () => {
    const { stdout, stderr, status } = await glmm(['predict', 'fit.json', '--data', 'new.csv', '--out', 'p.csv'], {
      cwd,
    })
    expect([stderr, status]).toEqual(['glmm: wrote p.csv\n', 0])
    for (const word of ['Predictions', 'random effects at zero', '95 % limits', 'ROWS_DROPPED'])
      expect(stdout).toContain(word)
    const lines = read('p.csv').split('\n')
    expect(lines[0]).toBe(
      'row,linear,linear_se,linear_lower,linear_upper,response,response_se,response_lower,response_upper',
    )
    expect(lines).toHaveLength(6)
    expect(lines[4]).toBe('4,,,,,,,,')
    expect(lines[1].split(',').every((cell) => Number.isFinite(Number(cell)))).toBe(true)
  })

  test('conditional predictions say what they lack without the data of the fit', async () => {
    const args = ['predict', 'moved.json', '--data', 'new.csv', '--kind', 'conditional', '--json']
    const { stdout } = await glmm(args, { cwd })
    expect(JSON.parse(stdout).warnings[0].code).toBe('SEPARATE_ERRORS')
  })

  const predict = ['predict', '--data', 'new.csv', '--json']
  test.each([
    ['no data', ['predict', 'fit.json', '--json'], 'USAGE', /expected a table after --data/],
    ['an unknown kind', [...predict, 'fit.json', '--kind', 'marginal'], 'USAGE', /got 'marginal'/],
    ['no file', [...predict, 'none.json'], 'FILE', /none\.json, but there is no such file/],
    ['no JSON', [...predict, 'text.json'], 'FILE', /expected JSON in text\.json/],
    ['a fit of an earlier version', [...predict, 'old.json'], 'FILE', /in old\.json/],
    ['nothing in it', [...predict, 'hollow.json'], 'FILE', /in hollow\.json/],
  ])('refuses %s', async (_what, args, code, says) => {
    expectComplaint(await glmm(args, { cwd }), code, says)
  })
})

describe.concurrent('glmm simulate', () => {
  test('the same seed gives the same numbers, more replicates leave the first ones', async () => {
    const call = (n: number, seed: number) =>
      glmm(['simulate', 'fit.json', '--replicates', `${n}`, '--seed', `${seed}`, '--json'], { cwd })
    const [two, three, other] = await Promise.all([call(2, 4), call(3, 4), call(2, 5)])
    const [a, b, c] = [two, three, other].map(({ stdout }) => JSON.parse(stdout))
    expect(two.stderr).toBe('')
    expect(a).toMatchObject({ schema: 'glmm/simulate@1', nobs: 44, seed: 4, conditional: false })
    expect(b.replicates.slice(0, 2)).toEqual(a.replicates)
    expect(c.replicates).not.toEqual(a.replicates)
    expect(a.replicates[0].every((y: number, i: number) => y >= 0 && y <= a.trials[i] && Number.isInteger(y))).toBe(
      true,
    )
  })

  test('a table for people, and CSV', async () => {
    const args = ['simulate', 'fit.json', '--replicates', '2', '--conditional', '--out', 's.csv']
    const { stdout, status } = await glmm(args, { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('at their modes')
    const lines = read('s.csv').trim().split('\n')
    expect([lines[0], lines.length]).toEqual(['trials,sim_1,sim_2', 45])
  })

  test.each([
    ['data that are gone', ['simulate', 'moved.json'], 'FILE', /expected to read gone\.csv, the data of moved\.json/],
    ['no replicates', ['simulate', 'fit.json', '--replicates', '0'], 'USAGE', /replicates of 44 rows, got 0/],
    ['a seed below 0', ['simulate', 'fit.json', '--seed', '-1'], 'USAGE', /expected a seed/],
  ])('refuses %s', async (_what, args, code, says) => {
    expectComplaint(await glmm([...args, '--json'], { cwd }), code, says)
  })
})

describe.concurrent('glmm report', () => {
  test('writes what the command itself writes, from its document', async () => {
    const untimed = (text: string): string => text.replace(/[\d.]+\s+ms/g, '')
    for (const ending of ['html', 'md', 'txt']) {
      await glmm(['report', 'fit.json', '--out', `again.${ending}`], { cwd })
      await glmm(['fit', formula, '--data', 'table.csv', '--out', `first.${ending}`], { cwd })
      expect(untimed(read(`again.${ending}`))).toBe(untimed(read(`first.${ending}`)))
    }
  })

  test.each([
    ['another document', ['report', 'strange.json'], /got schema 'other\/thing@1'/],
    ['parts of one', ['report', 'hollow.json'], /parts of it broken/],
  ])('refuses %s', async (_what, args, says) => {
    expectComplaint(await glmm([...args, '--json'], { cwd }), 'FILE', says)
  })
})
