import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { quantileResiduals } from '../../../src/fit/predict/quantile-residuals.js'
import { simulate } from '../../../src/fit/predict/simulate.js'
import { betablocker } from '../../reference/data.js'
import { peerTable } from '../../reference/peers.js'

const moments = (values: ArrayLike<number>): { mean: number; se: number } => {
  const all = Array.from(values)
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1)
  return { mean, se: Math.sqrt(variance / all.length) }
}

describe('simulated responses of a fit', () => {
  it('have the mean and variance of the estimates, also under restricted likelihood', () => {
    const dyestuff = peerTable('Dyestuff')
    for (const reml of [false, true]) {
      const record = fit('Yield ~ 1 + (1 | Batch)', dyestuff, { family: 'gaussian', reml })
      const { replicates } = simulate(record, dyestuff, { replicates: 2000, seed: 2 })
      const first = replicates.map((y) => y[0])
      const mu = record.fixed[0].estimate
      const { mean, se } = moments(first)
      expect(Math.abs(mean - mu) / se).toBeLessThan(4)
      const total = record.random[0].sd[0] ** 2 + record.dispersion.sigma.estimate ** 2
      const square = moments(first.map((value) => (value - mu) ** 2))
      expect(Math.abs(square.mean - total) / square.se).toBeLessThan(4)
      const product = moments(replicates.map((y) => (y[0] - mu) * (y[1] - mu)))
      expect(Math.abs(product.mean - record.random[0].sd[0] ** 2) / product.se).toBeLessThan(4)
    }
  })

  it('stand at the modes where asked to, new levels being drawn, with the columns of the fit', () => {
    const sleep = peerTable('sleepstudy')
    const record = fit('Reaction ~ scale(Days) + (1 | Subject)', sleep, { family: 'gaussian' })
    const table = tableFrom({ Reaction: [0, 0, 0], Days: [0, 9, 1], Subject: ['308', '308', 'new'] })
    const { replicates } = simulate(record, table, { replicates: 1500, seed: 3, conditional: true })
    const days = sleep.columns.find(({ name }) => name === 'Days')!
    if (days.kind !== 'numeric') throw new Error('Days are numbers')
    const centre = moments(days.values)
    const z = (9 - centre.mean) / (centre.se * Math.sqrt(days.values.length))
    const wanted = record.fixed[0].estimate + z * record.fixed[1].estimate + record.modes[0].mode
    const got = moments(replicates.map((y) => y[1]))
    expect(Math.abs(got.mean - wanted) / got.se).toBeLessThan(4)
    const sigma2 = record.dispersion.sigma.estimate ** 2
    const known = moments(replicates.map((y) => (y[1] - wanted) ** 2))
    expect(Math.abs(known.mean - sigma2) / known.se).toBeLessThan(4)
    const at = record.fixed[0].estimate + ((1 - centre.mean) / (centre.se * Math.sqrt(180))) * record.fixed[1].estimate
    const fresh = moments(replicates.map((y) => (y[2] - at) ** 2))
    expect(Math.abs(fresh.mean - sigma2 - record.random[0].sd[0] ** 2) / fresh.se).toBeLessThan(4)
  })

  it('refuse rows with frequencies, and data that do not tell the columns apart', () => {
    const table = tableFrom({ y: [1, 2, 0, 3, 1, 4], x: [0, 1, 0, 1, 0, 1], n: [2, 1, 1, 3, 1, 1] })
    const counted = fit('y ~ x', table, { family: 'poisson', frequency: 'n' })
    expect(() => simulate(counted, table)).toThrow('one observation each')
    const record = fit('y ~ x', table, { family: 'poisson' })
    const constant = tableFrom({ y: [1, 2, 0], x: [1, 1, 1] })
    expect(() => simulate(record, constant)).toThrow('got no column of its own for x')
    expect(() => simulate(record, table, { replicates: 1e9 })).toThrow('replicates of 6 rows')
  })
})

describe('quantile residuals of a fit', () => {
  it('are those of the distribution function at the modes, and told where asked for', () => {
    const sleep = peerTable('sleepstudy')
    const linear = fit('Reaction ~ Days + (Days | Subject)', sleep, { family: 'gaussian', residuals: 'quantile' })
    // For a gaussian they are the Pearson residuals.
    const { pearson, quantile } = linear.residuals
    for (const what of ['min', 'q1', 'median', 'q3', 'max'] as const)
      expect(quantile![what]).toBeCloseTo(pearson[what], 9)
    const record = fit('cbind(r, n - r) ~ treat + (1 | center)', betablocker, { residuals: 'quantile', seed: 7 })
    const drawn = quantileResiduals(record, betablocker, { seed: 7 })
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([
      record.residuals.quantile!.min,
      record.residuals.quantile!.max,
    ])
    expect(quantileResiduals(record, betablocker, { seed: 8 })).not.toEqual(drawn)
    expect(fit('y ~ x', tableFrom({ y: [1, 2, 4], x: [0, 1, 3] })).residuals.quantile).toBeUndefined()
    expect(() => fit('y ~ x', tableFrom({ y: [1, 2, 4], x: [0, 1, 3] }), { residuals: 'raw' as 'quantile' })).toThrow(
      'got raw',
    )
  })
})
