import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const cwd = folder({ 'table.csv': readFileSync(betablocker, 'utf8') })
const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')
const run = async (...args: string[]) => glmm(args, { cwd })

beforeAll(async () => {
  await run('fit', formula, '--data', 'table.csv', '--nodes', '25', '--out', 'fit.json')
  const moved = JSON.parse(read('fit.json'))
  writeFileSync(join(cwd, 'moved.json'), JSON.stringify({ ...moved, call: { ...moved.call, data: 'gone.csv' } }))
  writeFileSync(join(cwd, 'other.csv'), read('table.csv').replace('3,39', '4,39'))
})

describe.concurrent('what is asked of a fit', () => {
  test('means: a document for programs, a table for people, CSV, a report read back', async () => {
    const { stdout, status } = await run('means', 'fit.json', 'pairwise ~ treat', '--json', '--out', 'means.json')
    expect(status).toBe(0)
    const record = JSON.parse(stdout)
    expect(record).toMatchObject({ schema: 'glmm/means@1', average: 'population', scale: 'response' })
    expect(record.grid.map(({ treat }: { treat: number }) => treat)).toEqual([0, 1])
    // Exact averages over the centres, by 101 nodes elsewhere.
    expect(record.grid[0].estimate).toBeCloseTo(0.1085497, 6)
    expect(record.contrasts[0]).toMatchObject({ contrast: 'treat0 / treat1', kind: 'odds ratio' })
    const people = await run('means', 'fit.json', '~ treat', '--out', 'means.csv')
    expect(people.stdout).toContain('over the distribution of the random effects')
    expect(read('means.csv').split('\n')[0]).toBe('treat,estimate,se,df,lower,upper')
    const report = await run('report', 'means.json', '--out', 'means.html')
    expect(report.status).toBe(0)
    expect(read('means.html')).toContain('odds ratio')
  })

  test('effects, tests and influence', async () => {
    const effects = JSON.parse((await run('effects', 'fit.json', '--variables', 'treat', '--json')).stdout)
    expect(effects).toMatchObject({ schema: 'glmm/effects@1', kind: 'difference', over: 'sample', rows: 44 })
    expect(effects.effects[0]).toMatchObject({ variable: 'treat', contrast: '1 - 0' })
    const tested = await run(
      'test',
      'fit.json',
      '--lrt',
      '--hypothesis',
      'treat = -0.2',
      '--hypothesis',
      '(Intercept) = -2',
      '--json',
    )
    const tests = JSON.parse(tested.stdout)
    expect(tests).toMatchObject({ schema: 'glmm/test@1', type: 3 })
    expect(tests.hypotheses).toHaveLength(2)
    expect(tests.joint.df).toBe(2)
    expect(tests.random[0].boundaryP).toBeCloseTo(tests.random[0].p / 2, 12)
    const { stdout } = await run('influence', 'fit.json', '--out', 'influence.csv')
    expect(stdout).toContain("Cook's distance")
    expect(read('influence.csv').split('\n')).toHaveLength(24)
  })

  test('predictions on a grid of their own, with limits of a new response', async () => {
    const { stdout, status } = await run(
      'predict',
      'fit.json',
      '--at',
      'treat=0:1:0.5',
      '--kind',
      'average',
      '--interval',
      'response',
      '--out',
      'grid.csv',
    )
    expect(status).toBe(0)
    expect(stdout).toContain('limits of a new response')
    const [head, ...lines] = read('grid.csv').trim().split('\n')
    expect(head.split(',').slice(0, 3)).toEqual(['row', 'treat', 'linear'])
    expect(lines.map((line) => line.split(',')[1])).toEqual(['0', '0.5', '1'])
    const means = JSON.parse((await run('means', 'fit.json', '~ treat', '--json')).stdout).grid
    expect(Number(lines[2].split(',')[7])).toBeCloseTo(means[1].se, 8)
  })

  test.each([
    [['predict', 'fit.json', '--at', 'tret=1'], /got 'tret'; did you mean treat\?/],
    [['predict', 'fit.json', '--at', 'treat=1', '--seed', '3'], /expected --interval response with --seed/],
    [['means', 'fit.json', '~ treatt'], /expected a variable .* got 'treatt'; did you mean treat\?/],
    [['means', 'fit.json', '~ treat', '--at', 'treat'], /expected variable=values, got 'treat'/],
    [['means', 'moved.json', '~ treat'], /expected to read gone\.csv, the data of moved\.json/, 'FILE'],
    [
      ['means', 'fit.json', '~ treat', '--data', 'other.csv'],
      /expected the data of the fit, got others in other\.csv/,
      'FILE',
    ],
    [['effects', 'fit.json', '--kind', 'odds'], /for --kind, got 'odds'/],
    [['test', 'fit.json', '--type', '1'], /expected 2 or 3 for --type, got 1/],
    [['test', 'fit.json', '--hypothesis', 'tret = 0'], /got 'tret'; did you mean treat\?/],
    [['test', 'fit.json', '--out', 'test.csv'], /got \.csv/],
    [['influence', 'fit.json', '--cluster', 'centre'], /for --cluster, got 'centre'; did you mean center\?/],
  ])('%j has one line and status 2', async (args, message, code = 'USAGE') => {
    expectComplaint(await run(...(args as string[]), '--json'), code as string, message as RegExp)
  })
})
