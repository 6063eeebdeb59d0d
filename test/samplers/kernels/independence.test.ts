import type { MarginalDensity } from '../../../src/likelihood/frame/log-density.js'
import { describe, expect, it } from 'vitest'
import { findTransport } from '../../../samplers/place/find-transport.js'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'
import { exactPosteriors, importancePosteriors, modelOf, priorOnSd } from '../../reference/data.js'

/** Monte Carlo standard errors, the seeds fixed. */
const limit = 4

/** Binary rows in small levels, some all failures, some all successes. */
const patients = (() => {
  const rng = stream({ seed: 3, purpose: 'simulation' })
  const rows = Array.from({ length: 36 }, (_, i) => ({ g: Math.floor(i / 4), x: (i % 4) - 1.5 }))
  const effect = Array.from({ length: 9 }, () => 3 * rng.normal())
  return {
    y: rows.map(({ g, x }) => (rng.uniform() < 1 / (1 + Math.exp(-effect[g] - x)) ? 1 : 0)),
    x: rows.map(({ x }) => x),
    g: rows.map(({ g }) => `g${g}`),
  }
})()
const model = stateModel('y ~ x + (1 | g)', tableFrom(patients), { family: 'binomial' })
const at = Float64Array.of(-0.4, 0.8, 3.2)

/** Sums over u on a very fine grid, level by level: of the integrand, and of it times u and u squared. */
function bruteForce([b0, b1, sigma]: Float64Array): { readonly logL: number; readonly moments: number[][] } {
  const moments = Array.from({ length: 9 }, (_, g) => {
    const sums = [0, 0, 0]
    for (let k = -120000; k <= 120000; k++) {
      const u = k * 1e-4
      let f = (Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI)) * 1e-4
      for (let i = 4 * g; i < 4 * g + 4; i++) {
        const p = 1 / (1 + Math.exp(-(b0 + b1 * patients.x[i] + sigma * u)))
        f *= patients.y[i] === 1 ? p : 1 - p
      }
      sums[0] += f
      sums[1] += f * u
      sums[2] += f * u * u
    }
    return [sums[0], sums[1] / sums[0], sums[2] / sums[0]]
  })
  return { logL: moments.reduce((sum, [mass]) => sum + Math.log(mass), 0), moments }
}
const truth = bruteForce(at)

describe('the lattice for all levels', () => {
  const byLattice = (step: number): MarginalDensity => likelihood(model).marginal({ by: 'lattice', step })
  const lattice = byLattice(0.2)

  it('is the integral by brute force, for either sign of the standard deviation', () => {
    expect(lattice.value(at)).toBeCloseTo(truth.logL, 8)
    expect(lattice.value(Float64Array.of(at[0], at[1], -at[2]))).toBeCloseTo(truth.logL, 8)
  })

  it('has the gradient of its value', () => {
    const gradient = new Float64Array(3)
    expect(lattice.evaluate(at, gradient)).toBe(lattice.value(at))
    for (let j = 0; j < 3; j++) {
      const [up, down] = [1e-4, -1e-4].map((by) => lattice.value(at.map((x, i) => (i === j ? x + by : x))))
      expect(gradient[j]).toBeCloseTo((up - down) / 2e-4, 6)
    }
  })

  it('halves its error in digits with each doubling of the step', () => {
    const errors = [0.35, 0.7].map((step) => Math.abs(byLattice(step).value(at) - truth.logL))
    expect(errors[0]).toBeLessThan(1e-4)
    expect(errors[1]).toBeGreaterThan(30 * errors[0])
  })

  it('gives effects their conditional distribution', () => {
    const draws = 4000
    const { draw } = byLattice(0.35).effectsAt(at)!
    const rng = stream({ seed: 5, purpose: 'effects' })
    const out = new Float64Array(9)
    const sums = truth.moments.map(() => [0, 0])
    for (let k = 0; k < draws; k++) {
      draw(rng, out, 0)
      truth.moments.forEach(([, mean, square], g) => {
        const z = (out[g] / at[2] - mean) / Math.sqrt(square - mean * mean)
        sums[g][0] += z / draws
        sums[g][1] += (z * z) / draws
      })
    }
    for (const [first, second] of sums) {
      expect(Math.abs(first) * Math.sqrt(draws)).toBeLessThan(limit)
      // The fourth moment of these is at most 4.
      expect(Math.abs(second - 1) * Math.sqrt(draws / 3)).toBeLessThan(limit)
    }
  })

  it('is not there for other responses', () => {
    for (const name of ['betablocker', 'cbpp'] as const) {
      const refusal = likelihood(modelOf(name)).rules.supports({ by: 'lattice', step: 0.3 })
      expect(refusal?.message).toMatch(/0 or 1 in each row of a binomial\(logit\) response/)
    }
  })
})

it('the transported normal follows a skewed density, and says how often it would be accepted', () => {
  // log G for G ~ Gamma(4), and a second coordinate normal around its square; whitened by hand.
  const banana = {
    dimension: 2,
    evaluate: ([z, w]: Float64Array, gradient: Float64Array): number => {
      const x = z / 2
      const e = 4 * Math.exp(x)
      const off = w - 0.3 * z * z
      gradient[0] = (4 - e) / 2 + 0.6 * z * off
      gradient[1] = -off
      return 4 * x - e - 0.5 * off * off
    },
  }
  const acceptance = [1, 2].map((seed) => findTransport(banana, stream({ seed, purpose: 'proposal' })).acceptance)
  for (const one of acceptance) expect(one).toBeGreaterThan(0.8)
  // Two modes four standard deviations apart: one normal distribution is no match.
  const apart = {
    dimension: 1,
    evaluate: ([x]: Float64Array, gradient: Float64Array): number => {
      const [a, b] = [Math.exp(-0.5 * x * x), Math.exp(-0.5 * (x - 12) ** 2)]
      gradient[0] = -(a * x + b * (x - 12)) / (a + b)
      return Math.log(a + b)
    },
  }
  expect(findTransport(apart, stream({ seed: 1, purpose: 'proposal' })).acceptance).toBeLessThan(1)
})

describe('independence', () => {
  it.each(['hn', 'hc'] as const)('on betablocker has the exact posterior, prior %s', async (name) => {
    const { parameters, random_effects: effects } = exactPosteriors[name]
    const priors = ['b ~ normal(0, 2.5)', priorOnSd[name]]
    const settings = resolveSettings({ sampler: 'independence', priors, warmup: 50, draws: 800, seed: 4 })
    const { summary } = await sampleModel(modelOf('betablocker'), settings, inlineExecutor)
    const outer = ['beta[(Intercept)]', 'beta[treat]', 'sigma[center]'].map((key) => parameters[key])
    const all = [...outer, ...effects] as { mean: number; sd: number }[]
    summary.forEach(({ name: of, mean, mcse, sd, mcseSd, rhat }, j) => {
      expect(Math.abs(mean - all[j].mean) / mcse, of).toBeLessThan(limit)
      expect(Math.abs(sd - all[j].sd) / mcseSd, of).toBeLessThan(limit)
      expect(rhat).toBeLessThan(1.01)
    })
  })

  it('on toenail lies within 4 combined errors of importance sampling, 294 effects included', async () => {
    const { importanceEss, parameters, effects } = importancePosteriors.toenail
    const priors = ['b ~ normal(0, 2.5)', 'sd ~ half_cauchy(0, 2.5)']
    const settings = resolveSettings({ sampler: 'independence', priors, warmup: 50, draws: 500, seed: 6 })
    const { summary, run } = await sampleModel(modelOf('toenail'), settings, inlineExecutor)
    expect(run.plan.rule.by).toBe('lattice')
    const all = [...parameters, ...effects.map(([mean, sd]) => ({ mean, sd }))]
    summary.forEach(({ name, mean, mcse, sd, mcseSd, rhat }, j) => {
      const own = all[j].sd / Math.sqrt(importanceEss)
      expect(Math.abs(mean - all[j].mean) / Math.hypot(mcse, own), name).toBeLessThan(limit)
      expect(Math.abs(sd - all[j].sd) / Math.hypot(mcseSd, own / Math.SQRT2), name).toBeLessThan(limit)
      expect(rhat).toBeLessThan(1.02)
    })
  })
})
