import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { betablocker, expectComplaint, folder, formula, glmm } from './call.js'

const at = folder()
const sample = [
  'sample',
  formula,
  '--data',
  betablocker,
  '--warmup',
  '200',
  '--draws',
  '200',
  '--chains',
  '2',
  '--threads',
  '1',
]

describe('glmm sample', () => {
  it('answers what is asked of the posterior, in the record and in the report', { timeout: 60_000 }, async () => {
    const asked = [
      ...['--loo', '--loo-clusters', '--waic', '--predictive-check', '--statistic', 'sd', '--statistic', 'q90'],
      ...['--hypothesis', 'exp(b_treat) < 0.8', '--hypothesis', 'r_center[7,Intercept] - r_center[1,Intercept]'],
      ...['--ranks', 'center', '--pairwise', '--replicates', '50'],
    ]
    const { stdout, status } = await glmm([...sample, ...asked, '--out', join(at, 'large.json')])
    expect(status).toBe(0)
    for (const heading of [
      'Hypotheses',
      'Ranks of center',
      'Prediction of what is left out',
      'Posterior predictive check',
    ]) {
      expect(stdout).toContain(`\n${heading}\n`)
    }
    expect(stdout).not.toMatch(/undefined|NaN|\[object/)
    const record = JSON.parse(readFileSync(join(at, 'large.json'), 'utf8'))
    expect(record.loo).toMatchObject({ unit: 'row', group: null })
    expect(record.loo.pointwise).toHaveLength(44)
    expect(record.looClusters).toMatchObject({ unit: 'cluster', group: 'center' })
    expect(record.looClusters.pointwise).toHaveLength(22)
    expect(record.waic.waic.estimate).toBeCloseTo(-2 * record.waic.elpd.estimate, 8)
    expect(record.hypotheses.map((one: { comparison: unknown }) => one.comparison === null)).toEqual([false, true])
    expect(record.ranks[0].pairwise).toHaveLength(22)
    expect(record.predictive).toMatchObject({ of: 'posterior', replicates: 50, scale: 'proportion' })
    expect(record.predictive.statistics.map(({ name }: { name: string }) => name)).toEqual(['sd', 'q90'])
    const codes = record.warnings.map(({ code }: { code: string }) => code)
    expect(codes).toContain('PARETO_K')

    const small = sample.with(1, 'cbind(r, n - r) ~ 1 + (1 | center)')
    expect((await glmm([...small, '--loo', '--out', join(at, 'small.json')])).status).toBe(0)
    const compared = await glmm(['compare', 'small.json', 'large.json', '--json'], { cwd: at })
    const comparison = JSON.parse(compared.stdout)
    expect(comparison).toMatchObject({ schema: 'glmm/loo-compare@1', unit: 'row', units: 44 })
    expect(comparison.models[0]).toMatchObject({ name: 'large.json', difference: { estimate: 0 } })
    expect((await glmm(['compare', 'small.json', 'large.json'], { cwd: at })).stdout).toContain(
      'Comparison of posteriors',
    )

    const page = await glmm(['report', 'large.json', '--out', 'large.html'], { cwd: at })
    expect(page.status).toBe(0)
    expect(readFileSync(join(at, 'large.html'), 'utf8')).toContain('Posterior predictive check</title>')
  })

  it('checks the prior, and tells it so', async () => {
    const { stdout, status } = await glmm([...sample, '--prior-only', '--predictive-check', '--replicates', '50'])
    expect(status).toBe(0)
    expect(stdout).toContain('Prior predictive check')
    expect(stdout).toMatch(/^Prior by nuts/)
  })

  it.each([
    ['a name there is none of', ['--hypothesis', 'exp(treat) < 1'], /column 5 .*did you mean b_treat\?/, true],
    [
      'a group there is none of',
      ['--ranks', 'centre'],
      /grouping factor \(center\), got 'centre'; did you mean center\?/,
      false,
    ],
    ['a flag without its own', ['--new-levels'], /--predictive-check beside --new-levels/, false],
  ])('refuses before it samples: %s', async (_, flags, says, caret) => {
    expectComplaint(await glmm([...sample, ...flags, '--json']), 'USAGE', says, caret)
  })

  it('compares no posterior without --loo', async () => {
    const file = join(at, 'plain.json')
    writeFileSync(file, JSON.stringify({ schema: 'glmm/posterior@1' }))
    const reply = await glmm(['compare', file, file, '--json'])
    expectComplaint(reply, 'FILE', /leave-one-out record \(--loo\) in .*plain\.json, got none/)
  })
})
