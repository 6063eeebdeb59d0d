import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { sampleModel } from '../../../samplers/run/sample.js'
import { writePosterior } from '../../../samplers/files/write-posterior.js'
import type { ChainStatistics } from '../../../src/draws/chain-statistics.js'
import { cmdstanColumns } from '../../../src/draws/files/cmdstan-columns.js'
import { type CmdstanRun, cmdstanPieces } from '../../../src/draws/files/cmdstan-csv.js'
import type { Draws } from '../../../src/draws/draws.js'
import { scratchFiles } from '../../../src/draws/files/scratch-file.js'
import { readDraws } from '../../../src/draws/files/read-draws.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { writeDraws } from '../../../src/draws/files/write-draws.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { stateModel } from '../../../src/data/state-model.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { drawNames } from '../../../src/likelihood/posterior.js'
import { modelOf } from '../../reference/data.js'
import { normals } from '../ar1-chains.js'
import { state } from '../../../src/likelihood/frame/stated.js'

// Levels and columns with commas, brackets, quotes and colons; two terms of one factor; names that Stan cannot have.
const level = (i: number): string => ['a,b', '[x]:1', 'ü "q"', "inverse mass (Warm-up) = 'z'"][i % 4]
const table = tableFrom({
  y: Array.from({ length: 24 }, (_, i) => (i * 7) % 5),
  'a.b': Array.from({ length: 24 }, (_, i) => (i % 7) / 3),
  a_b: Array.from({ length: 24 }, (_, i) => (i % 5) / 3),
  g: Array.from({ length: 24 }, (_, i) => level(i)),
})
const model = stateModel('y ~ a.b + a_b + (1 + a.b | g) + (0 + a_b | g)', table, { family: 'poisson' })
const names = drawNames(state(model))
const normal = normals(3)
const random = (n: number) => Float64Array.from({ length: n }, () => normal() * 10 ** Math.round(20 * normal()))
const ndraws = 57
const draws: Draws = { names, ndraws, values: [random(ndraws * names.length), random(ndraws * names.length)] }
draws.values[0][1] = Number.NaN
draws.values[0][2] = Number.NEGATIVE_INFINITY
draws.values[1][3] = Number.POSITIVE_INFINITY
draws.values[1][4] = -0
draws.values[1][5] = 5e-324
const statistics: ChainStatistics[] = draws.values.map((_, c) => ({
  logDensity: random(ndraws),
  acceptRate: random(ndraws),
  stepSize: 0.1 + c / 3,
  treeDepth: random(ndraws).map((_, d) => d % 5),
  leapfrogs: random(ndraws).map((_, d) => d % 31),
  divergent: random(ndraws).map((_, d) => (d % 9 === 0 ? 1 : 0)),
  energy: random(ndraws),
  cut: random(ndraws).map((_, d) => (d % 10 === 4 ? 1 : 0)),
}))
const run: CmdstanRun = {
  sampler: 'nuts',
  engine: 'nuts',
  seed: 7,
  warmup: 100,
  targetAccept: 0.8,
  maxDepth: 10,
  chains: [1, 3],
  inverseMetric: [Float64Array.of(0.5, 2), null],
  warmupSeconds: 0.25,
  sampleSeconds: 1.5,
  data: 'my data.csv',
}
const text = (c: number, more: Partial<CmdstanRun> = {}): string =>
  [...cmdstanPieces(model, draws, statistics, { ...run, ...more }, c)].join('')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glmm-cmdstan-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the form of CmdStan', () => {
  it('columns are arrays in Stan order, under names that Stan could have', () => {
    const columns = cmdstanColumns(names, model).map(({ column }) => column)
    expect(columns.slice(0, 3)).toEqual(['b_Intercept', 'b_a_b', 'b_a_b_2'])
    const arrays = columns.filter((column) => column.startsWith('r_'))
    const expected = [1, 2, 3].flatMap((j) => [1, 2, 3, 4].map((l) => `r_g.${l}.${j}`))
    expect(arrays).toEqual(expected)
    expect(new Set(columns).size).toBe(names.length)
    for (const column of columns) expect(column).toMatch(/^[A-Za-z]\w*(\.\d+)*(?<!__)$/)
  })

  it('each number stands under its column', () => {
    const [header, first] = text(1)
      .split('\n')
      .filter((line) => !line.startsWith('#'))
    const cells = first.split(',')
    const at = new Map(header.split(',').map((column, k) => [column, cells[k]]))
    expect(header).toMatch(
      /^lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,b_Intercept,b_a_b,/,
    )
    const { levels } = model.predictors[0].random[0]
    expect(levels).toHaveLength(4)
    for (const [l, name] of levels.entries()) {
      for (const [j, column] of ['Intercept', 'a.b', 'a_b'].entries()) {
        const index = names.indexOf(`r_g[${name.replaceAll(' ', '.')},${column}]`)
        expect(index).toBeGreaterThan(0)
        expect(Number(at.get(`r_g.${l + 1}.${j + 1}`)!.replace('Inf', 'Infinity'))).toBe(draws.values[1][index])
      }
    }
    expect(Number(at.get('stepsize__'))).toBe(statistics[1].stepSize)
  })

  // The rules by which from_cmdstan of ArviZ takes comments apart: a key, '=', a whole number, a decimal or a word.
  it('comments are what its readers look for', () => {
    const comments = text(0)
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) => line.replace(/^\s*#\s*|\s*\(Default\)\s*$/g, '').trim())
    const found = Object.fromEntries(
      comments.flatMap((line) => {
        const pair = /^(\S+)\s*=\s*(\S+)$/.exec(line)
        return pair ? [[pair[1], pair[2]]] : []
      }),
    )
    expect(found).toMatchObject({
      stan_version_major: '2',
      method: 'sample',
      num_samples: '57',
      num_warmup: '100',
      save_warmup: '0',
      thin: '1',
      engaged: '1',
      delta: '0.8',
      algorithm: 'hmc',
      engine: 'nuts',
      max_depth: '10',
      metric: 'diag_e',
      stepsize: '0.1',
      id: '1',
      seed: '7',
      num_chains: '2',
    })
    const after = comments.indexOf('Adaptation terminated')
    expect(comments.slice(after, after + 4)).toEqual([
      'Adaptation terminated',
      'Step size = 0.1',
      'Diagonal elements of inverse mass matrix:',
      '0.5, 2',
    ])
    expect(comments.slice(after + 5, -1)).toEqual([
      'Elapsed Time: 0.250 seconds (Warm-up)',
      '1.500 seconds (Sampling)',
      '1.750 seconds (Total)',
    ])
    // Of the names' own signs none is left that a reader could take for something else.
    const own = comments.find((line) => line.startsWith('glmm names'))!
    expect(own).toMatch(/^[\w.:% -]+$/)
    expect(own).not.toMatch(/inverse mass/)
  })

  it('a sampler without a step size says nothing of adaptation', () => {
    const still = statistics.map((chain) => ({ ...chain, stepSize: Number.NaN }))
    const none = { sampler: 'polya-gamma', engine: null, targetAccept: null }
    const written = [...cmdstanPieces(model, draws, still, { ...run, ...none }, 0)].join('')
    expect(written).not.toMatch(/Adaptation|Step size|mass matrix/)
    expect(written).toMatch(/engaged = 0\n#\s+algorithm = polya-gamma\n/)
    expect(written).toMatch(/stepsize = 0\n/)
  })
})

describe('read back', () => {
  it('names, draws and statistics are the same to the last bit', async () => {
    const paths = [0, 1].map((c) => join(folder, `draws-${run.chains[c]}.csv`))
    for (const [c, path] of paths.entries()) await writeFile(path, text(c))
    const whole = { draws, statistics }
    expect(await readDraws(paths)).toEqual(whole)
    expect(await readDraws(join(folder, 'draws-{chain}.csv'))).toEqual(whole)
    const one = await readDraws(paths[1])
    expect(one).toEqual({ draws: { ...draws, values: [draws.values[1]] }, statistics: [statistics[1]] })
    expect(Object.is(one.draws.values[0][4], -0)).toBe(true)
  })

  it('a file of CmdStan: arrays in brackets, its warm-up left out, cut trajectories by their depth', async () => {
    const path = join(folder, 'stan.csv')
    const head =
      '# method = sample (Default)\n#     num_samples = 4\n#     num_warmup = 2\n#     save_warmup = 1\n#     thin = 2\n#  max_depth = 3\n'
    const header =
      'lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,mu,theta.1,theta.2,L.1.2\n'
    const row = (depth: number, mu: string): string => `-1,0.9,0.5,${depth},7,0,2,${mu},1,2,3\n`
    await writeFile(
      path,
      `${head}${header}${row(1, '9')}# Adaptation terminated\n# Step size = 0.5\n${row(3, 'nan')}${row(2, '-inf')}#\n`,
    )
    const read = await readDraws(path)
    expect(read.draws.names).toEqual(['mu', 'theta[1]', 'theta[2]', 'L[1,2]'])
    expect([...read.draws.values[0]]).toEqual([Number.NaN, 1, 2, 3, Number.NEGATIVE_INFINITY, 1, 2, 3])
    expect([...read.statistics[0].cut]).toEqual([1, 0])
  })

  it.each([
    [(t: string) => t.replace(/\n[^\n#][^\n]*\n# \n/, '\n# \n'), /expected 57 draws .* got 56/],
    [(t: string) => t.replace(/,[^,\n]*\n# \n/, '\n# \n'), /numbers on line \d+ of/],
    [(t: string) => t.replace(/NaN/, 'no'), /numbers in column b_\w+ on line/],
    [(t: string) => t.replace(',b_Intercept', ',c'), /column b_Intercept in/],
    [(t: string) => t.slice(0, 300), /expected draws in/],
  ])('a damaged file is told (%#)', async (damage, message) => {
    const path = join(folder, 'draws-1.csv')
    await writeFile(path, damage(text(0)))
    await expect(readDraws([path])).rejects.toMatchObject({ code: 'TABLE', message: expect.stringMatching(message) })
  })

  it('chains of other runs are told', async () => {
    const pattern = join(folder, 'draws-{chain}.csv')
    await expect(readDraws(pattern)).rejects.toMatchObject({ code: 'FILE' })
    for (const chain of [1, 2, 3]) await writeFile(pattern.replace('{chain}', String(chain)), text(0))
    const message = expect.stringMatching(/the 2 chains of the run in .* got 3/)
    await expect(readDraws(pattern)).rejects.toMatchObject({ code: 'TABLE', message })
    await expect(readDraws([join(folder, 'none.csv')])).rejects.toMatchObject({ code: 'FILE' })
    await expect(readDraws([])).rejects.toMatchObject({ code: 'USAGE' })
  })

  it.each(['{chain}.parquet', '{chain}/draws.csv', 'a{chain}b{chain}.csv'])('%s is refused', async (name) => {
    await expect(readDraws(join(folder, name))).rejects.toMatchObject({ code: 'FILE' })
    await expect(writeDraws(join(folder, name), draws, statistics)).rejects.toMatchObject({ code: 'FILE' })
  })
})

describe.each(['nuts', 'polya-gamma', 'random-walk'])('a run of %s', (sampler) => {
  it('comes back from files written out of the disk it streamed to', async () => {
    const settings = resolveSettings({ sampler, chains: 2, warmup: 40, draws: 60, seed: 2 })
    const sample = await sampleModel(modelOf('betablocker'), settings, inlineExecutor, {
      scratch: scratchFiles(folder),
      scratchBytes: 0,
    })
    const { names, ndraws, stored } = sample.draws
    const pattern = join(folder, 'run-{chain}.csv')
    // Without its values, what is written can only come from the disk.
    await writePosterior(pattern, { sample: { ...sample, draws: { names, ndraws, values: [], stored: stored! } } })
    expect(await readdir(folder)).toEqual(['run-1.csv', 'run-2.csv'])
    const read = await readDraws(pattern)
    expect(read).toEqual({ draws: { names, ndraws, values: sample.draws.values }, statistics: sample.statistics })
    expect(await readFile(join(folder, 'run-2.csv'), 'utf8')).toMatch(/\n# id = 2\n/)
    stored!.close()
  })
})

// The figures of cmdstan.R: rstan's own reader, and posterior, on files of a run.
describe.each(['nuts', 'gibbs'] as const)('what R reads (%s)', (name) => {
  const reference = fileURLToPath(new URL('../reference/', import.meta.url))
  const told = JSON.parse(readFileSync(join(reference, 'cmdstan.json'), 'utf8'))[name]
  const pattern = join(reference, name === 'nuts' ? 'cmdstan-{chain}.csv' : 'cmdstan-gibbs-{chain}.csv')
  const files = pattern.includes('gibbs') ? [pattern.replace('{chain}', '1')] : pattern
  const numbers = (texts: readonly string[]): number[] => texts.map(Number)

  it('draws, dimensions, statistics and settings are those that were written', async () => {
    const { draws, statistics } = await readDraws(files)
    const chains = draws.values.length
    const parameters = draws.names.length
    const effects = draws.names.filter((one) => one.startsWith('r_center['))
    expect(told.dims).toMatchObject({ b_treat: [], r_center: [effects.length, 1] })
    const inR = draws.names.map((one) => one.replace(/^r_center\[(\d+),Intercept\]$/, 'r_center[$1,1]'))
    expect(told.variables).toEqual([...inR, 'lp__'])
    const row = (c: number, d: number): number[] => [
      ...draws.values[c].subarray(d * parameters, (d + 1) * parameters),
      statistics[c].logDensity[d],
    ]
    // R reads decimals to within a unit of the last place.
    const near = (a: readonly number[], b: readonly number[]): void => {
      expect(a).toHaveLength(b.length)
      a.forEach((value, j) => expect(Math.abs(value - b[j])).toBeLessThanOrEqual(1e-13 * (1 + Math.abs(b[j]))))
    }
    near(numbers(told.first), row(0, 0))
    near(numbers(told.last), row(chains - 1, draws.ndraws - 1))
    if (told.effects) near(numbers(told.effects), row(1, 6).slice(3, -1))
    const summary = summarise(draws)
    near(
      numbers(told.mean).slice(0, -1),
      summary.map(({ mean }) => mean),
    )
    near(
      numbers(told.mcse).slice(0, -1),
      summary.map(({ mcse }) => mcse),
    )
    const sum = (of: Float64Array): number => of.reduce((total, value) => total + value, 0)
    told.statistics.forEach((one: Record<string, unknown>, c: number) => {
      expect(one.treedepth__).toBe(sum(statistics[c].treeDepth))
      expect(one.n_leapfrog__).toBe(sum(statistics[c].leapfrogs))
      expect(one.divergent__).toBe(sum(statistics[c].divergent))
      expect(one.accept_stat__).toBeCloseTo(sum(statistics[c].acceptRate), 10)
    })
    told.args.forEach((one: Record<string, unknown>, c: number) => {
      const warmup = name === 'nuts' ? 150 : 50
      expect(one).toMatchObject({ chain_id: c + 1, warmup, iter: warmup + draws.ndraws, thin: 1, save_warmup: 0 })
      expect(one.algorithm).toBe(name === 'nuts' ? 'hmc' : 'polya-gamma')
    })
    expect(told.sampler).toEqual(name === 'nuts' ? ['NUTS(diag_e)', 'NUTS(diag_e)'] : null)
    expect(told.time).toHaveLength(chains)
  })

  it('the writer writes the same numbers under the same names', async () => {
    const { draws, statistics } = await readDraws(files)
    const own = statistics.map((_, c) =>
      [...cmdstanPieces(modelOf('betablocker'), draws, statistics, { ...run, chains: [1, 2] }, c)].join(''),
    )
    const compared = (of: string): string[] => of.split('\n').filter((line) => /^([^#]|# glmm)/.test(line))
    own.forEach((of, c) => {
      const file = readFileSync(pattern.replace('{chain}', String(c + 1)), 'utf8')
      expect(compared(of)).toEqual(compared(file))
    })
  })
})
