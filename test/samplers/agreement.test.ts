import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { integratePosterior } from '../../samplers/quadrature/quadrature.js'
import { sampleModel } from '../../samplers/run/sample.js'
import { resolveSettings } from '../../samplers/run/sample-options.js'
import type { Model } from '../../src/data/model.js'
import { parseTable } from '../../src/data/parse-table.js'
import { stateModel } from '../../src/data/state-model.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { modelOf } from '../reference/data.js'

/** A mean and a standard deviation with their Monte Carlo standard errors, 0 where there is no Monte Carlo. */
interface Moments {
  readonly name: string
  readonly mean: number
  readonly sd: number
  readonly mcse: number
  readonly mcseSd: number
}

const read = (path: string): string => readFileSync(new URL(`../reference/${path}`, import.meta.url), 'utf8')

async function drawn(model: Model, sampler: string, priors: readonly string[], draws: number): Promise<Moments[]> {
  const settings = resolveSettings({ sampler, priors, warmup: 250, draws, seed: 11 })
  const { summary, diagnostics } = await sampleModel(model, settings, inlineExecutor)
  expect(diagnostics.divergences, sampler).toBe(0)
  return [...summary]
}

/** The largest distance of a mean or standard deviation, in combined Monte Carlo errors, and whose it is. */
function farthest(a: readonly Moments[], b: readonly Moments[]): { errors: number; where: string } {
  expect(a.length).toBe(b.length)
  let worst = { errors: 0, where: '' }
  a.forEach((one, j) => {
    const other = b[j]
    const candidates = [
      [Math.abs(one.mean - other.mean) / Math.hypot(one.mcse, other.mcse), `mean of ${one.name}`],
      [Math.abs(one.sd - other.sd) / Math.hypot(one.mcseSd, other.mcseSd), `sd of ${one.name}`],
    ] as const
    for (const [errors, where] of candidates) if (!(errors <= worst.errors)) worst = { errors, where }
  })
  return worst
}

/** 4 combined Monte Carlo errors; the seeds are fixed. */
const limit = 4

const priors = ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)']

describe.each(['betablocker', 'cbpp'] as const)('%s: samplers that share only the likelihood agree', (name) => {
  it('nuts, marginal, polya-gamma and, of three outer parameters, quadrature', async () => {
    const model = modelOf(name)
    const found = [
      await drawn(model, 'nuts', priors, 400),
      await drawn(model, 'marginal', priors, 250),
      await drawn(model, 'polya-gamma', priors, 400),
    ]
    // A grid over cbpp's five outer parameters takes too long here; `npm run bench:agreement` has it.
    if (name === 'betablocker') {
      const { summary } = integratePosterior(model, priors)
      found.push(summary.map((one) => ({ name: one.name, mean: one.mean, sd: one.sd, mcse: 0, mcseSd: 0 })))
    }
    for (let a = 0; a < found.length; a++) {
      for (let b = 0; b < a; b++) {
        const { errors, where } = farthest(found[a], found[b])
        expect(errors, where).toBeLessThan(limit)
      }
    }
  })
})

const references = JSON.parse(read('importance-posteriors.json'))

describe('nuts against importance sampling on the exact marginal likelihood, random effects included', () => {
  const models = {
    cbpp: modelOf('cbpp'),
    epil: stateModel(
      'y ~ lbase * trt + lage + V4 + (1 | subject)',
      parseTable(read('epil.csv'), { source: 'epil.csv' }),
      {
        family: 'poisson',
      },
    ),
  }
  it.each(['cbpp', 'epil'] as const)('%s', async (name) => {
    const { importanceEss, parameters, effects } = references[name]
    const all = [...parameters, ...effects.map(([mean, sd]: readonly number[]) => ({ mean, sd }))]
    const truth = all.map(
      ({ mean, sd }: { readonly mean: number; readonly sd: number }): Moments => ({
        name: '',
        mean,
        sd,
        mcse: sd / Math.sqrt(importanceEss),
        mcseSd: sd / Math.sqrt(2 * importanceEss),
      }),
    )
    const found = await drawn(models[name], 'nuts', ['b ~ normal(0, 2.5)', 'sd ~ half_cauchy(0, 2.5)'], 700)
    const { errors, where } = farthest(found, truth)
    expect(errors, where).toBeLessThan(limit)
  })
})
