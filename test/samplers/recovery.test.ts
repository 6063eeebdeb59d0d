import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sampleModel } from '../../samplers/run/sample.js'
import { resolveSettings } from '../../samplers/run/sample-options.js'
import { parseTable } from '../../src/data/parse-table.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { familyNamed } from '../../src/families/registry.js'
import { fit } from '../../src/fit/fit.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { stream } from '../../src/random/stream.js'

const groups = 40
const each = 8
const truth = { b_Intercept: 0.4, b_x: -0.5, sd_g__Intercept: 0.5 }

/** Families with their further natural parameters, and how draws tell these. */
const cases: readonly {
  readonly family: string
  readonly natural: readonly number[]
  readonly told: Readonly<Record<string, number>>
  readonly mean: (eta: number) => number
}[] = [
  { family: 'gaussian', natural: [0.7], told: { sigma: 0.7 }, mean: (eta) => eta },
  { family: 'student', natural: [0.7, 4], told: { sigma: 0.7, nu: 4 }, mean: (eta) => eta },
  { family: 'Gamma', natural: [0.5], told: { shape: 4 }, mean: Math.exp },
  { family: 'beta', natural: [6], told: { phi: 6 }, mean: (eta) => 1 / (1 + Math.exp(-eta)) },
  { family: 'nbinom2', natural: [2], told: { shape: 2 }, mean: Math.exp },
  { family: 'zero_inflated_poisson', natural: [0.3], told: { zi: 0.3 }, mean: Math.exp },
  { family: 'hurdle_poisson', natural: [0.3], told: { hu: 0.3 }, mean: Math.exp },
]

/** Rows of a random intercept model with the truth above, drawn with a seed of the family's own. */
function simulated({ family, natural, mean }: (typeof cases)[number], replicate: number): Record<string, Float64Array> {
  const rng = stream({ seed: 5, replicate, purpose: 'simulation' })
  const effects = Float64Array.from({ length: groups }, () => truth.sd_g__Intercept * rng.normal())
  const g = Float64Array.from({ length: groups * each }, (_, i) => i % groups)
  const x = g.map(() => rng.normal())
  const { simulate } = familyNamed(family).family
  const y = x.map((value, i) => {
    const eta = truth.b_Intercept + truth.b_x * value + effects[g[i]]
    return simulate!(rng, [mean(eta), ...natural], 1)
  })
  return { y, x, g }
}

describe('nuts on 320 simulated rows', () => {
  it.each(cases.map((one, k) => [one.family, one, k] as const))('%s', async (family, one, k) => {
    const table = tableFrom(simulated(one, k))
    // A normal model's fixed effects are nearly those of maximum likelihood where their priors are flat.
    const priors = ['b ~ normal(0, 100)', 'sd ~ half_normal(0, 10)']
    const link = family === 'Gamma' ? { link: 'log' } : {}
    const model = stateModel('y ~ x + (1 | g)', table, { family, ...link })
    const settings = resolveSettings({ priors, chains: 2, warmup: 150, draws: 200, seed: 3 })
    const { summary, diagnostics } = await sampleModel(model, settings, inlineExecutor)
    const named = new Map(summary.map((figures) => [figures.name, figures]))
    for (const { rhat, name } of summary) expect(rhat, name).toBeLessThan(1.06)
    expect(diagnostics.divergences).toBe(0)

    const { fixed } = fit('y ~ x + (1 | g)', table, { family, ...link })
    for (const { name, estimate, se } of fixed) {
      const { mean, sd, mcse, mcseSd } = named.get(`b_${name.replace(/[()]/g, '')}`)!
      // The skewness that is left moves a mean by some hundredths of a standard error.
      expect(Math.abs(mean - estimate), name).toBeLessThan(4 * mcse + 0.1 * se!)
      expect(Math.abs(sd - se!), name).toBeLessThan(4 * mcseSd + 0.05 * se!)
    }
    // Ten truths a family: beyond 3.5 posterior standard deviations once in 200 seeds.
    for (const [name, value] of Object.entries({ ...truth, ...one.told })) {
      const { mean, sd } = named.get(name)!
      expect(Math.abs(mean - value) / sd, name).toBeLessThan(3.5)
    }
  })
})

it('sleepstudy under flat priors: coefficients have the means of REML, which balance makes exact', async () => {
  // Every subject has the same days, so that generalised least squares is the same for any covariance of the effects: the
  // posterior means are those of ordinary least squares (251.4051, 10.46729), for any posterior of the covariance.
  const source = 'sleepstudy.csv'
  const text = readFileSync(new URL(`../reference/${source}`, import.meta.url), 'utf8')
  const model = stateModel('Reaction ~ Days + (Days | Subject)', parseTable(text, { source }), { family: 'gaussian' })
  const priors = ['b ~ flat()', 'Intercept ~ flat()']
  const settings = resolveSettings({ priors, chains: 2, warmup: 300, draws: 700, seed: 8 })
  const { summary, diagnostics } = await sampleModel(model, settings, inlineExecutor)
  const [intercept, days] = summary
  expect(Math.abs(intercept.mean - 251.4051) / intercept.mcse).toBeLessThan(4)
  expect(Math.abs(days.mean - 10.46729) / days.mcse).toBeLessThan(4)
  expect(intercept.mcse).toBeLessThan(0.6)
  expect(diagnostics.maxTreedepthHits).toBe(0)
})
