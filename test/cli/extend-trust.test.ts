import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { keptChains } from '../../samplers/run/kept-chains.js'
import { runStateOf, writeRun } from '../../samplers/files/run-file.js'
import { extendSample, sampleModel } from '../../samplers/run/sample.js'
import { resolveSettings } from '../../samplers/run/sample-options.js'
import { writePosterior } from '../../samplers/files/write-posterior.js'
import { readTable } from '../../src/data/files/read-table.js'
import { stateModel } from '../../src/data/state-model.js'
import { readDraws } from '../../src/draws/files/read-draws.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const cwd = folder()
const at = (name: string): string => join(cwd, name)
const flags = { data: betablocker, header: true, chains: 3, warmup: 50, draws: 40, seed: 4 }

/** A run that is stopped when `done` of its chains are whole and the next has not begun: its files under `name`. */
async function stoppedRun(name: string, done: number): Promise<void> {
  const model = stateModel(formula, await readTable(betablocker, { source: betablocker }), {})
  const controller = new AbortController()
  const onProgress = ({ chains }: { readonly chains: readonly { readonly iteration: number }[] }): void => {
    if (chains.filter(({ iteration }) => iteration === 90).length >= done) controller.abort()
  }
  const settings = resolveSettings(flags)
  const sample = await sampleModel(model, settings, inlineExecutor, { signal: controller.signal, onProgress })
  expect(sample.run.kept).toEqual(Array.from({ length: done }, (_, c) => c + 1))
  expect(sample.draws.ndraws).toBe(40)
  expect(sample.warnings[0].message).toContain('the rest can be drawn by extending it')
  await expect(extendSample(sample, 39, inlineExecutor)).rejects.toMatchObject({ code: 'USAGE' })
  await writePosterior(at(name), { sample })
  await writeRun(at(`${name}.run`), runStateOf(sample, { formula, flags }, null))
}

const extend = (...args: readonly string[]) =>
  glmm(['sample', '--extend', ...args, '--threads', '1', '--json'], { cwd })

beforeAll(async () => {
  const all = ['--chains', '3', '--warmup', '50', '--draws', '40', '--threads', '1']
  for (const [name, seed] of [
    ['whole.csv', '4'],
    ['other.csv', '5'],
  ]) {
    const { status } = await glmm(['sample', formula, '--data', betablocker, ...all, '--seed', seed, '--out', name], {
      cwd,
    })
    expect(status).toBe(0)
  }
}, 120_000)

describe('a stopped run that lacks whole chains', () => {
  it.each([
    ['two.csv', 2],
    ['one.parquet', 1],
    ['two-{chain}.csv', 2],
  ] as const)('%s is completed by --extend as it stands, to the bits of a run to the end', async (name, done) => {
    await stoppedRun(name, done)
    const { stdout, status } = await extend(name)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ chains: 3, draws: 40 })
    expect(await readDraws(at(name))).toEqual(await readDraws(at('whole.csv')))
    expectComplaint(await extend(name), 'USAGE', /expected --draws, as the run has all of its 40/)
  })

  it('keeps what there is most of', () => {
    expect(keptChains([40, 40, 3])).toEqual({ chains: [0, 1], draws: 40 })
  })
})

describe('--extend knows whose draws it reads', () => {
  const lines = (): string[] => readFileSync(at('whole.csv'), 'utf8').trimEnd().split('\n')
  const swapped = (rows: string[], a: number, b: number, cells = 3): string[] => {
    // The numbers change places; which chain and draw a row says it is stays.
    const [x, y] = [rows[a].split(','), rows[b].split(',')]
    const out = [...rows]
    out[a] = [...x.slice(0, cells), ...y.slice(cells)].join(',')
    out[b] = [...y.slice(0, cells), ...x.slice(cells)].join(',')
    return out
  }
  const cellOf = (rows: string[], row: number, change: (cell: string) => string): string[] => {
    const column = rows[0].split(',').indexOf('b_treat')
    return rows.map((line, i) =>
      i === row
        ? line
            .split(',')
            .map((cell, j) => (j === column ? change(cell) : cell))
            .join(',')
        : line,
    )
  }
  const cases: readonly (readonly [what: string, make: () => string[], says: RegExp])[] = [
    [
      'of another run',
      () => readFileSync(at('other.csv'), 'utf8').split('\n'),
      /got those of another run, or altered ones/,
    ],
    [
      'altered in a digit',
      () => cellOf(lines(), 60, (cell) => cell.replace(/\d$/, (d) => String((Number(d) + 1) % 10))),
      /got altered draws in chain 2/,
    ],
    ['reordered', () => swapped(lines(), 3, 30), /got draws in another order, .* in chain 1/],
    ['with a NaN', () => cellOf(lines(), 81, () => 'NaN'), /got no finite number for b_treat in draw 1 of chain 3/],
    [
      'with an infinite number',
      () => cellOf(lines(), 2, () => 'Inf'),
      /got no finite number for b_treat in draw 2 of chain 1/,
    ],
    [
      'with other statistics',
      () => lines().map((line, i) => (i === 5 ? line.replace(/^(\d+,\d+,\d+,)[^,]*/, '$1-1') : line)),
      /in chain 1/,
    ],
    [
      'with chains exchanged',
      () => lines().map((line) => line.replace(/^[12],/, (c) => (c === '1,' ? '2,' : '1,'))),
      /got its chains in another order/,
    ],
    ['without its last draws', () => lines().filter((line) => !/^\d,40,/.test(line)), /got 39 draws a chain, not 40/],
    ['without a chain', () => lines().filter((line) => !/^3,/.test(line)), /got 2 chains, not 3/],
    [
      'with another parameter',
      () => lines().map((line, i) => `${line},${i === 0 ? 'extra' : i}`),
      /got those of other parameters/,
    ],
  ]

  it.each(cases)('%s are refused', async (_, make, says) => {
    writeFileSync(at('d.csv'), `${make().join('\n').trimEnd()}\n`)
    copyFileSync(at('whole.csv.run'), at('d.csv.run'))
    const before = readFileSync(at('d.csv'), 'utf8')
    const reply = await extend('d.csv', '--draws', '10')
    expect(reply.stderr).toMatch(says)
    expectComplaint(reply, reply.stderr.includes('TABLE') ? 'TABLE' : 'FILE', says)
    expect(readFileSync(at('d.csv'), 'utf8')).toBe(before)
  })

  it('and the same draws with other line ends are those of the run', async () => {
    writeFileSync(at('d.csv'), `${lines().join('\r\n')}\r\n`)
    copyFileSync(at('whole.csv.run'), at('d.csv.run'))
    expect((await extend('d.csv', '--draws', '10')).status).toBe(0)
  })

  const states: readonly (readonly [what: string, change: (text: string) => string, says: RegExp])[] = [
    [
      'of another version',
      (text) => text.replace(/"version":"[^"]*"/, '"version":"0.0.9"'),
      /expected a run of version \S+ in .*, got one of version 0\.0\.9/,
    ],
    ['with a null', (text) => text.replace(/"kept":\[[^\]]*\]/, '"kept":null'), /got an altered one/],
    ['with another number', (text) => text.replace('"chains":3', '"chains":1000000000'), /got an altered one/],
    [
      'with null points',
      (text) => text.replace(/"points":\[.*\],"center"/, '"points":[null,null,null],"center"'),
      /got an altered one/,
    ],
    ['that is null', () => 'null', /got something else/],
    ['with nothing behind its name', () => '{"schema":"glmm/run@1","version":"0.1.0"}', /got an altered one/],
    ['cut short', (text) => text.slice(0, -20), /got something else/],
  ]

  it.each(states)('a state %s is refused', async (_, change, says) => {
    copyFileSync(at('whole.csv'), at('d.csv'))
    writeFileSync(at('d.csv.run'), change(readFileSync(at('whole.csv.run'), 'utf8')))
    expectComplaint(await extend('d.csv', '--draws', '10'), 'FILE', says)
  })
})
