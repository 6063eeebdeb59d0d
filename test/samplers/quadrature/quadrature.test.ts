import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { integratePosterior } from '../../../samplers/quadrature/quadrature.js'
import { samplePosterior } from '../../../samplers/methods/sample-posterior.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { betablocker, cases, exactPosteriors, modelOf, priorOnSd } from '../../reference/data.js'

describe('quadrature on betablocker is the exact posterior to 1e-4 standard deviations', () => {
  for (const [name, prior] of Object.entries(priorOnSd)) {
    it(`prior ${prior}`, () => {
      const truth = exactPosteriors[name as keyof typeof priorOnSd]
      const found = integratePosterior(modelOf('betablocker'), ['b ~ normal(0, 2.5)', prior])
      const outer = ['beta[(Intercept)]', 'beta[treat]', 'sigma[center]'].map((key) => truth.parameters[key])
      outer.forEach((exact, j) => {
        const { mean, sd, q2_5, q5, q25, q50, q75, q95, q97_5 } = found.summary[j]
        const got = { mean, sd, 'q2.5': q2_5, q5, q25, q50, q75, q95, 'q97.5': q97_5 }
        for (const [key, value] of Object.entries(got)) {
          expect(Math.abs(value - exact[key]) / exact.sd, `${found.summary[j].name} ${key}`).toBeLessThan(1e-4)
        }
      })
      truth.random_effects.forEach((exact, g) => {
        const { mean, sd } = found.summary[3 + g]
        expect(Math.abs(mean - exact.mean) / exact.sd).toBeLessThan(1e-4)
        expect(Math.abs(sd - exact.sd) / exact.sd).toBeLessThan(1e-4)
      })
      expect(found.settled).toBe(true)
      expect(found.points).toBeLessThan(800)
      expect(Math.abs(found.logMarginalLikelihood - truth.log_marginal_likelihood)).toBeLessThan(1e-5)
    })
  }
})

describe('quadrature against sums by brute force', () => {
  // Successes of n trials in eight groups; the truth is a sum over 241 x 241 x 201 points of intercept, log sd and effect.
  const [r, n] = [[3, 5, 1, 9, 4, 7, 2, 6], 10]
  const truth = ((): { log: number; mean: number; sdMean: number; effect: number; below: (t: number) => number } => {
    const u = Array.from({ length: 201 }, (_, k) => -7 + 0.07 * k)
    const choose = (k: number): number => {
      let log = 0
      for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i)
      return log
    }
    let [total, mean, sdMean, effect] = [0, 0, 0, 0]
    const marginal: [number, number][] = []
    for (let a = 0; a <= 240; a++) {
      const intercept = -4 + a / 30
      let here = 0
      for (let s = 0; s <= 240; s++) {
        const logSd = -4 + s / 30
        const sd = Math.exp(logSd)
        // b ~ normal(0, 2.5), log sd ~ normal(-0.3, 0.5)
        let log =
          -0.5 * (intercept / 2.5) ** 2 -
          Math.log(2.5) -
          0.5 * Math.log(2 * Math.PI) -
          0.5 * ((logSd + 0.3) / 0.5) ** 2 -
          Math.log(0.5) -
          0.5 * Math.log(2 * Math.PI)
        let first = 0
        r.forEach((successes, g) => {
          let sum = 0
          let weighted = 0
          for (const z of u) {
            const eta = intercept + sd * z
            const term = Math.exp(successes * eta - n * Math.log1p(Math.exp(eta)) - 0.5 * z * z)
            sum += term
            weighted += term * sd * z
          }
          log += Math.log((sum * 0.07) / Math.sqrt(2 * Math.PI)) + choose(successes)
          if (g === 3) first = weighted / sum
        })
        const weight = Math.exp(log) / 30 / 30
        total += weight
        here += weight
        mean += weight * intercept
        sdMean += weight * sd
        effect += weight * first
      }
      marginal.push([intercept, here])
    }
    return {
      log: Math.log(total),
      mean: mean / total,
      sdMean: sdMean / total,
      effect: effect / total,
      below: (t) =>
        marginal.reduce(
          (sum, [x, w]) => sum + (x < t - 1 / 60 ? w : x < t + 1 / 60 ? w * 30 * (t + 1 / 60 - x) : 0),
          0,
        ) / total,
    }
  })()

  it('gives the evidence, means, an effect and a distribution function', () => {
    const table = tableFrom({ r, n: r.map(() => n), g: r.map((_, g) => `g${g}`) })
    const model = stateModel('cbind(r, n - r) ~ 1 + (1 | g)', table, { family: 'binomial' })
    const found = integratePosterior(model, ['b ~ normal(0, 2.5)', 'sd ~ lognormal(-0.3, 0.5)'])
    const [intercept, sd] = found.summary
    expect(Math.abs(found.logMarginalLikelihood - truth.log)).toBeLessThan(1e-4)
    expect(Math.abs(intercept.mean - truth.mean) / intercept.sd).toBeLessThan(1e-3)
    expect(Math.abs(sd.mean - truth.sdMean) / sd.sd).toBeLessThan(1e-3)
    expect(Math.abs(found.summary[2 + 3].mean - truth.effect) / found.summary[5].sd).toBeLessThan(1e-3)
    for (const [t, p] of [
      [intercept.q2_5, 0.025],
      [intercept.q50, 0.5],
      [intercept.q95, 0.95],
    ]) {
      expect(Math.abs(truth.below(t) - p)).toBeLessThan(1e-3)
    }
  })
})

it('quadrature with two scales, of a gaussian response, against sums over a closed form', () => {
  const y = [
    [1.2, 0.4, 0.9],
    [-0.8, 0.1, -0.3],
    [2.1, 1.5, 1.1],
    [0.2, -0.6, 0.7],
    [0.5, 1.6, 1.3],
    [-1.4, -0.2, -1.1],
  ]
  const m = 3
  const means = y.map((group) => group.reduce((a, b) => a + b, 0) / m)
  const within = y.flatMap((group, g) => group.map((one) => (one - means[g]) ** 2)).reduce((a, b) => a + b, 0)
  // The mean, b ~ normal(0, 2.5), and the effects integrate out; sigma and sd, half-normal, are summed over their logarithms.
  const step = 0.02
  const sums = { mass: 0, mean: 0, sigma: 0, sd: 0, sdSquare: 0 }
  for (let logSigma = -3; logSigma < 2; logSigma += step) {
    const sigma = Math.exp(logSigma)
    for (let logSd = -14; logSd < 2; logSd += step) {
      const sd = Math.exp(logSd)
      const between = sigma * sigma + m * sd * sd
      const precision = (y.length * m) / between + 1 / 6.25
      const center = ((m / between) * means.reduce((a, b) => a + b, 0)) / precision
      const square = (m / between) * means.reduce((a, b) => a + b * b, 0) - precision * center * center
      const log =
        -0.5 * y.length * m * Math.log(2 * Math.PI) -
        y.length * (m - 1) * logSigma -
        0.5 * y.length * Math.log(between) -
        0.5 * (within / (sigma * sigma) + square + Math.log(6.25 * precision)) +
        Math.log(2 / Math.PI) -
        0.5 * (sigma * sigma + sd * sd) +
        logSigma +
        logSd
      const weight = Math.exp(log) * step * step
      sums.mass += weight
      sums.mean += weight * center
      sums.sigma += weight * sigma
      sums.sd += weight * sd
      sums.sdSquare += weight * sd * sd
    }
  }
  const table = tableFrom({ y: y.flat(), g: y.flatMap((group, g) => group.map(() => `g${g}`)) })
  const model = stateModel('y ~ 1 + (1 | g)', table, { family: 'gaussian' })
  const found = integratePosterior(model, ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)', 'sigma ~ half_normal(0, 1)'])
  const summary = (name: string) => found.summary.find((one) => one.name === name)!
  const sd = summary('sd_g__Intercept')
  expect(found.settled).toBe(true)
  expect(Math.abs(found.logMarginalLikelihood - Math.log(sums.mass))).toBeLessThan(1e-4)
  expect(Math.abs(summary('b_Intercept').mean - sums.mean / sums.mass) / summary('b_Intercept').sd).toBeLessThan(1e-4)
  expect(Math.abs(summary('sigma').mean - sums.sigma / sums.mass) / summary('sigma').sd).toBeLessThan(1e-4)
  expect(Math.abs(sd.mean - sums.sd / sums.mass) / sd.sd).toBeLessThan(1e-4)
  const variance = sums.sdSquare / sums.mass - (sums.sd / sums.mass) ** 2
  expect(Math.abs(sd.sd / Math.sqrt(variance) - 1)).toBeLessThan(1e-4)
})

describe('sample with the sampler quadrature', () => {
  it('gives a record without chains', async () => {
    const { formula } = cases.betablocker
    const { record, sample } = await samplePosterior(formula, betablocker, { sampler: 'quadrature' }, inlineExecutor)
    expect(record).toMatchObject({ schema: 'glmm/posterior@1', sampler: 'quadrature', chains: 0, draws: 0 })
    expect(record.quadrature).toMatchObject({ settled: true })
    expect(sample).toBeNull()
    expect(record.call).not.toHaveProperty('chains')
    expect(record.summary.every(({ mcse, rhat, essBulk }) => [mcse, rhat, essBulk].every(Number.isNaN))).toBe(true)
  })

  it('refuses the settings of chains, which it has not', async () => {
    for (const option of [{ chains: 2 }, { warmup: 10 }, { draws: 10 }, { targetAccept: 0.9 }, { maxDepth: 5 }]) {
      const found = samplePosterior(
        cases.betablocker.formula,
        betablocker,
        { sampler: 'quadrature', ...option },
        inlineExecutor,
      )
      await expect(found).rejects.toThrow(new RegExp(`no ${Object.keys(option)[0]} with the sampler quadrature`))
    }
  })

  it('refuses more than five outer parameters, with their number, four effects a level and crossed factors', async () => {
    const sampled = (formula: string): Promise<unknown> =>
      samplePosterior(formula, betablocker, { family: 'binomial', sampler: 'quadrature' }, inlineExecutor)
    await expect(sampled('cbind(r, n - r) ~ treat + poly(n, 3) + (1 | center)')).rejects.toThrow(/at most 5 .* got 6/)
    await expect(sampled('cbind(r, n - r) ~ 1 + diag(0 + poly(n, 4) | center)')).rejects.toThrow(/at most 3 .* got 4/)
    await expect(sampled('cbind(r, n - r) ~ 1 + (1 | center) + (1 | treat)')).rejects.toThrow(/at most one factor/)
    await expect(
      samplePosterior(
        cases.betablocker.formula,
        betablocker,
        { sampler: 'quadrature', priorOnly: true },
        inlineExecutor,
      ),
    ).rejects.toThrow(/prior alone/)
  })
})

it('quadrature on cbpp lies within 4 Monte Carlo errors of importance sampling', () => {
  const { cbpp: truth } = JSON.parse(
    readFileSync(new URL('../../reference/importance-posteriors.json', import.meta.url), 'utf8'),
  )
  const found = integratePosterior(modelOf('cbpp'), ['b ~ normal(0, 2.5)', 'sd ~ half_cauchy(0, 2.5)'])
  expect(found.settled).toBe(true)
  const error = 4 / Math.sqrt(truth.importanceEss)
  truth.parameters.forEach((exact: { mean: number; sd: number }, j: number) => {
    expect(Math.abs(found.summary[j].mean - exact.mean) / exact.sd).toBeLessThan(error)
    expect(Math.abs(found.summary[j].sd - exact.sd) / exact.sd).toBeLessThan(error)
  })
  expect(Math.abs(found.logMarginalLikelihood - truth.logMarginalLikelihood)).toBeLessThan(
    4 * truth.logMarginalLikelihoodSe,
  )
})
