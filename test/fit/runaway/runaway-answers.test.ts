import { describe, expect, it } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import type { Table } from '../../../src/data/table.js'
import { compare } from '../../../src/fit/compare/compare.js'
import { comparableFit } from '../../../src/fit/compare/compare-input.js'
import { fit } from '../../../src/fit/fit.js'
import { predict } from '../../../src/fit/predict/predict.js'
import { fitSource } from '../../../src/fit/predict/predict-source.js'
import { simulate } from '../../../src/fit/predict/simulate.js'
import { wideAverage } from '../../../src/fit/predict/wide-rule.js'
import { normalCdf } from '../../../src/numerics/special.js'

const faults = (name: string): Promise<Table> =>
  readTable(new URL(`../../reference/faults/${name}`, import.meta.url).pathname)
const told = (warnings: readonly { code: string; message: string }[]): string[] =>
  warnings.filter(({ code }) => code === 'SEPARATION').map(({ message }) => message)

describe('a fit with parameters that run', () => {
  it('compares with a warning, also as it is read back', async () => {
    const table = await faults('zerocell.csv')
    const small = fit('y ~ 1 + (1 | site)', table, { family: 'poisson' })
    const large = fit('y ~ trt + (1 | site)', table, { family: 'poisson' })
    const back = [small, large].map((one, i) => comparableFit(JSON.parse(JSON.stringify(one)), `fit ${i}`))
    for (const fits of [[small, large], back]) {
      const record = compare(fits)
      expect(record.models[1].test!.chiSquare).toBeCloseTo(2 * (large.logLik - small.logLik), 10)
      expect(told(record.warnings)).toEqual([expect.stringMatching(/^model 2 has no finite maximum in trtD \(-Inf\)/)])
    }
  })

  it('predicts the cells it can, and says that others are limits', async () => {
    const table = await faults('zerocell.csv')
    const record = fit('y ~ trt + (1 | site)', table, { family: 'poisson' })
    const predicted = predict(record, table)
    expect(told(predicted.warnings)).toEqual([expect.stringMatching(/^the fit has no finite maximum in trtD \(-Inf\)/)])
    const cells = predicted.predictions.map(({ response }) => response!)
    expect(cells[0].se).toBeGreaterThan(0)
    const limits = cells.filter(({ se }) => !(se !== null && se > 0))
    expect(limits).toHaveLength(36)
    for (const { estimate } of limits) expect(estimate).toBeLessThan(1e-10)
  })

  it('with an infinite standard deviation: the share of unanimous levels, and no errors', async () => {
    const table = await faults('passfail60.csv')
    const record = fit('Pass ~ 1 + (1 | Student)', table, { family: 'binomial' })
    const source = fitSource(JSON.parse(JSON.stringify(record)), 'fit')
    for (const kind of ['population', 'conditional', 'average'] as const) {
      const { predictions, warnings } = predict(source, table, { kind })
      expect(told(warnings)[0]).toMatch(/the standard deviation of \(Intercept\) by Student \(Inf\)/)
      for (const { response, linear } of predictions) {
        for (const one of [response!, linear!]) expect([one.se, one.lower, one.upper]).toEqual([null, null, null])
        if (kind === 'average') expect(response!.estimate).toBeCloseTo(24 / 60, 3)
      }
    }
    const { replicates, warnings } = simulate(record, table, { replicates: 5 })
    expect(told(warnings)).toHaveLength(1)
    // Rows come four a student; no simulated student is mixed.
    for (const y of replicates)
      for (let s = 0; s < 60; s++) expect([0, 4]).toContain(y.slice(4 * s, 4 * s + 4).reduce((a, b) => a + b))
  })
})

describe('the average of a step', () => {
  it.each([31, 100, 1e4, 1e7])('is a normal probability, at a standard deviation of %d', (sd) => {
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
    for (const eta of [-2 * sd, -0.3 * sd, 0, 0.7 * sd]) {
      // The logistic density adds pi^2 / 3 to the variance; its kurtosis matters less than sd^-4.
      const smooth = normalCdf(eta / Math.sqrt(sd * sd + Math.PI ** 2 / 3))
      expect(Math.abs(wideAverage(logistic, eta, sd) - smooth)).toBeLessThan(3 / sd ** 4 + 1e-9)
    }
  })
})
