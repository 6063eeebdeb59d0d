import { describe, expect, it } from 'vitest'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { chainsOf } from '../../../src/draws/draws.js'
import { mcseQuantile } from '../../../src/draws/diagnostics/monte-carlo-error.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { exactPosteriors, modelOf, priorOnSd } from '../../reference/data.js'

/** 4 Monte Carlo standard errors, as the exact figures have none. Over all that is compared here (4 x 71 numbers) a
 * correct sampler leaves them about once in 55 seeds; the seeds are fixed. */
const limit = 4

const quantiles = { 'q2.5': 0.025, q5: 0.05, q25: 0.25, q50: 0.5, q75: 0.75, q95: 0.95, 'q97.5': 0.975 } as const

describe('NUTS on betablocker against the exact posterior', () => {
  for (const [name, prior] of Object.entries(priorOnSd)) {
    it(`prior ${prior}`, async () => {
      const truth = exactPosteriors[name as keyof typeof priorOnSd]
      const settings = resolveSettings({ priors: ['b ~ normal(0, 2.5)', prior], draws: 10_000, seed: 20 })
      const { summary, draws, diagnostics } = await sampleModel(modelOf('betablocker'), settings, inlineExecutor)
      const outer = ['beta[(Intercept)]', 'beta[treat]', 'sigma[center]'].map((key) => truth.parameters[key])
      const all = [...outer, ...truth.random_effects] as { mean: number; sd: number }[]
      expect(summary).toHaveLength(25)
      summary.forEach(({ mean, mcse, sd, mcseSd, rhat, essBulk, essTail }, j) => {
        expect(Math.abs(mean - all[j].mean) / mcse).toBeLessThan(limit)
        expect(Math.abs(sd - all[j].sd) / mcseSd).toBeLessThan(limit)
        expect(rhat).toBeLessThan(1.01)
        expect(Math.min(essBulk, essTail)).toBeGreaterThan(10_000)
      })
      outer.forEach((exact, j) => {
        const chains = chainsOf(draws, j)
        const { q2_5, q5, q25, q50, q75, q95, q97_5 } = summary[j]
        const got = { 'q2.5': q2_5, q5, q25, q50, q75, q95, 'q97.5': q97_5 }
        for (const [key, p] of Object.entries(quantiles)) {
          const error = got[key as keyof typeof got] - exact[key]
          expect(Math.abs(error) / mcseQuantile(chains, p)).toBeLessThan(limit)
        }
      })
      expect(diagnostics.divergences).toBe(0)
      expect(diagnostics.warnings).toEqual([])
      for (const fraction of diagnostics.ebfmi) expect(fraction).toBeGreaterThan(0.7)
    })
  }
})
