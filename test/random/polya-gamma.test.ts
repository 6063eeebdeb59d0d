import { describe, expect, it } from 'vitest'
import { gammaVariate } from '../../src/random/gamma-variate.js'
import { polyaGamma } from '../../src/random/polya-gamma.js'
import { densityRatio, saddlepoint, slopes, tanhRoot } from '../../src/random/polya-gamma-density.js'
import { polyaGammaOne } from '../../src/random/polya-gamma-series.js'
import { leastTilted, polyaGammaTilted, ratioBound } from '../../src/random/polya-gamma-tilted.js'
import { type Rng, stream } from '../../src/random/stream.js'

const logCosh = (x: number): number => x + Math.log1p(Math.exp(-2 * x)) - Math.LN2

/** Mean and variance of PG(b, z) (Polson, Scott and Windle 2013, section 2.2, and the second derivative there). */
function momentsOf(b: number, z: number): { mean: number; variance: number } {
  if (z === 0) return { mean: b / 4, variance: b / 24 }
  return {
    mean: (b / (2 * z)) * Math.tanh(z / 2),
    variance: ((b / (4 * z ** 3)) * (Math.sinh(z) - z)) / Math.cosh(z / 2) ** 2,
  }
}

/** Distance of a mean of `values` from `truth` in standard errors. */
function score(values: Float64Array, truth: number): number {
  const n = values.length
  const mean = values.reduce((a, b) => a + b, 0) / n
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n
  return (mean - truth) / Math.sqrt(variance / n)
}

const grid = [1, 2, 5, 8, 13, 50, 500].flatMap((b) => [0, 0.5, 3, 20, -3].map((z) => [b, z] as const))

describe('polyaGamma', () => {
  // 35 x 5 scores: one beyond 4.5 in 800 seeds.
  it.each(grid)('PG(%d, %d): mean, variance, Laplace transform', (b, z) => {
    const rng = stream({ seed: 31, condition: b, replicate: Math.abs(z * 2), chain: z < 0 ? 1 : 0, purpose: 'chain' })
    const { mean, variance } = momentsOf(b, Math.abs(z))
    const draws = Float64Array.from({ length: 20_000 }, () => polyaGamma(rng, b, z))
    expect(Math.abs(score(draws, mean))).toBeLessThan(4.5)
    expect(
      Math.abs(
        score(
          draws.map((x) => (x - mean) ** 2),
          variance,
        ),
      ),
    ).toBeLessThan(4.5)
    // E exp(-t x) = cosh^b(z / 2) / cosh^b(sqrt((z^2 / 2 + t) / 2)), at t of the order of 1 / mean and 1 / sd.
    const half = Math.abs(z) / 2
    for (const t of [0.5 / mean, 3 / mean, 1 / Math.sqrt(variance)]) {
      const truth = Math.exp(b * (logCosh(half) - logCosh(Math.sqrt((z * z) / 4 + t / 2))))
      expect(
        Math.abs(
          score(
            draws.map((x) => Math.exp(-t * x)),
            truth,
          ),
        ),
      ).toBeLessThan(4.5)
    }
  })

  it.each([
    [1, 0.7],
    [4, 2],
    [12, 1.3],
    [60, 5],
  ])('PG(%d, %d) is distributed as the sum of gammas that defines it', (b, z) => {
    const rng = stream({ seed: 8, condition: b, purpose: 'chain' })
    const n = 3000
    const ours = Float64Array.from({ length: n }, () => polyaGamma(rng, b, z)).sort()
    const theirs = Float64Array.from({ length: n }, () => sumOfGammas(rng, b, z)).sort()
    // Two-sample Kolmogorov-Smirnov: P(sqrt(n / 2) D > 2.0) = 7e-4.
    expect(Math.sqrt(n / 2) * largestGap(ours, theirs)).toBeLessThan(2)
  })

  it('has no variate where there are no trials', () => {
    expect(polyaGamma(stream({ seed: 1, purpose: 'chain' }), 0, 2)).toBe(0)
  })

  it('both ways give the same distribution at the same number of trials', () => {
    const rng = stream({ seed: 4, purpose: 'chain' })
    const n = 4000
    const one = Float64Array.from({ length: n }, () => polyaGammaOne(rng, 10, 0.8)).sort()
    const other = Float64Array.from({ length: n }, () => polyaGammaTilted(rng, 10, 0.8)).sort()
    expect(Math.sqrt(n / 2) * largestGap(one, other)).toBeLessThan(2)
  })

  it('stands extreme predictors', () => {
    const rng = stream({ seed: 5, purpose: 'chain' })
    for (const z of [300, 1500, 40_000]) {
      for (const b of [1, 100]) {
        const draws = Float64Array.from({ length: 500 }, () => polyaGamma(rng, b, z))
        // The variance of a large z tends to b / (2 z^3).
        expect(Math.abs(score(draws, b / (2 * z)))).toBeLessThan(4.5)
      }
    }
  })
})

describe('the hat of the tilted rejection', () => {
  /** v over all of its range, where T is from 1e-4 to 3000. */
  const points = Array.from({ length: 600 }, (_, i) => saddlepoint(Math.exp(-9 + i * 0.0283), 1))

  it.each([leastTilted, 9, 12, 20, 75, 300])('with %d trials: the ratio to the density lies within its bound', (b) => {
    for (const v of points) {
      const log = Math.log(densityRatio(b, v))
      expect(log).toBeLessThan(1e-9)
      expect(log).toBeGreaterThan(-ratioBound / b)
    }
  })

  it('the ratio is that of the alternating series of the density, where this does not cancel', () => {
    // Polson, Scott and Windle (2013), section 2.3, for z = 0.
    for (const b of [8, 9, 12]) {
      for (const x of [0.05 * b, 0.1 * b, 0.15 * b]) {
        let [sum, gamma] = [0, 1]
        for (let n = 0; n < 60; n++) {
          // gamma = Gamma(n + b) / (Gamma(n + 1) Gamma(b))
          sum += (n % 2 ? -1 : 1) * gamma * (2 * n + b) * Math.exp((b * b - (2 * n + b) ** 2) / (8 * x))
          gamma *= (n + b) / (n + 1)
        }
        const logDensity = (b - 1) * Math.LN2 - (b * b) / (8 * x) + Math.log(sum) - 0.5 * Math.log(2 * Math.PI * x ** 3)
        const v = saddlepoint((4 * x) / b, 1)
        tanhRoot(v)
        const logCoshV = v > 0 ? logCosh(Math.sqrt(v)) : Math.log(Math.cos(Math.sqrt(-v)))
        const approximation = -b * logCoshV + 2 * v * x - 0.5 * Math.log((-2 * Math.PI * b * slopes.d1) / 8)
        expect(logDensity - approximation).toBeCloseTo(Math.log(densityRatio(b, v)), 9)
      }
    }
  })

  it.each([leastTilted, 20, 300])('with %d trials: the saddlepoint approximation is log-concave', (b) => {
    /** d log f-hat / dx, which has to fall with x and so rise with v. */
    const slope = (v: number): number => {
      tanhRoot(v)
      return 2 * v - (2 * slopes.d2) / (b * slopes.d1 ** 2)
    }
    const ascending = [...points].sort((a, c) => a - c)
    for (let i = 1; i < ascending.length; i++) expect(slope(ascending[i])).toBeGreaterThan(slope(ascending[i - 1]))
  })

  it('derivatives of T are those of its differences, through the series near 0', () => {
    for (const v of [-2, -0.5, -0.021, -0.019, -1e-3, 0, 1e-4, 0.019, 0.021, 1, 30, 1e4]) {
      const h = 1e-4 * Math.max(1, Math.abs(v))
      const [below, above] = [tanhRoot(v - h), tanhRoot(v + h)]
      const t = tanhRoot(v)
      expect((above - below) / (2 * h) / slopes.d1).toBeCloseTo(1, 5)
      expect((above - 2 * t + below) / (h * h) / slopes.d2).toBeCloseTo(1, 4)
    }
  })
})

/** PG(b, z) = sum over k of Gamma(b) / (2 pi^2 ((k - 1/2)^2 + z^2 / (4 pi^2))): 200 terms, and the mean of the rest. */
function sumOfGammas(rng: Rng, b: number, z: number): number {
  let [sum, rest] = [0, momentsOf(b, z).mean]
  for (let k = 1; k <= 200; k++) {
    const scale = 1 / (2 * Math.PI ** 2 * ((k - 0.5) ** 2 + z ** 2 / (4 * Math.PI ** 2)))
    sum += scale * gammaVariate(rng, b)
    rest -= scale * b
  }
  return sum + rest
}

/** Largest distance of two empirical distribution functions of as many ascending values. */
function largestGap(a: Float64Array, b: Float64Array): number {
  let [i, j, gap] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] < b[j]) i++
    else j++
    gap = Math.max(gap, Math.abs(i - j) / a.length)
  }
  return gap
}
