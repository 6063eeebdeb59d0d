import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm, shell } from './call.js'

const cwd = folder({
  'text.json': 'no JSON',
  'deep.json': '['.repeat(200_000),
  'empty.json': '',
  'posterior.json': JSON.stringify({ schema: 'glmm/posterior@1' }),
})

beforeAll(async () => {
  const models = { null: 'cbind(r, n - r) ~ 1 + (1 | center)', glm: 'cbind(r, n - r) ~ treat', full: formula }
  await Promise.all(
    Object.entries(models).map(([name, model]) =>
      glmm(['fit', model, '--data', betablocker, '--out', `${name}.json`], { cwd }),
    ),
  )
  const whole = JSON.parse(readFileSync(join(cwd, 'full.json'), 'utf8'))
  const rows = { ...whole, nobs: 43 }
  writeFileSync(join(cwd, 'rows.json'), JSON.stringify(rows))
  writeFileSync(join(cwd, 'broken.json'), JSON.stringify({ ...whole, logLik: 'high' }))
  mkdirSync(join(cwd, 'folder.json'))
})

describe.concurrent('glmm compare', () => {
  test('a table for people', async () => {
    const { stdout, stderr, status } = await glmm(['compare', 'full.json', 'glm.json'], { cwd })
    expect([stderr, status]).toEqual(['', 0])
    for (const word of ['AIC', 'BIC', 'logLik', 'weight', 'Pr(>Chi-square)', 'boundary p', 'Stram and Lee 1994']) {
      expect(stdout).toContain(word)
    }
    expect(stdout).toContain('full.json against glm.json')
  })

  test('one document for programs', async () => {
    const { stdout, stderr, status } = await glmm(['compare', 'null.json', 'full.json', '--json'], { cwd })
    expect([stderr, status]).toEqual(['', 0])
    const record = JSON.parse(stdout)
    expect(record).toMatchObject({ schema: 'glmm/compare@1', nobs: 44, warnings: [] })
    expect(record.call).toEqual({ command: 'compare', fits: ['null.json', 'full.json'] })
    const [small, large] = record.models
    expect([small.name, large.name]).toEqual(['null.json', 'full.json'])
    expect(large.test).toMatchObject({ against: 'null.json', nested: true, dfDifference: 1, boundaryP: null })
    expect(large.test.chiSquare).toBeCloseTo(2 * (large.logLik - small.logLik), 12)
  })

  test('warnings go to standard error beside the document', async () => {
    const { stdout, stderr } = await glmm(['compare', 'null.json', 'glm.json', '--json'], { cwd })
    expect(stderr).toMatch(/^glmm: warning: NOT_NESTED: .*\n$/)
    expect(JSON.parse(stdout).models[1].test.p).toBeNull()
  })

  test.each(['.json', '.md', '.html'])('--out x%s', async (ending) => {
    const { status } = await glmm(['compare', 'glm.json', 'full.json', '--out', `written${ending}`], { cwd })
    expect(status).toBe(0)
    expect(readFileSync(join(cwd, `written${ending}`), 'utf8')).toMatch(/glmm\/compare@1|Comparison of fits/)
  })

  test('fits out of pipes', async () => {
    const { stdout, status } = await shell('$GLMM compare <(cat glm.json) <(cat full.json) --json', cwd)
    expect(status).toBe(0)
    expect(JSON.parse(stdout).models).toHaveLength(2)
  })

  test.each([
    ['no fits', [], 'USAGE', /two fits/],
    ['one fit', ['full.json'], 'USAGE', /two fits.*got 1/],
    ['a file that is not there', ['full.json', 'none.json'], 'FILE', /none\.json, but there is no such file/],
    ['a folder', ['full.json', 'folder.json'], 'FILE', /is a folder/],
    ['no JSON', ['full.json', 'text.json'], 'FILE', /expected JSON in text\.json/],
    ['an empty file', ['empty.json', 'full.json'], 'FILE', /expected JSON in empty\.json/],
    ['brackets without end', ['full.json', 'deep.json'], 'FILE', /expected JSON in deep\.json/],
    ['another document', ['full.json', 'posterior.json'], 'FILE', /schema glmm\/fit@1 .*glmm\/posterior@1/],
    ['a number that is none', ['full.json', 'broken.json'], 'FILE', /a number as logLik in broken\.json, got 'high'/],
    ['other rows', ['full.json', 'rows.json'], 'USAGE', /of the same rows/],
    ['a fit as the file to write', ['glm.json', 'full.json', '--out', 'full.json'], 'USAGE', /other than the data/],
    ['an option of fit', ['glm.json', 'full.json', '--nodes', '3'], 'USAGE', /--nodes/],
  ])('%s', async (_, args, code, says) => {
    expectComplaint(await glmm(['compare', ...args, '--json'], { cwd }), code, says)
  })
})
