import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChainStatistics } from '../../../src/draws/chain-statistics.js'
import type { Draws } from '../../../src/draws/draws.js'
import { drawsToCsv } from '../../../src/draws/files/draws-to-csv.js'
import { readDraws } from '../../../src/draws/files/read-draws.js'
import { checkDrawsPath, writeDraws } from '../../../src/draws/files/write-draws.js'
import { normals } from '../ar1-chains.js'

const names = ['b_Intercept', 'sd_center__Intercept', 'r_center[1,Intercept]', 'r_center[a "b",Intercept]']
const normal = normals(11)
const random = (n: number) => Float64Array.from({ length: n }, normal)
const ndraws = 1203
const draws: Draws = { names, ndraws, values: [random(ndraws * 4), random(ndraws * 4), random(ndraws * 4)] }
draws.values[0][5] = Number.NaN
draws.values[1][6] = Number.NEGATIVE_INFINITY
draws.values[2][7] = 5e-324
const statistics: ChainStatistics[] = draws.values.map((_, c) => ({
  logDensity: random(ndraws),
  acceptRate: random(ndraws),
  stepSize: 0.1 + c / 3,
  treeDepth: random(ndraws).map((x) => Math.round(x + 4)),
  leapfrogs: random(ndraws).map((x) => Math.round(100 * x * x)),
  divergent: random(ndraws).map((x) => (x > 2 ? 1 : 0)),
  energy: random(ndraws),
  cut: random(ndraws).map((x) => (x > 1 ? 1 : 0)),
}))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glmm-draws-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe.each(['draws.csv', 'draws.parquet', 'DRAWS.CSV'])('%s', (file) => {
  it('comes back bit for bit', async () => {
    const path = join(folder, file)
    await writeDraws(path, draws, statistics)
    expect(await readDraws(path)).toEqual({ draws, statistics })
    expect(await readdir(folder)).toEqual([file])
  })

  it('comes back without statistics', async () => {
    const path = join(folder, file)
    await writeDraws(path, draws)
    expect(await readDraws(path)).toEqual({ draws, statistics: [] })
  })

  it('replaces an old file', async () => {
    const path = join(folder, file)
    await writeFile(path, 'old')
    await writeDraws(path, draws)
    expect((await readDraws(path)).draws.ndraws).toBe(ndraws)
  })
})

it('the CSV is what R and pandas read', () => {
  const small: Draws = { names: ['b_x', 'r_g[1,x]'], ndraws: 2, values: [Float64Array.of(1, 2, 0.1, 1e-300)] }
  expect(drawsToCsv(small)).toBe('.chain,.iteration,.draw,b_x,"r_g[1,x]"\n1,1,1,1,2\n1,2,2,0.1,1e-300\n')
  expect(drawsToCsv(draws, statistics).split('\n')[0]).toBe(
    '.chain,.iteration,.draw,lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,' +
      'max_treedepth__,b_Intercept,sd_center__Intercept,"r_center[1,Intercept]","r_center[a ""b"",Intercept]"',
  )
})

describe('what cannot be written or read', () => {
  it.each(['draws.txt', 'draws', 'draws.json'])('%s has an unknown ending', async (file) => {
    expect(() => checkDrawsPath(file)).toThrow(/named .csv or .parquet/)
    await expect(writeDraws(join(folder, file), draws)).rejects.toMatchObject({ code: 'FILE' })
    expect(await readdir(folder)).toEqual([])
  })

  it.each(['csv', 'parquet'])('a missing folder, a file for a folder, a folder for a file (%s)', async (ending) => {
    await writeFile(join(folder, 'plain'), '')
    await mkdir(join(folder, `taken.${ending}`))
    await expect(writeDraws(join(folder, 'none', `x.${ending}`), draws)).rejects.toMatchObject({
      code: 'FILE',
      message: expect.stringContaining('does not exist'),
    })
    await expect(writeDraws(join(folder, 'plain', `x.${ending}`), draws)).rejects.toMatchObject({ code: 'FILE' })
    await expect(writeDraws(join(folder, `taken.${ending}`), draws)).rejects.toMatchObject({
      code: 'FILE',
      message: expect.stringContaining('is a folder'),
    })
    expect((await readdir(folder)).sort()).toEqual(['plain', `taken.${ending}`])
  })

  it.each([
    ['.iteration,b\n1,2\n', /column .chain/],
    ['.chain,b\n1,2\n1,x\n', /numbers in column b/],
    ['.chain,b\n1,2\n1,3\n2,4\n', /equally long chains/],
  ])('%j', async (text, message) => {
    const path = join(folder, 'bad.csv')
    await writeFile(path, text)
    await expect(readDraws(path)).rejects.toMatchObject({ code: 'TABLE', message: expect.stringMatching(message) })
  })

  it('keeps chains apart when their rows are mixed', async () => {
    const path = join(folder, 'mixed.csv')
    await writeFile(path, '.chain,b\n2,20\n1,10\n2,21\n1,11\n')
    const { draws: read } = await readDraws(path)
    expect(read.values.map((chain) => [...chain])).toEqual([
      [10, 11],
      [20, 21],
    ])
    expect(await readFile(path, 'utf8')).toContain('2,20')
  })
})
