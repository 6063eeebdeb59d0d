import { describe, expect, it } from 'vitest'
import { ebfmi } from '../../../src/draws/diagnostics/ebfmi.js'
import { effectiveSampleSize, essBulk, essMean } from '../../../src/draws/diagnostics/effective-sample-size.js'
import { meanAutocovariance } from '../../../src/draws/diagnostics/mean-autocovariance.js'
import { mcseMean, mcseQuantile, mcseSd } from '../../../src/draws/diagnostics/monte-carlo-error.js'
import { rhat } from '../../../src/draws/diagnostics/rhat.js'
import { ar1Chains } from '../ar1-chains.js'

const chains = 4
const draws = 5000

describe.each([0, 0.5, 0.9, 0.97, -0.3, -0.7])('AR(1) chains with rho = %f', (rho) => {
  const sample = ar1Chains(rho, chains, draws, 20240101 + Math.round(100 * rho))
  // The autocorrelations rho^t sum to tau = (1 + rho) / (1 - rho). A window of T lags estimates tau with relative
  // variance 2 (2T + 1) / N (Madras and Sokal 1988). Geyer's rule stops near the lag where rho^t is in the
  // noise 1 / sqrt(N), give or take; a few lags at least.
  const tau = (1 + rho) / (1 - rho)
  const window = Math.max(4, Math.log(chains * draws) / (2 * -Math.log(Math.abs(rho) || 1e-9)))
  // The term that ends the sequence adds the noise of one autocorrelation (Bartlett's formula), which counts where
  // antithetic draws make tau small.
  const lastTermSd = Math.sqrt((1 + rho * rho) / (1 - rho * rho) / (chains * draws))
  const relativeSd = Math.sqrt((2 * (2 * window + 1)) / (chains * draws)) + lastTermSd / tau

  it('effective sample size is N / tau', () => {
    for (const estimate of [essMean, essBulk]) {
      const ratio = (estimate(sample) * tau) / (chains * draws)
      expect(Math.abs(Math.log(ratio)), `${estimate.name} ratio ${ratio}`).toBeLessThan(4 * relativeSd)
    }
  })

  it('effective sample size of the squares is that of rho^2', () => {
    // The square of a Gaussian AR(1) has autocorrelations rho^2t.
    const squares = sample.map((chain) => chain.map((x) => x * x))
    const expected = (chains * draws * (1 - rho * rho)) / (1 + rho * rho)
    expect(Math.abs(Math.log(essMean(squares) / expected))).toBeLessThan(4 * relativeSd)
  })

  it('R-hat is near one', () => {
    // R-hat^2 - 1 is about (chi2(7) / 7) tau / (n / 2) for 8 half-chains; chi2(7) exceeds 24.3 once in a thousand.
    const value = rhat(sample)
    expect(value).toBeGreaterThan(0.999)
    expect(value ** 2 - 1).toBeLessThan(((24.3 / 7) * Math.max(tau, 1)) / (draws / 2))
  })
})

it('Monte Carlo errors are the spread of estimates over repeated runs', () => {
  const rho = 0.6
  const runs = 400
  const n = 500
  const at = (sorted: Float64Array, p: number) => sorted[Math.round(p * (sorted.length - 1))]
  const estimates = { mean: [] as number[], sd: [] as number[], q90: [] as number[] }
  const errors = { mean: 0, sd: 0, q90: 0 }
  for (let run = 0; run < runs; run++) {
    // An asymmetric target: exp of half the chain.
    const sample = ar1Chains(rho, 4, n, 7919 * (run + 1)).map((chain) => chain.map((x) => Math.exp(x / 2)))
    const all = Float64Array.from(sample.flatMap((chain) => [...chain])).sort()
    const mean = all.reduce((a, b) => a + b, 0) / all.length
    estimates.mean.push(mean)
    estimates.sd.push(Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / (all.length - 1)))
    estimates.q90.push(at(all, 0.9))
    errors.mean += mcseMean(sample) / runs
    errors.sd += mcseSd(sample) / runs
    errors.q90 += mcseQuantile(sample, 0.9) / runs
  }
  for (const name of ['mean', 'sd', 'q90'] as const) {
    const values = estimates[name]
    const centre = values.reduce((a, b) => a + b, 0) / runs
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - centre) ** 2, 0) / (runs - 1))
    // An SD from 400 runs has a relative error of 1 / sqrt(800) = 3.5 %.
    expect(Math.abs(Math.log(errors[name] / spread)), `${name}: ${errors[name]} against ${spread}`).toBeLessThan(0.14)
  }
})

it('autocovariances are those of the definition, summed or transformed', () => {
  for (const [rho, count, length] of [
    [0.5, 3, 300],
    [0.995, 4, 257],
    [0.9, 1, 64],
  ] as const) {
    const sample = ar1Chains(rho, count, length, 5)
    const autocovariance = meanAutocovariance(sample)
    for (let lag = 0; lag < length; lag++) {
      let sum = 0
      for (const chain of sample) {
        const mean = chain.reduce((a, b) => a + b, 0) / length
        for (let i = 0; i + lag < length; i++) sum += (chain[i] - mean) * (chain[i + lag] - mean)
      }
      expect(Math.abs(autocovariance(lag) - sum / (length * count)), `lag ${lag}`).toBeLessThan(1e-12)
    }
  }
})

it('antithetic chains are capped at N log10 N', () => {
  const alternating = [0, 1].map((c) =>
    Float64Array.from({ length: 200 }, (_, i) => (-1) ** i + 0.01 * Math.sin(i * i + c)),
  )
  expect(effectiveSampleSize(alternating)).toBeLessThanOrEqual(400 * Math.log10(400) + 1e-9)
})

describe('ebfmi', () => {
  it('is the sum of squared steps over the sum of squares', () => {
    // Steps 3, -2, 5; mean 3.5, deviations -2.5, 0.5, -1.5, 3.5.
    expect(ebfmi([1, 4, 2, 7])).toBeCloseTo((9 + 4 + 25) / (6.25 + 0.25 + 2.25 + 12.25), 14)
  })
  it('is 2 (1 - rho) for an AR(1)', () => {
    const [energies] = ar1Chains(0.9, 1, 20_000, 3)
    // Relative SD of the ratio: that of the variance estimate, sqrt(2 (1 + rho^2) / (1 - rho^2) / n) = 3 %.
    expect(Math.abs(ebfmi(energies) / 0.2 - 1)).toBeLessThan(0.12)
  })
  it('does not exist for energies that do not vary', () => {
    expect(ebfmi([2, 2, 2])).toBeNaN()
  })
})
