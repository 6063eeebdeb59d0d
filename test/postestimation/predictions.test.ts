import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { studentQuantile } from '../../src/numerics/special.js'
import { means } from '../../src/postestimation/means.js'
import { predictionGrid } from '../../src/postestimation/prediction-grid.js'
import { predict } from '../../src/postestimation/predictions.js'
import { stream } from '../../src/random/stream.js'
import { readReference } from '../reference/tables.js'

const toenail = readReference('toenail')
const fitted = fit('outcome ~ treatment * time + (1 | patient)', toenail, { nodes: 25 })

describe('averaged predictions', () => {
  it('have the standard errors of population means, over the variances too', () => {
    const rows = tableFrom({ treatment: ['itraconazole', 'terbinafine', null, 'terbinafine'], time: [0, 6, 3, null] })
    const own = predict(fitted, rows, { kind: 'average' })
    const told = means(fitted, '~ treatment * time', { at: 'time=0,6' }).grid
    const [first, second] = [told[0], told.find(({ treatment, time }) => treatment === 'terbinafine' && time === 6)!]
    for (const [i, mean] of [first, second].entries()) {
      expect(own.predictions[i].response!.estimate).toBeCloseTo(mean.estimate!, 10)
      expect(own.predictions[i].response!.se).toBeCloseTo(mean.se!, 10)
      expect(own.predictions[i].response!.upper).toBeCloseTo(mean.upper!, 10)
    }
    expect(own.predictions.slice(2).map(({ response }) => response)).toEqual([null, null])
    const read = predict(JSON.parse(JSON.stringify(fitted)), rows, { kind: 'average' })
    expect(read.warnings.map(({ code }) => code)).toContain('SEPARATE_ERRORS')
    expect(read.predictions[0].response!.estimate).toBeCloseTo(first.estimate!, 10)
  })
})

describe('a grid to predict for', () => {
  it('has the values asked for, the mean of a covariate and the first level of a factor', () => {
    const { table, varying, held } = predictionGrid(fitted, toenail, { treatment: ['all'], patient: ['3', '7'] })
    expect(table.nrow).toBe(4)
    expect(varying).toEqual(['treatment', 'patient'])
    expect(Object.keys(held)).toEqual(['time'])
    const time = table.columns.find(({ name }) => name === 'time')!
    const own = toenail.columns.find(({ name }) => name === 'time')!
    if (time.kind !== 'numeric' || own.kind !== 'numeric') throw new Error('numbers were expected')
    expect(time.values[0]).toBeCloseTo(own.values.reduce((sum, one) => sum + one, 0) / own.values.length, 12)
    const shown = predict(fitted, table, { kind: 'conditional', show: varying }).predictions
    expect(shown.map(({ at }) => at)).toEqual([
      { treatment: 'itraconazole', patient: 3 },
      { treatment: 'terbinafine', patient: 3 },
      { treatment: 'itraconazole', patient: 7 },
      { treatment: 'terbinafine', patient: 7 },
    ])
    expect(() => predictionGrid(fitted, toenail, { patient: ['9999'] })).toThrow(/levels of patient, got '9999'/)
    expect(() => predictionGrid(fitted, toenail, { tim: ['1'] })).toThrow(/got 'tim'/)
  })
})

describe('intervals of a new response', () => {
  it('of a linear model are the textbook ones', () => {
    const speed = [4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    const dist = [2, 4, 16, 10, 18, 17, 24, 34, 26, 54]
    const cars = tableFrom({ speed, dist })
    const line = fit('dist ~ speed', cars)
    const at = 12.5
    const [own] = predict(line, tableFrom({ speed: [at] }), { interval: 'response' }).predictions
    const n = speed.length
    const mean = speed.reduce((sum, one) => sum + one, 0) / n
    const squares = speed.reduce((sum, one) => sum + (one - mean) ** 2, 0)
    const beta = line.fixed.map(({ estimate }) => estimate)
    const residual = dist.reduce((sum, one, i) => sum + (one - beta[0] - beta[1] * speed[i]) ** 2, 0)
    const half =
      studentQuantile(0.975, n - 2) * Math.sqrt((residual / (n - 2)) * (1 + 1 / n + (at - mean) ** 2 / squares))
    expect(own.interval!.upper! - (beta[0] + beta[1] * at)).toBeCloseTo(half, 6)
  })

  it('of a count lie between its quantiles, by simulation of another kind', () => {
    const epil = readReference('epil')
    const counts = fit('y ~ trt + (1 | subject)', epil, { family: 'poisson', nodes: 9 })
    const { table } = predictionGrid(counts, epil, { trt: ['all'] })
    const [own] = predict(counts, table, { kind: 'average', interval: 'response', seed: 5 }).predictions
    // The estimates' uncertainty is small beside that of a subject: here it is left out.
    const rng = stream({ seed: 11, purpose: 'tests' })
    const draws = Float64Array.from({ length: 20_000 }, () => {
      const mu = Math.exp(counts.fixed[0].estimate + counts.random[0].sd[0] * rng.normal())
      let [k, p] = [0, Math.exp(-mu)]
      for (let u = rng.uniform() - p; u > 0 && k < 1000; u -= p) p *= mu / ++k
      return k
    }).sort()
    expect(own.interval!.lower).toBe(draws[500])
    expect(Math.abs(own.interval!.upper! / draws[19_500] - 1)).toBeLessThan(0.12)
    const again = predict(counts, table, { kind: 'average', interval: 'response', seed: 5 }).predictions[0]
    expect(again.interval).toEqual(own.interval)
    expect(() => predict(counts, table, { interval: 'both' as 'mean' })).toThrow(/for --interval, got 'both'/)
  })
})
