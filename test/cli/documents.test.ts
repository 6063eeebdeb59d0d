import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDraws } from '../../src/draws/files/read-draws.js'
import { betablocker, folder, formula, glmm, headerless, shell } from './call.js'

const cwd = folder()
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const model = [formula, '--data', betablocker]
const short = ['--chains', '2', '--warmup', '200', '--draws', '100', '--seed', '3']

type Json = Record<string, unknown>

async function documentOf(args: readonly string[]): Promise<Json> {
  const { stdout, status } = await glmm([...args, '--json'], { cwd })
  expect(status).toBe(0)
  expect(stdout).toMatch(/^\{\n[\s\S]*[^\n]\n$/)
  return JSON.parse(stdout)
}

/** `value` has the given fields, and is of the kind that its name promises. */
function expectFields(value: unknown, fields: string): void {
  const names = fields.split(' ')
  expect(Object.keys(value as Json)).toEqual(expect.arrayContaining(names))
}
const first = (list: unknown): unknown => {
  expect(Array.isArray(list)).toBe(true)
  return (list as unknown[])[0]
}

const everywhere = 'schema version call warnings formula family link nobs dropped'
const fitFields =
  'method nodes groups logLik deviance aic bic df dfResidual fixed fixedCovariance random dispersion modes residuals intervals ' +
  'certificate convergence'
const posteriorFields = 'priors sampler chains warmup draws seed summary diagnostics timing'
const summaryFields = 'name mean sd mcse q2_5 q5 q25 q50 q75 q95 q97_5 rhat essBulk essTail'

function expectPosterior(posterior: Json): void {
  expectFields(posterior, `${everywhere} ${posteriorFields}`)
  expectFields(first(posterior.summary), summaryFields)
  expectFields(posterior.diagnostics, 'divergences maxTreedepthHits ebfmi stepSize acceptRate warnings')
  for (const list of ['ebfmi', 'stepSize', 'acceptRate']) {
    expect((posterior.diagnostics as Json)[list]).toEqual([expect.any(Number), expect.any(Number)])
  }
  const timing = posterior.timing as Json
  expectFields(timing, 'warmupSeconds sampleSeconds minEssPerSecond')
  expectFields(timing.minEssPerSecond, 'outer all')
  const names = (posterior.summary as { name: string }[]).map(({ name }) => name)
  expect(names.slice(0, 4)).toEqual(['b_Intercept', 'b_treat', 'sd_center__Intercept', 'r_center[1,Intercept]'])
  expect(names).toHaveLength(25)
}

describe.concurrent('the documents of --json', () => {
  test('fit, mixed', async () => {
    const record = await documentOf(['fit', ...model, '--nodes', '25'])
    expectFields(record, `${everywhere} ${fitFields}`)
    expect(record).toMatchObject({ schema: 'glmm/fit@1', version, method: 'ml', nodes: 25, groups: { center: 22 } })
    expect(record.call).toMatchObject({ command: 'fit', formula, data: betablocker, family: 'binomial', nodes: 25 })
    expect(record.warnings).toEqual([])
    expectFields(first(record.fixed), 'name estimate se z p lower upper')
    expect(record.fixedCovariance).toEqual(Array(2).fill([expect.any(Number), expect.any(Number)]))
    expectFields(first(record.random), 'group names sd sdSe correlation sdLimits correlationLimits')
    expect(record.random).toMatchObject([{ sd: [expect.any(Number)], sdSe: [expect.any(Number)], correlation: [[1]] }])
    expectFields(first(record.modes), 'group level name mode sd')
    const { pearson, deviance } = record.residuals as Json
    for (const of of [pearson, deviance]) expectFields(of, 'min q1 median q3 max')
    expectFields(record.convergence, 'converged reason gradientNorm iterations evaluations singular milliseconds')
  })

  test('fit, without random effects', async () => {
    const record = await documentOf(['fit', 'cbind(r, n - r) ~ treat', '--data', betablocker])
    expectFields(record, `${everywhere} ${fitFields} nullDeviance residualDeviance iterations`)
    expect(record).toMatchObject({ method: 'glm', nodes: null, groups: {}, random: [], modes: [] })
  })

  test('sample', async () => {
    const record = await documentOf(['sample', ...model, ...short, '--prior', 'b ~ normal(0, 2.5)'])
    expectPosterior(record)
    expect(record).toMatchObject({ schema: 'glmm/posterior@1', version, chains: 2, warmup: 200, draws: 100, seed: 3 })
    expect(record.call).toMatchObject({ command: 'sample', formula, data: betablocker, chains: 2, seed: 3 })
  })

  test('check', async () => {
    const record = await documentOf(['check', ...model, ...short])
    expectFields(record, `${everywhere} rungs posterior comparison clusters verdict reasons`)
    expect(record).toMatchObject({ schema: 'glmm/check@1', version })
    expect(record.call).toMatchObject({ command: 'check', formula, data: betablocker, family: 'binomial', seed: 3 })
    expect(['adequate', 'inadequate', 'undetermined']).toContain(record.verdict)
    expectFields(first(record.rungs), 'method nodes logLik fixed random milliseconds')
    expectPosterior(record.posterior as Json)
    expectFields(
      first(record.comparison),
      'parameter laplace best se shiftInSe posteriorMean posteriorSd lower upper paretoK',
    )
    expectFields(first(record.clusters), 'group level logLikError')
    const errors = (record.clusters as { logLikError: number }[]).map(({ logLikError }) => Math.abs(logLikError))
    expect(errors).toEqual([...errors].sort((a, b) => b - a))
    expect(typeof first(record.reasons)).toBe('string')
  })

  test('a call can be run again from its document', async () => {
    const names = ['--no-header', '--names', 'r,n,treat,center']
    const { stdout } = await glmm(['check', formula, '--data', headerless, ...names, ...short], { cwd })
    expect(stdout).toContain(`--data ${headerless} --no-header --names r,n,treat,center`)
  })
})

describe.concurrent('the files of --out', () => {
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')

  test('json, as on standard output', async () => {
    const { stdout, stderr } = await glmm(['fit', ...model, '--json', '--out', 'fit.json'], { cwd })
    expect(read('fit.json')).toBe(stdout)
    expect(stderr).toBe('glmm: wrote fit.json\n')
  })

  test('a page that stands alone', async () => {
    const { status } = await glmm(['check', ...model, ...short, '--out', 'check.html'], { cwd })
    expect(status).toBe(0)
    const page = read('check.html')
    expect(page).toMatch(/^<!doctype html>/i)
    expect(page).toContain('<svg')
    expect(page).not.toMatch(/<(script|link|img|iframe)\b|(src|href)\s*=\s*["']?(https?:|\/)|@import|url\(/i)
    expect(page).toMatch(/<\/html>\n$/)
  })

  test('markdown', async () => {
    await glmm(['fit', ...model, '--out', 'fit.md'], { cwd })
    expect(read('fit.md')).toMatch(/^# .*\n[\s\S]*\| *treat *\|[\s\S]*[^\n]\n$/)
  })

  test.each(['draws.csv', 'draws.parquet'])('%s, read back', async (name) => {
    const { stdout, status } = await glmm(['sample', ...model, ...short, '--json', '--out', name], { cwd })
    expect(status).toBe(0)
    const { draws, statistics } = await readDraws(join(cwd, name))
    const { summary } = JSON.parse(stdout)
    expect(draws.names).toEqual(summary.map((of: { name: string }) => of.name))
    expect([draws.ndraws, draws.values.length, statistics.length]).toEqual([100, 2, 2])
    const treat = draws.values.flatMap((chain) => [...chain].filter((_, i) => i % 25 === 1))
    const mean = treat.reduce((sum, value) => sum + value, 0) / treat.length
    expect(mean).toBeCloseTo(summary[1].mean, 12)
  })

  test('through a link, which stays one', async () => {
    symlinkSync('linked.json', join(cwd, 'link.json'))
    writeFileSync(join(cwd, 'linked.json'), 'old')
    await glmm(['fit', ...model, '--out', 'link.json'], { cwd })
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true)
    expect(JSON.parse(read('linked.json')).schema).toBe('glmm/fit@1')
  })

  test('into a pipe, which is not replaced by a file', async () => {
    const call = `$GLMM fit '${formula}' --data ${betablocker} --out out.pipe > text`
    const { stdout } = await shell(`mkfifo out.pipe; (cat out.pipe &); ${call}`, cwd)
    expect(JSON.parse(stdout).schema).toBe('glmm/fit@1')
    expect(lstatSync(join(cwd, 'out.pipe')).isFIFO()).toBe(true)
  })

  test('nothing else is left in the folder', async () => {
    await glmm(['fit', ...model, '--out', 'last.json'], { cwd })
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp') && name.includes('last'))).toEqual([])
  })
})

describe.concurrent('text', () => {
  test.each([
    ['fit', model],
    ['sample', [...model, ...short]],
    ['check', [...model, ...short]],
  ])('%s ends with one line end and has no colour in a pipe', async (name, args) => {
    const { stdout, status } = await glmm([name, ...args], { cwd })
    expect(status).toBe(0)
    expect(stdout).toMatch(/[^\n]\n$/)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toMatch(/undefined|\[object/)
  })
})
