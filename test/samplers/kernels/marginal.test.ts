import { describe, expect, it } from 'vitest'
import { marginal } from '../../../samplers/kernels/marginal.js'
import { chooseSampler } from '../../../samplers/methods/auto.js'
import { samplePosterior } from '../../../samplers/methods/sample-posterior.js'
import { outerLook } from '../../../samplers/place/outer-look.js'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'
import { exactPosteriors, importancePosteriors, modelOf, priorOnSd } from '../../reference/data.js'

/** 4 Monte Carlo standard errors, the seeds fixed. */
const limit = 4

describe('marginal on betablocker against the exact posterior, effects included', () => {
  for (const [name, prior] of Object.entries(priorOnSd)) {
    it(`prior ${prior}`, async () => {
      const truth = exactPosteriors[name as keyof typeof priorOnSd]
      const priors = ['b ~ normal(0, 2.5)', prior]
      const settings = resolveSettings({ sampler: 'marginal', priors, warmup: 200, draws: 600, seed: 3 })
      const { summary, diagnostics } = await sampleModel(modelOf('betablocker'), settings, inlineExecutor)
      const outer = ['beta[(Intercept)]', 'beta[treat]', 'sigma[center]'].map((key) => truth.parameters[key])
      const all = [...outer, ...truth.random_effects] as { mean: number; sd: number }[]
      summary.forEach(({ name: of, mean, mcse, sd, mcseSd, rhat }, j) => {
        expect(Math.abs(mean - all[j].mean) / mcse, of).toBeLessThan(limit)
        expect(Math.abs(sd - all[j].sd) / mcseSd, of).toBeLessThan(limit)
        expect(rhat).toBeLessThan(1.01)
      })
      expect(diagnostics.divergences).toBe(0)
    })
  }
})

it('marginal on cbpp lies within 4 combined errors of importance sampling, effects included', async () => {
  const truth = importancePosteriors.cbpp
  const priors = ['b ~ normal(0, 2.5)', 'sd ~ half_cauchy(0, 2.5)']
  const settings = resolveSettings({ sampler: 'marginal', priors, warmup: 200, draws: 500, seed: 5 })
  const { summary } = await sampleModel(modelOf('cbpp'), settings, inlineExecutor)
  const all = [...truth.parameters, ...truth.effects.map(([mean, sd]) => ({ mean, sd }))] as {
    mean: number
    sd: number
  }[]
  summary.forEach(({ name, mean, mcse, sd, mcseSd }, j) => {
    const own = all[j].sd / Math.sqrt(truth.importanceEss)
    expect(Math.abs(mean - all[j].mean) / Math.hypot(mcse, own), name).toBeLessThan(limit)
    expect(Math.abs(sd - all[j].sd) / Math.hypot(mcseSd, own), name).toBeLessThan(limit)
  })
})

describe('effects drawn given the outer parameters', () => {
  const draws = 1500
  /** Means and variances of b at fixed outer coordinates, from draws and by sums over a fine grid of a gaussian model. */
  it('of nested factors have the exact conditional normal distribution where the response is gaussian', () => {
    const rng = stream({ seed: 9, purpose: 'simulation' })
    const y: number[] = []
    const g: string[] = []
    const h: string[] = []
    for (let i = 0; i < 24; i++) {
      g.push(`g${Math.floor(i / 8)}`)
      h.push(`h${Math.floor(i / 2)}`)
      y.push(rng.normal() + Math.floor(i / 8))
    }
    const model = stateModel('y ~ 1 + (1 | g) + (1 | h)', tableFrom({ y, g, h }), { family: 'gaussian' })
    const like = likelihood(model)
    const context = {
      likelihood: like,
      priors: priorsInForce(model, []),
      centring: new Float64Array(0),
      rows: true,
      rule: adaptive(5),
      mapTerms: null,
      maxDepth: 10,
    }
    const posterior = marginal.posterior(context)
    // Intercept, log sigma, log sds.
    const x = new Float64Array(like.dimension)
    x[0] = 0.7
    x.fill(-0.2, 1)
    const natural = new Float64Array(like.dimension)
    like.coordinates.toParameters(x, natural)
    // The conditional of a gaussian response is normal: its modes and conditional sds are means and sds.
    const exact = like.effectsAt(natural)!.terms
    const mean = exact.flatMap((term) => [...term.mode])
    const sd = exact.flatMap((term) => [...term.sd])
    const out = new Float64Array(posterior.names.length)
    const sums = mean.map(() => [0, 0])
    for (let draw = 0; draw < draws; draw++) {
      posterior.write(x, out, 0, rng)
      mean.forEach((m, e) => {
        const z = (out[like.dimension + e] - m) / sd[e]
        sums[e][0] += z / draws
        sums[e][1] += (z * z) / draws
      })
    }
    for (const [first, second] of sums) {
      expect(Math.abs(first) * Math.sqrt(draws)).toBeLessThan(limit)
      expect(Math.abs(second - 1) * Math.sqrt(draws / 2)).toBeLessThan(limit)
    }
  })
})

it('marginal and nuts agree on slopes and nested factors, and on how effects move with their standard deviation', async () => {
  const rng = stream({ seed: 4, purpose: 'simulation' })
  const effect = Array.from({ length: 6 }, () => rng.normal())
  const rows = Array.from({ length: 48 }, (_, i) => ({ g: Math.floor(i / 8), h: Math.floor(i / 4), x: (i % 4) - 1.5 }))
  const table = tableFrom({
    y: rows.map(({ g, x }) => (rng.uniform() < 1 / (1 + Math.exp(-effect[g] - 0.5 * x)) ? 1 : 0)),
    x: rows.map(({ x }) => x),
    g: rows.map(({ g }) => `g${g}`),
    h: rows.map(({ h }) => `h${h}`),
  })
  for (const formula of ['y ~ x + (x || g)', 'y ~ x + (1 | g) + (1 | h)']) {
    const model = stateModel(formula, table, { family: 'binomial' })
    const moments = async (sampler: string): Promise<{ mean: number; mcse: number }[]> => {
      const priors = ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)']
      const settings = resolveSettings({ sampler, priors, chains: 2, warmup: 200, draws: 400, seed: 8 })
      const { summary, draws } = await sampleModel(model, settings, inlineExecutor)
      // |effect| times the standard deviation: their joint distribution, not the margins alone.
      const width = draws.names.length
      const [sd, first] = [
        draws.names.findIndex((name) => name.startsWith('sd_')),
        draws.names.findIndex((name) => name.startsWith('r_')),
      ]
      // Means of batches of 80 draws.
      const products = draws.values.flatMap((chain) =>
        Array.from({ length: 5 }, (_, batch) => {
          let sum = 0
          for (let at = batch * 80 * width; at < (batch + 1) * 80 * width; at += width) {
            sum += Math.abs(chain[at + first]) * chain[at + sd]
          }
          return sum / 80
        }),
      )
      const mean = products.reduce((a, b) => a + b, 0) / products.length
      const spread = products.reduce((a, b) => a + (b - mean) ** 2, 0) / (products.length - 1) / products.length
      return [...summary.map(({ mean: m, mcse }) => ({ mean: m, mcse })), { mean, mcse: 2 * Math.sqrt(spread) }]
    }
    const [a, b] = [await moments('marginal'), await moments('nuts')]
    a.forEach((one, j) =>
      expect(Math.abs(one.mean - b[j].mean) / Math.hypot(one.mcse, b[j].mcse), `${formula} ${j}`).toBeLessThan(limit),
    )
  }
})

describe('marginal', () => {
  it('refuses crossed factors with a hint', async () => {
    const table = tableFrom({ y: [0, 1, 1, 0, 1, 0, 0, 1], a: [...'aabbccdd'], b: [...'xyxyxyxy'] })
    const options = { family: 'binomial', sampler: 'marginal' }
    await expect(samplePosterior('y ~ 1 + (1 | a) + (1 | b)', table, options, inlineExecutor)).rejects.toThrow(/nested/)
    const look = outerLook(stateModel('y ~ 1 + (1 | a) + (1 | b)', table, options), [])
    expect(chooseSampler(look)).toMatchObject({ sampler: 'nuts', reason: expect.stringContaining('crossed') })
  })
})
