import { describe, expect, it } from 'vitest'
import { type Sample, sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings, type SampleOptions } from '../../../samplers/run/sample-options.js'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { chainsOf } from '../../../src/draws/draws.js'
import { mcseQuantile } from '../../../src/draws/diagnostics/monte-carlo-error.js'
import { binomialVariate } from '../../../src/families/variates.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { stream } from '../../../src/random/stream.js'
import { betablocker, exactPosteriors, modelOf, priorOnSd } from '../../reference/data.js'

const sampled = (model: Model, options: SampleOptions): Promise<Sample> =>
  sampleModel(model, resolveSettings({ chains: 4, warmup: 200, seed: 12, ...options }), inlineExecutor)

/** 4 Monte Carlo standard errors. */
const limit = 4

const quantiles = { q2_5: 0.025, q5: 0.05, q25: 0.25, q50: 0.5, q75: 0.75, q95: 0.95, q97_5: 0.975 } as const

describe('polya-gamma on betablocker against the exact posterior', () => {
  for (const [name, prior] of Object.entries(priorOnSd)) {
    it(`prior ${prior}`, async () => {
      const truth = exactPosteriors[name as keyof typeof priorOnSd]
      const options = { sampler: 'polya-gamma', priors: ['b ~ normal(0, 2.5)', prior], draws: 2000 }
      const { summary, draws, diagnostics } = await sampled(modelOf('betablocker'), options)
      const outer = ['beta[(Intercept)]', 'beta[treat]', 'sigma[center]'].map((key) => truth.parameters[key])
      const all = [...outer, ...truth.random_effects] as { mean: number; sd: number }[]
      expect(summary).toHaveLength(25)
      summary.forEach(({ mean, mcse, sd, mcseSd, rhat }, j) => {
        expect(Math.abs(mean - all[j].mean) / mcse).toBeLessThan(limit)
        expect(Math.abs(sd - all[j].sd) / mcseSd).toBeLessThan(limit)
        expect(rhat).toBeLessThan(1.01)
      })
      outer.forEach((exact, j) => {
        for (const [key, p] of Object.entries(quantiles)) {
          const error = summary[j][key as keyof typeof quantiles] - exact[key.replace('_', '.')]
          expect(Math.abs(error) / mcseQuantile(chainsOf(draws, j), p)).toBeLessThan(limit)
        }
      })
      expect(diagnostics.warnings).toEqual([])
      expect(diagnostics.ebfmi.every(Number.isNaN)).toBe(true)
      expect(diagnostics.divergences).toBe(0)
    })
  }
})

type Row = Readonly<Record<string, number | string>>
const tableOf = (rows: readonly Row[]): Table =>
  tableFrom(Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])])))

/** 120 rows of 1 to 4 trials in 15 x 8 crossed levels, with an offset and known effects. */
function crossed(): Model {
  const rng = stream({ seed: 77, purpose: 'simulation' })
  const [a, c] = [15, 8].map((levels) => Array.from({ length: levels }, () => rng.normal()))
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [g, h] = [i % 15, Math.floor(i / 15)]
    const x = rng.normal()
    const o = 0.5 * rng.normal()
    const n = 1 + (i % 4)
    const s = binomialVariate(rng, n, 1 / (1 + Math.exp(-(o - 0.5 + 0.8 * x + a[g] + 0.6 * c[h]))))
    return { s, f: n - s, x, o, g: `g${g}`, h: `h${h}` }
  })
  return stateModel('cbind(s, f) ~ x + (1 | g) + (1 | h)', tableOf(rows), { family: 'binomial', offset: 'o' })
}

const slope = (): Model =>
  stateModel('cbind(r, n - r) ~ treat + (1 + treat | center)', betablocker, { family: 'binomial' })

describe('polya-gamma against NUTS, which shares no move with it', () => {
  const cases: readonly [string, () => Model, string[]][] = [
    [
      'crossed effects, an offset, a heavy-tailed prior',
      crossed,
      ['b[x] ~ student_t(3, 0, 0.5)', 'Intercept ~ flat()'],
    ],
    ['a random slope', slope, ['cor ~ lkj(2)', 'sd ~ exponential(1)']],
    ['a prior with bounds', slope, ['b[treat] ~ uniform(-0.3, 0)', 'Intercept ~ logistic(-2, 0.3)']],
  ]
  it.each(cases)('%s', async (_, model, priors) => {
    const ours = await sampled(model(), { sampler: 'polya-gamma', priors, draws: 2000 })
    const theirs = await sampled(model(), { sampler: 'nuts', priors, draws: 1000, warmup: 600 })
    ours.summary.forEach((mine, j) => {
      const other = theirs.summary[j]
      expect(mine.name).toBe(other.name)
      expect(Math.abs(mine.mean - other.mean) / Math.hypot(mine.mcse, other.mcse)).toBeLessThan(limit)
      expect(Math.abs(mine.sd - other.sd) / Math.hypot(mine.mcseSd, other.mcseSd)).toBeLessThan(limit)
    })
    expect(ours.diagnostics.warnings).toEqual([])
  })
})

describe('polya-gamma takes', () => {
  it('the prior alone, whose moments are known', async () => {
    const priors = ['b ~ normal(1, 2)', 'b[treat] ~ laplace(-1, 0.5)', 'sd ~ half_normal(0, 1)', 'cor ~ lkj(2)']
    const { summary } = await sampled(slope(), { sampler: 'polya-gamma', priors, priorOnly: true, draws: 2000 })
    // Var of laplace(., s) is 2 s^2, of half_normal(0, 1) 1 - 2 / pi, of a correlation under lkj(2) 1/5.
    const truth = [
      [1, 2],
      [-1, Math.sqrt(0.5)],
      [Math.sqrt(2 / Math.PI), Math.sqrt(1 - 2 / Math.PI)],
      [Math.sqrt(2 / Math.PI), Math.sqrt(1 - 2 / Math.PI)],
      [0, Math.sqrt(0.2)],
    ]
    truth.forEach(([mean, sd], j) => {
      expect(Math.abs(summary[j].mean - mean) / summary[j].mcse).toBeLessThan(limit)
      expect(Math.abs(summary[j].sd - sd) / summary[j].mcseSd).toBeLessThan(limit)
    })
  })

  it('a model without random effects', async () => {
    const model = stateModel('cbind(r, n - r) ~ treat', betablocker, { family: 'binomial' })
    const { summary } = await sampled(model, { sampler: 'polya-gamma', draws: 1000 })
    const nuts = await sampled(model, { sampler: 'nuts', draws: 1000, warmup: 300 })
    summary.forEach(({ mean, mcse }, j) => {
      const other = nuts.summary[j]
      expect(Math.abs(mean - other.mean) / Math.hypot(mcse, other.mcse)).toBeLessThan(limit)
    })
  })

  it('frequencies for as many identical rows: the same posterior either way', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({ y: i % 3 === 0 ? 1 : 0, g: `g${i % 4}`, w: 1 + (i % 5) }))
    const options = { sampler: 'polya-gamma', draws: 3000, priors: ['sd ~ half_normal(0, 1)'] }
    const family = 'binomial'
    const short = stateModel('y ~ 1 + (1 | g)', tableOf(rows), { family, frequency: 'w' })
    const all = rows.flatMap((row) => Array.from({ length: row.w }, () => row))
    const long = stateModel('y ~ 1 + (1 | g)', tableOf(all), { family })
    const [one, other] = [await sampled(short, options), await sampled(long, { ...options, seed: 13 })]
    one.summary.forEach((mine, j) => {
      const theirs = other.summary[j]
      expect(Math.abs(mine.mean - theirs.mean) / Math.hypot(mine.mcse, theirs.mcse)).toBeLessThan(limit)
      expect(Math.abs(mine.sd - theirs.sd) / Math.hypot(mine.mcseSd, theirs.mcseSd)).toBeLessThan(limit)
    })
  })

  it('no other family or link, and says so', async () => {
    const probit = stateModel('cbind(r, n - r) ~ treat + (1 | center)', betablocker, {
      family: 'binomial',
      link: 'probit',
    })
    await expect(sampled(probit, { sampler: 'polya-gamma' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/binomial model with logit link.*for the sampler polya-gamma, got .*probit/),
      hint: expect.stringMatching(/nuts/),
    })
    const target = (): unknown => resolveSettings({ sampler: 'polya-gamma', targetAccept: 0.9 })
    expect(target).toThrow(/no target acceptance/)
  })
})
