import { describe, expect, it } from 'vitest'
import { checkFormula } from '../../src/check/check.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { cases, exact } from '../reference/data.js'

describe('check', () => {
  it.each(['betablocker', 'cbpp'] as const)('%s: Laplace is adequate', async (name) => {
    const { formula, table } = cases[name]
    const { record } = await checkFormula(formula, table, { seed: 3 }, inlineExecutor)
    expect(record.verdict).toBe('adequate')
    expect(record.rungs.slice(0, 5).map(({ nodes }) => nodes)).toEqual([1, 4, 7, 10, 13])
    expect(record.rungs[0].method).toBe('laplace')
    for (const { shiftInSe } of record.comparison) expect(Math.abs(shiftInSe!)).toBeLessThan(0.1)
    expect(record.warnings).toEqual([])
  })

  it('betablocker: ladder, posterior, odds ratio and centre effects are those of the exact figures', async () => {
    const { formula, table } = cases.betablocker
    const { record } = await checkFormula(formula, table, { seed: 3 }, inlineExecutor)
    const truth = exact.betablocker
    const [b0, b1, sd] = record.comparison
    expect(b0.best).toBeCloseTo(truth.beta['(Intercept)'], 7)
    expect(b1.best).toBeCloseTo(truth.beta.treat, 7)
    expect(sd.best).toBeCloseTo(truth.sd['(Intercept)'], 7)
    expect(sd.laplace).toBeCloseTo(0.486013, 6)
    expect(sd.shiftInSe).toBeCloseTo((0.486013 - 0.4864863) / 0.0840423, 3)
    // exp of the exact posterior quantiles of treat under these priors, to Monte Carlo error (a tenth of an SD).
    const [ratio] = record.ratios
    expect(ratio.kind).toBe('odds ratio')
    expect(ratio.estimate).toBeCloseTo(Math.exp(truth.beta.treat), 7)
    expect(Math.log(ratio.posteriorLower)).toBeCloseTo(-0.35923, 1.5)
    expect(Math.log(ratio.posteriorUpper)).toBeCloseTo(-0.1636, 1.5)
    expect(record.effects).toHaveLength(22)
    for (const { mean, lower, upper, mode } of record.effects) {
      expect(lower).toBeLessThan(mean)
      expect(mean).toBeLessThan(upper)
      expect(Math.abs(mean - mode)).toBeLessThan(0.1)
    }
    // The clusters' errors add up to the whole error of Laplace at its own estimates.
    const whole = record.clusters.reduce((sum, { logLikError }) => sum + logLikError, 0)
    expect(whole).toBeCloseTo(-159.2102899 - -159.187044954447, 6)
  })

  it('toenail: Laplace is inadequate, and says by how much', async () => {
    const { formula, table } = cases.toenail
    const options = { seed: 3, chains: 2, warmup: 300, draws: 200 }
    const { record } = await checkFormula(formula, table, options, inlineExecutor)
    expect(record.verdict).toBe('inadequate')
    const intercept = record.comparison[0]
    expect(intercept.shiftInSe).toBeCloseTo((-2.52335 + 1.618285) / 0.434269, 2)
    const sd = record.comparison.at(-1)!
    expect(sd.parameter).toBe('sd(patient)')
    expect(sd.laplace).toBeCloseTo(4.571, 3)
    expect(sd.best).toBeCloseTo(exact.toenail.sd['(Intercept)'], 3)
    expect(record.reasons[0]).toContain('(Intercept) is -2.523 by Laplace, -1.6183 by')
  })

  it('refuses a model without random effects', async () => {
    const job = checkFormula('cbind(r, n - r) ~ treat', cases.betablocker.table, {}, inlineExecutor)
    await expect(job).rejects.toMatchObject({ code: 'MODEL' })
  })
})
