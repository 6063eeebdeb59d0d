import { describe, expect, it } from 'vitest'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Sampled } from '../../../src/draws/drawn-model.js'
import { predictiveCheck } from '../../../src/draws/answers/predictive-check.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { stream } from '../../../src/random/stream.js'
import { modelOf } from '../../reference/data.js'

const groups = 8
const each = 5
const g = Array.from({ length: groups * each }, (_, i) => `g${Math.floor(i / each)}`)
const levels = Array.from({ length: groups }, (_, k) => `g${k}`)
const names = ['b_Intercept', 'sigma', 'sd_g__Intercept', ...levels.map((level) => `r_g[${level},Intercept]`)]

/** A normal response of groups with standard deviation `between`, and draws that all are the truth of `told`. */
function posteriorOf(seed: number, between: number, told: number, rows = 1): Sampled {
  const rng = stream({ seed, purpose: 'response' })
  const effects = levels.map(() => between * rng.normal())
  const y = g.map((_, i) => 1 + effects[Math.floor(i / each)] + rng.normal())
  const model = stateModel('y ~ 1 + (1 | g)', tableFrom({ y, g }), { family: 'gaussian' })
  const draw = [1, 1, told, ...(told === between ? effects : levels.map(() => 0))]
  const values = [Float64Array.from(Array.from({ length: rows }, () => draw).flat())]
  return { sample: { model, priorOnly: false, draws: { names, ndraws: rows, values } } }
}

describe('at the true parameters', () => {
  it('p-values are uniform: new effects, or those that made the data', () => {
    for (const newLevels of [true, false]) {
      const runs = 60
      const ps = Array.from({ length: runs }, (_, r) =>
        predictiveCheck(posteriorOf(r + 1, 0.8, 0.8, 60), {
          newLevels,
          seed: r,
          statistics: ['mean', 'sd', 'max', 'q25'],
        }),
      )
      for (let k = 0; k < 4; k++) {
        const sorted = ps.map(({ statistics }) => statistics[k].p).sort((a, b) => a - b)
        const distance = Math.max(...sorted.map((p, i) => Math.max((i + 1) / runs - p, p - i / runs)))
        // Kolmogorov's distance exceeds this with probability 0.001.
        expect(distance).toBeLessThan(1.95 / Math.sqrt(runs))
      }
    }
  })
})

it('sees groups that the draws do not know of', () => {
  const { statistics } = predictiveCheck(posteriorOf(4, 2, 0.01, 200), { seed: 1 })
  const p = Object.fromEntries(statistics.map((one) => [one.name, one.p]))
  expect(p['group-sd']).toBe(0)
  expect(statistics.map(({ name }) => name)).toEqual(['mean', 'sd', 'min', 'max', 'group-sd'])
})

describe('record', () => {
  const posterior = posteriorOf(2, 0.8, 0.8, 50)

  it('statistics of the observed response are as defined, and shares sum to 1', () => {
    const { statistics, distribution, replicates, of, scale } = predictiveCheck(posterior, {
      statistics: ['mean', 'sd', 'min', 'max', 'zeros', 'q50'],
    })
    const y = Array.from(posterior.sample.model.response.y).sort((a, b) => a - b)
    const mean = y.reduce((a, b) => a + b, 0) / y.length
    const sd = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (y.length - 1))
    const expected = [mean, sd, y[0], y[39], 0, (y[19] + y[20]) / 2]
    for (const [k, value] of expected.entries()) expect(statistics[k].observed).toBeCloseTo(value, 12)
    expect(distribution.observed.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(distribution.edges).toHaveLength(distribution.observed.length + 1)
    expect({ replicates, of, scale }).toEqual({ replicates: 50, of: 'posterior', scale: 'response' })
  })

  it('is the same for the same seed, and another for another', () => {
    const at = (seed: number) => predictiveCheck(posterior, { seed }).statistics[0].mean
    expect(at(1)).toBe(at(1))
    expect(at(1)).not.toBe(at(2))
  })

  it('refuses statistics there are none of, and more replicates than draws', () => {
    expect(() => predictiveCheck(posterior, { statistics: ['meen'] })).toThrow(/test statistic .*got 'meen'/)
    expect(() => predictiveCheck(posterior, { statistics: ['q101'] })).toThrow(/test statistic/)
    expect(() => predictiveCheck(posterior, { replicates: 51 })).toThrow(/1 to 50 replicates/)
  })
})

it('of the prior, proportions of the trials', async () => {
  const settings = resolveSettings({
    priors: ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)'],
    priorOnly: true,
    warmup: 200,
    draws: 200,
  })
  const sample = await sampleModel(modelOf('betablocker'), settings, inlineExecutor)
  const found = predictiveCheck({ sample })
  expect(found).toMatchObject({ of: 'prior', scale: 'proportion', replicates: 800 })
  const [mean] = found.statistics
  expect(mean.observed).toBeCloseTo(0.0969, 3)
  // With such a wide prior the mean of proportions may be nearly anything, about a half.
  expect(mean.q2_5).toBeLessThan(0.2)
  expect(mean.q97_5).toBeGreaterThan(0.8)
})
