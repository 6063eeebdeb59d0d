import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runFileOf } from '../../samplers/files/run-file.js'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const cwd = folder({
  'study.json': JSON.stringify({ kind: 'bootstrap', data: betablocker, formula, family: 'binomial', replicates: 4 }),
})
const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')
const sampled = ['sample', formula, '--data', betablocker, '--chains', '2', '--warmup', '30', '--draws', '10']

describe('--out', () => {
  it('given more than once writes each', async () => {
    const fit = ['fit', formula, '--data', betablocker]
    const outs = ['a.json', 'a.html', 'a.md', 'a.txt']
    const { stderr, status } = await glmm([...fit, ...outs.flatMap((out) => ['--out', out])], { cwd })
    expect([stderr, status]).toEqual([outs.map((out) => `glmm: wrote ${out}\n`).join(''), 0])
    expect(JSON.parse(read('a.json')).schema).toBe('glmm/fit@1')
    expect(read('a.html')).toMatch(/^<!doctype html>/i)
    expect(read('a.md')).toMatch(/^# /)
    expect(read('a.txt')).toMatch(/^Generalized linear mixed model/)
  })

  it('takes draws, result and report of one sample, and rows, result and report of one study', async () => {
    const { status } = await glmm([...sampled, '--out', 'd.csv', '--out', 'd.json', '--out', 'd.parquet'], { cwd })
    expect(status).toBe(0)
    expect(JSON.parse(read('d.json'))).toMatchObject({ schema: 'glmm/posterior@1', draws: 10 })
    expect(read('d.csv').trimEnd().split('\n')).toHaveLength(21)
    for (const name of ['d.csv', 'd.parquet']) expect(existsSync(join(cwd, runFileOf(name)))).toBe(true)

    const study = ['study', 'study.json', '--threads', '1', '--out', 's.ndjson', '--out', 's.json', '--out', 's.md']
    expect((await glmm(study, { cwd })).status).toBe(0)
    expect(read('s.ndjson').trimEnd().split('\n')).toHaveLength(1 + 4 + 22)
    expect(JSON.parse(read('s.json')).rows).toHaveLength(26)
    expect(read('s.md')).toMatch(/^# Study/)
    const rows = ['study', 'study.json', '--out', 't.ndjson', '--out', 'u.ndjson', '--json']
    expectComplaint(await glmm(rows, { cwd }), 'USAGE', /expected one file for the rows, got t.ndjson and u.ndjson/)
  })

  it.each<readonly [string, readonly string[], RegExp]>([
    [
      'fit',
      ['fit', formula, '--data', betablocker, '--out', 'x.jsno'],
      /\.json, \.html, \.htm, \.md, \.txt after --out, got x\.jsno/,
    ],
    ['fit', ['fit', formula, '--data', betablocker, '--out', 'x'], /got x, which has none; name it x\.json/],
    ['fit, the second', ['fit', formula, '--data', betablocker, '--out', 'x.json', '--out', 'x.pdf'], /got x\.pdf/],
    [
      'the same twice',
      ['fit', formula, '--data', betablocker, '--out', 'x.json', '--out', 'x.json'],
      /got x\.json twice/,
    ],
    ['check', ['check', formula, '--data', betablocker, '--out', 'x.docx'], /got x\.docx/],
    ['study', ['study', 'study.json', '--out', 'x.csv'], /\.txt, \.ndjson after --out, got x\.csv/],
    ['predict', ['predict', 'a.json', '--data', betablocker, '--out', 'x.tsv'], /\.txt, \.csv after --out, got x\.tsv/],
    ['simulate', ['simulate', 'a.json', '--out', 'x.parquet'], /\.txt, \.csv after --out, got x\.parquet/],
    ['report', ['report', 'a.json', '--out', 'x.doc'], /got x\.doc/],
    ['compare', ['compare', 'a.json', 'a.json', '--out', 'x.xlsx'], /got x\.xlsx/],
  ])('of an unknown ending is refused before any work: %s', async (_, args, says) => {
    expectComplaint(await glmm([...args, '--json'], { cwd }), 'USAGE', says)
    expect(existsSync(join(cwd, 'x.json'))).toBe(false)
  })
})
