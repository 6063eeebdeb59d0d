import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { normalCdf, normalQuantile } from '../../../src/numerics/special.js'
import { stream } from '../../../src/random/stream.js'
import { bootstrapIntervals, jackknifeAcceleration } from '../../../src/study/bootstrap/bootstrap-intervals.js'
import { bootstrapOf, data, formula, run } from '../studies.js'

const reference = JSON.parse(
  readFileSync(fileURLToPath(new URL('../reference/boot-mer.json', import.meta.url)), 'utf8'),
) as Record<'n', number> & Record<'estimate' | 'mean' | 'sd' | 'lower' | 'upper', readonly number[]>

describe('parametric bootstrap', () => {
  it("agrees with lme4's bootMer within Monte Carlo error", async () => {
    const { measures } = await run(bootstrapOf(4000))
    // A quantile's error is sqrt(p (1 - p) / n) over the density there, which a normal density stands in for.
    const density = Math.exp(-0.5 * normalQuantile(0.975) ** 2) / Math.sqrt(2 * Math.PI)
    const share = Math.sqrt((0.025 * 0.975) / 4000) / density
    measures.forEach((measure, j) => {
      const { mean, sd, lower, upper } = Object.fromEntries(
        (['mean', 'sd', 'lower', 'upper'] as const).map((key) => [key, reference[key][j]]),
      )
      const both = Math.sqrt(1 / 4000 + 1 / reference.n)
      const within = (got: unknown, want: number, error: number) =>
        expect(Math.abs(Number(got) - want), `${measure.parameter}`).toBeLessThan(4 * error)
      within(Number(measure.estimate) + Number(measure.bias), mean, sd * both)
      within(measure.se, sd, (sd * both) / Math.SQRT2)
      within(measure.percentileLower, lower, sd * share * Math.SQRT2)
      within(measure.percentileUpper, upper, sd * share * Math.SQRT2)
    })
  })

  it('has the standard errors of the fit where theory has them', async () => {
    const { measures } = await run(bootstrapOf(2000, { seed: 7, fit: { nodes: 9 } }))
    const { fixed } = fit(formula, await readTable(data), { family: 'binomial', nodes: 9 })
    fixed.forEach(({ name, estimate, se }, j) => {
      expect(measures[j]).toMatchObject({ parameter: name, estimate: expect.closeTo(estimate, 6) })
      // The information is first order in 1 / centres: 22 of them leave a twentieth.
      expect(Math.abs(Number(measures[j].se) / se! - 1)).toBeLessThan(3 / Math.sqrt(2 * 2000) + 0.05)
    })
  })
})

describe('cluster bootstrap', () => {
  it('has the variance of a mean over clusters, which is known', async () => {
    // Balanced clusters: the intercept is the mean of the clusters' means, whose bootstrap variance is exact.
    const rng = stream({ seed: 5, purpose: 'start' })
    const groups = 30
    const g = Array.from({ length: groups * 4 }, (_, i) => `g${Math.floor(i / 4)}`)
    const b = Array.from({ length: groups }, () => rng.normal())
    const y = g.map((_, i) => b[Math.floor(i / 4)] + 0.5 * rng.normal())
    const table = tableFrom({ y, g })
    const means = b.map((_, k) => (y[4 * k] + y[4 * k + 1] + y[4 * k + 2] + y[4 * k + 3]) / 4)
    const mean = means.reduce((sum, value) => sum + value, 0) / groups
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / groups / groups
    const study = { kind: 'bootstrap', method: 'cluster', seed: 2, replicates: 1500, data: table, family: 'gaussian' }
    const { measures } = await run({ ...study, formula: 'y ~ 1 + (1 | g)' })
    expect(measures[0].parameter).toBe('(Intercept)')
    expect(Math.abs(Number(measures[0].bias))).toBeLessThan(4 * Number(measures[0].biasMcse))
    expect(Math.abs(Number(measures[0].se) - Math.sqrt(variance))).toBeLessThan(4 * Number(measures[0].seMcse))
    // The intercept is a mean: the jackknife's skewness is that of the clusters' means.
    const cubes = means.reduce((sum, value) => sum + (value - mean) ** 3, 0)
    const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    expect(measures[0].acceleration).toBeCloseTo(cubes / (6 * squares ** 1.5), 5)
  })
})

describe('intervals from bootstrap estimates', () => {
  it('are those of the definitions on a table of 1 to 999', () => {
    const ascending = Float64Array.from({ length: 999 }, (_, i) => i + 1)
    const { percentile, basic, bca, biasCorrection } = bootstrapIntervals(ascending, 400, 0.05)
    expect(percentile).toEqual([1 + 998 * 0.025, 1 + 998 * 0.975])
    expect(basic).toEqual([800 - percentile[1], 800 - percentile[0]])
    const z0 = normalQuantile(399.5 / 999)
    expect(biasCorrection).toBeCloseTo(z0, 12)
    const limit = (z: number): number => 1 + 998 * normalCdf(z0 + (z0 + z) / (1 - 0.05 * (z0 + z)))
    expect(bca[0]).toBeCloseTo(limit(normalQuantile(0.025)), 9)
    expect(bca[1]).toBeCloseTo(limit(normalQuantile(0.975)), 9)
  })

  it('BCa is percentile where nothing is biased or skewed, and is missing where all lie on one side', () => {
    const ascending = Float64Array.from({ length: 1001 }, (_, i) => i - 500)
    const { percentile, bca } = bootstrapIntervals(ascending, 0, 0)
    expect(bca[0]).toBeCloseTo(percentile[0], 9)
    expect(bca[1]).toBeCloseTo(percentile[1], 9)
    expect(bootstrapIntervals(ascending, -600, 0).bca).toEqual([Number.NaN, Number.NaN])
  })

  it('acceleration by hand', () => {
    // Mean 2; differences 1, 1, -2: cubes -6, squares 6.
    expect(jackknifeAcceleration([1, 1, 4])).toBeCloseTo(-6 / (6 * 6 ** 1.5), 14)
  })
})

describe('null distribution of the likelihood-ratio test of a variance', () => {
  it('is the exact one of a balanced gaussian one-way layout', async () => {
    // With F of (G - 1, N - G) degrees of freedom the variance is estimated as zero where F <= G / (G - 1), and
    // the statistic is a function of F (Crainiceanu and Ruppert 2004). R, for G = 20 of n = 5:
    // pf(20/19, 19, 80); st <- function(F) { r <- F * 19/80; 100*log((1+r)/100) - 20*log(r/20) - 80*log(1/80) }
    // st(qf(c(.9, .95), 19, 80))
    const zeroShare = 0.585654
    const [q90, q95] = [1.171976371, 2.107229133]
    const rng = stream({ seed: 11, purpose: 'start' })
    const g = Array.from({ length: 100 }, (_, i) => `g${Math.floor(i / 5)}`)
    const y = g.map(() => 3 + rng.normal())
    const study = { kind: 'bootstrap', seed: 4, replicates: 1200, data: tableFrom({ y, g }), family: 'gaussian' }
    const { measures } = await run({ ...study, formula: 'y ~ 1 + (1 | g)', lrt: { null: 'y ~ 1' } })
    const test = measures.at(-1)!
    const error = Math.sqrt((zeroShare * (1 - zeroShare)) / 1200)
    expect(Math.abs(Number(test.zeroShare) - zeroShare)).toBeLessThan(4 * error)
    // Density of the statistic between the two quantiles, from the quantiles themselves.
    const density = 0.05 / (q95 - q90)
    for (const [key, p, want] of [
      ['q90', 0.9, q90],
      ['q95', 0.95, q95],
    ] as const)
      expect(Math.abs(Number(test[key]) - want)).toBeLessThan(
        (4 * Math.sqrt((p * (1 - p)) / 1200)) / (density * (1 - p) * 10),
      )
  })
})
