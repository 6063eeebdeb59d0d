import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { stateModel } from '../../../src/data/state-model.js'
import { fit } from '../../../src/fit/fit.js'
import { modelTests } from '../../../src/fit/tests/model-tests.js'
import { holm } from '../../../src/fit/results/model-verdict.js'
import {
  andersonDarling,
  andersonDarlingUpper,
  kolmogorov,
  kolmogorovUpper,
} from '../../../src/fit/tests/uniformity.js'
import { jointModes } from '../../../src/likelihood/sparse/joint-mode.js'
import { chiSquareUpper, normalQuantile, normalTwoSided } from '../../../src/numerics/special.js'
import { generator } from '../../bench/model-tests-cases.mjs'
import { state } from '../../../src/likelihood/frame/stated.js'

const rows = <Value>(n: number, of: (i: number) => Value): Value[] => Array.from({ length: n }, (_, i) => of(i))
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

describe('without random effects', () => {
  const g = generator(11)
  const n = 80
  const y = rows(n, () => g.poisson(1.3))
  const table = tableFrom({ y })
  const fitted = fit('y ~ 1', table, { family: 'poisson' })
  const { tests } = modelTests(fitted, table)
  const mean = sum(y) / n

  it("dispersion is Pearson's chi-square over n - 1, held against a chi-square scaled to its variance", () => {
    const chiSquare = sum(y.map((one) => (one - mean) ** 2 / mean))
    expect(tests.dispersion.statistic).toBeCloseTo(chiSquare / (n - 1), 10)
    // Variance 2 + 1 / mu a row; the regression on the score sum(y - mu) takes (skewness)^2 = 1 / mu of it, n times over.
    const variance = n * (2 + 1 / mean) - n / mean
    const [scale, df] = [variance / (2 * (n - 1)), (2 * (n - 1) ** 2) / variance]
    expect(tests.dispersion.method).toBe('analytic')
    expect(tests.dispersion.p).toBeCloseTo(chiSquareUpper(chiSquare / scale, df), 8)
  })

  it('zeros are held against their posterior mean, (n / (n + 1))^sum y under a flat prior on the log mean', () => {
    const zeros = y.filter((one) => one === 0).length
    const expected = n * (n / (n + 1)) ** sum(y)
    expect(tests.zeros.statistic).toBeCloseTo(zeros - expected, 2)
    // n p0 (1 - p0) less what the estimated mean explains, n mu p0^2 (van den Broek 1995).
    const p0 = Math.exp(-mean)
    const variance = n * p0 * (1 - p0 - mean * p0)
    expect(tests.zeros.p).toBeCloseTo(normalTwoSided((zeros - expected) / Math.sqrt(variance)), 2)
  })

  it('the score test of a square is n (RSS0 - RSS1) / RSS0 in a gaussian model', () => {
    const x = rows(n, () => g.uniform() * 4)
    const z = x.map((one) => 1 + one + 0.1 * one * one + g.normal())
    const data = tableFrom({ x, z })
    const [line, curve] = ['z ~ x', 'z ~ x + I(x^2)'].map((formula) => fit(formula, data, { family: 'gaussian' }))
    const rss = ({ dispersion, dfResidual }: typeof line): number => dispersion.sigma.estimate ** 2 * dfResidual
    const { tests: told } = modelTests(line, data)
    // Whatever the estimate of sigma divides by, it cancels but for the variance in the statistic's denominator.
    const atMaximum = n * (1 - rss(curve) / rss(line))
    expect(told['curvature x'].statistic / atMaximum).toBeGreaterThan(0.94)
    expect(told['curvature x'].statistic / atMaximum).toBeLessThan(1.0001)
  })
})

describe('joint modes', () => {
  const g = generator(5)
  const [levels, each] = [12, 5]
  const u = rows(levels, () => g.normal())
  const level = rows(levels * each, (i) => Math.floor(i / each))
  const table = tableFrom({ y: level.map((l) => 3 + u[l] + g.normal()), g: level.map((l) => `g${l}`) })
  const fitted = fit('y ~ 1 + (1 | g)', table, { family: 'gaussian' })
  const model = stateModel('y ~ 1 + (1 | g)', table, { family: 'gaussian' })
  const x = Float64Array.from(fitted.parameters.estimate)
  const modes = jointModes(state(model), x)
  const mode = modes.find(model.response, modes.centre())!

  it('have the fixed effect of maximum likelihood, and the modes of the fit', () => {
    expect(modes.fixedPart(mode.u)[0]).toBeCloseTo(fitted.fixed[0].estimate, 7)
    expect(mode.rows.eta[0][0]).toBeCloseTo(fitted.fixed[0].estimate + fitted.modes[0].mode, 7)
  })

  it('spend 1 + (levels - 1) n s^2 / (n s^2 + sigma^2) parameters in a balanced design', () => {
    const [sd] = fitted.random[0].sd
    const sigma = fitted.dispersion.sigma.estimate
    const share = (each * sd ** 2) / (each * sd ** 2 + sigma ** 2)
    expect(modes.effectiveParameters()).toBeCloseTo(1 + (levels - 1) * share, 8)
    // The predictor's variances are sigma^2 times the leverages, which add up to the same.
    expect(sum([...modes.variances()]) / sigma ** 2).toBeCloseTo(1 + (levels - 1) * share, 8)
    const ones = new Float64Array(levels * each).fill(1)
    expect(modes.explained(ones)).toBeCloseTo(sum([...modes.smoothed(ones)]), 8)
  })
})

describe('limiting laws', () => {
  it.each([
    // Smirnov's table; Marsaglia and Marsaglia (2004), who correct the last point of Anderson and Darling (1954).
    [kolmogorovUpper, 1.22385, 0.1],
    [kolmogorovUpper, 1.3581, 0.05],
    [kolmogorovUpper, 1.62762, 0.01],
    [andersonDarlingUpper, 1.932958, 0.1],
    [andersonDarlingUpper, 2.492367, 0.05],
    [andersonDarlingUpper, 3.878125, 0.01],
  ])('%o', (upper, x, p) => {
    expect(upper(x) / p).toBeCloseTo(1, 2)
  })

  it('statistics of the quantiles (i - 1/2) / n: D = 1 / (2n), and A^2 from its definition', () => {
    const n = 20
    const z = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n))
    expect(kolmogorov(z)).toBeCloseTo(1 / (2 * n), 12)
    const squares = -n - sum(rows(n, (i) => ((2 * i + 1) / n) * 2 * Math.log((i + 0.5) / n)))
    expect(andersonDarling(z)).toBeCloseTo(squares, 10)
  })

  it("Holm's correction stops at the first that fails", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([true, false, false, true])
    expect(holm([0.04, Number.NaN])).toEqual([true, false])
    expect(holm([0.04, 0.9])).toEqual([false, false])
  })
})
