import { describe, expect, it } from 'vitest'
import { covarianceEstimate } from '../../samplers/covariance-estimate.js'
import { dualAveraging } from '../../samplers/dual-averaging.js'
import { denseMetric, diagonalMetric, type Metric } from '../../samplers/metric.js'
import { nuts } from '../../samplers/nuts.js'
import { reasonableStepSize } from '../../samplers/step-size.js'
import { windows } from '../../samplers/windows.js'
import type { LogDensity } from '../../src/likelihood/likelihood.js'
import { stream } from '../../src/random/stream.js'

describe('windows', () => {
  it('of 1,000 iterations are those of Stan', () => {
    expect(windows(1000)).toEqual({ first: 75, ends: [100, 150, 250, 450, 950] })
  })

  it('of any number of iterations lie within the warm-up, ascending', () => {
    for (let warmup = 0; warmup <= 3000; warmup++) {
      const { first, ends } = windows(warmup)
      expect(first).toBeGreaterThanOrEqual(0)
      expect(first).toBeLessThanOrEqual(warmup)
      let before = first
      for (const end of ends) {
        expect(Number.isInteger(end) && end > before && end <= warmup, `${warmup}: ${ends}`).toBe(true)
        before = end
      }
      if (warmup >= 20) expect(ends.length).toBeGreaterThan(0)
    }
  })

  it('leave the last phase to the step size', () => {
    for (const warmup of [20, 60, 149, 150, 300, 1000, 5000]) {
      const stop = windows(warmup).ends.at(-1)!
      expect(warmup - stop).toBe(warmup < 150 ? Math.floor(0.1 * warmup) : 50)
    }
    expect(windows(19).ends).toEqual([])
  })
})

describe('dualAveraging', () => {
  /** Mean acceptance over the last steps where steps of size s are accepted at rate exp(-s / scale), with noise. */
  const settle = (start: number, target: number, scale: number): { rate: number; average: number } => {
    const rng = stream({ seed: 3, purpose: 'chain' })
    const steps = dualAveraging(start, target)
    for (let i = 0; i < 3000; i++) {
      const rate = Math.exp(-steps.current() / scale) + 0.1 * (rng.uniform() - 0.5)
      steps.update(Math.max(0, rate))
    }
    return { rate: Math.exp(-steps.average() / scale), average: steps.average() }
  }

  it('steers to the target from any start', () => {
    for (const target of [0.6, 0.8, 0.95]) {
      for (const [start, scale] of [
        [1, 1],
        [1e-4, 2],
        [1e3, 0.01],
      ]) {
        const { rate, average } = settle(start, target, scale)
        expect(Math.abs(rate - target), `target ${target} from ${start}: ${rate}`).toBeLessThan(0.02)
        // The noise is cut at a rate of 1 only; -log(target) scale is where the response crosses the target.
        expect(average).toBeGreaterThan(0)
      }
    }
  })

  it('starts over around a step size, as a new one would', () => {
    const [used, fresh] = [dualAveraging(1, 0.8), dualAveraging(0.3, 0.8)]
    for (const rate of [0.2, 0.9, 1, 0]) used.update(rate)
    used.restart(0.3)
    for (const rate of [0.5, 0.9, 0.7]) {
      used.update(rate)
      fresh.update(rate)
    }
    expect([used.current(), used.average()]).toEqual([fresh.current(), fresh.average()])
  })

  it('takes a rate that is not a number for 0, and one above 1 for 1', () => {
    const [a, b, c, d] = [0, 1, 2, 3].map(() => dualAveraging(1, 0.8))
    a.update(Number.NaN)
    b.update(0)
    c.update(1.7)
    d.update(1)
    expect(a.current()).toBe(b.current())
    expect(c.current()).toBe(d.current())
    expect(a.current()).toBeLessThan(c.current())
  })
})

describe('covarianceEstimate', () => {
  const d = 3
  const rng = stream({ seed: 8, purpose: 'chain' })
  const draws = Array.from({ length: 40 }, () => {
    const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()]
    // Far from 0, where a sum of squares would lose its digits.
    return Float64Array.of(1e6 + a, 5 * (b + a), 1e-3 * c - b)
  })

  /** The batch formula, drawn toward 1e-3 I by a weight of 5 draws. */
  const batch = (i: number, j: number, of: readonly Float64Array[]): number => {
    const n = of.length
    const mean = (k: number): number => of.reduce((sum, x) => sum + x[k], 0) / n
    const [mi, mj] = [mean(i), mean(j)]
    const covariance = of.reduce((sum, x) => sum + (x[i] - mi) * (x[j] - mj), 0) / (n - 1)
    return (n * covariance + (i === j ? 5e-3 : 0)) / (n + 5)
  }

  it('is the batch formula, regularised, dense and diagonal', () => {
    const dense = covarianceEstimate(d, 'dense')
    const diagonal = covarianceEstimate(d, 'diagonal')
    for (const estimate of [dense, diagonal]) {
      estimate.add(Float64Array.of(99, 99, 99)) // forgotten
      estimate.reset()
      draws.forEach(estimate.add)
    }
    const whole = dense.metric()!
    expect(whole.kind).toBe('dense')
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) expect(Math.abs(whole.sigma[i * d + j] - batch(i, j, draws))).toBeLessThan(1e-8)
      expect(Math.abs(diagonal.metric()!.sigma[i] - batch(i, i, draws))).toBeLessThan(1e-8)
    }
  })

  it('has no metric of fewer than two draws, and a positive one of two', () => {
    for (const kind of ['dense', 'diagonal'] as const) {
      const estimate = covarianceEstimate(d, kind)
      expect(estimate.metric()).toBeNull()
      estimate.add(draws[0])
      expect(estimate.metric()).toBeNull()
      estimate.add(draws[0])
      expect(estimate.metric()!.sigma[0]).toBeGreaterThan(0)
    }
  })

  it('leaves a metric alone that it gave before', () => {
    const estimate = covarianceEstimate(d, 'dense')
    draws.slice(0, 10).forEach(estimate.add)
    const metric = estimate.metric()!
    const before = metric.sigma.slice()
    draws.slice(10).forEach(estimate.add)
    estimate.reset()
    expect(metric.sigma).toEqual(before)
  })
})

describe('metric', () => {
  /** Sigma and its inverse, by hand: Sigma = [[4, 1.2], [1.2, 1]], determinant 2.56. */
  const sigma = Float64Array.of(4, 1.2, 1.2, 1)
  const precision = [1 / 2.56, -1.2 / 2.56, -1.2 / 2.56, 4 / 2.56]

  const momentCovariance = (metric: Metric): number[] => {
    const n = 40_000
    const rng = stream({ seed: 12, purpose: 'chain' })
    const p = new Float64Array(2)
    const sums = [0, 0, 0, 0]
    for (let draw = 0; draw < n; draw++) {
      metric.momentum(rng, p)
      for (let at = 0; at < 4; at++) sums[at] += (p[at >> 1] * p[at & 1]) / n
    }
    return sums
  }
  const expectCovariance = (got: readonly number[], expected: readonly number[]): void => {
    for (let at = 0; at < 4; at++) {
      // Var(p_i p_j) = C_ii C_jj + C_ij^2 for a Gaussian.
      const [i, j] = [at >> 1, at & 1]
      const sd = Math.sqrt((expected[3 * i] * expected[3 * j] + expected[at] ** 2) / 40_000)
      expect(Math.abs(got[at] - expected[at])).toBeLessThan(4 * sd)
    }
  }

  it('draws momenta with covariance Sigma^-1', () => {
    expectCovariance(momentCovariance(denseMetric(sigma, 2)!), precision)
    expectCovariance(momentCovariance(diagonalMetric(Float64Array.of(4, 0.25))), [0.25, 0, 0, 4])
  })

  it('applies Sigma', () => {
    const out = new Float64Array(2)
    denseMetric(sigma, 2)!.apply(Float64Array.of(1, -2), out)
    expect(out[0]).toBeCloseTo(4 - 2.4, 14)
    expect(out[1]).toBeCloseTo(1.2 - 2, 14)
    diagonalMetric(Float64Array.of(4, 0.25)).apply(Float64Array.of(1, -2), out)
    expect([...out]).toEqual([4, -0.5])
  })

  it('is refused where Sigma is not positive definite', () => {
    expect(denseMetric(Float64Array.of(1, 2, 2, 1), 2)).toBeNull()
  })
})

describe('reasonableStepSize', () => {
  const normal = (d: number, scale = 1): LogDensity => ({
    dimension: d,
    evaluate: (x, gradient) => {
      let value = 0
      for (let j = 0; j < d; j++) {
        gradient[j] = -x[j] / (scale * scale)
        value += 0.5 * gradient[j] * x[j]
      }
      return value
    },
  })

  it('lies within [0.25, 4] on a standard normal, wherever it starts from', () => {
    for (const from of [1e-6, 0.1, 1, 100]) {
      for (let seed = 1; seed <= 10; seed++) {
        const rng = stream({ seed, purpose: 'chain' })
        const density = normal(10)
        const state = nuts(density).init(Float64Array.from({ length: 10 }, () => rng.normal()))
        const step = reasonableStepSize(density, state, diagonalMetric(new Float64Array(10).fill(1)), from, rng)
        expect(step, `from ${from}`).toBeGreaterThanOrEqual(0.25)
        expect(step, `from ${from}`).toBeLessThanOrEqual(4)
      }
    }
  })

  it('follows the scale of the target, unless the metric carries it', () => {
    const scale = 1e-3
    const density = normal(10, scale)
    const rng = stream({ seed: 2, purpose: 'chain' })
    const state = nuts(density).init(Float64Array.from({ length: 10 }, () => scale * rng.normal()))
    const plain = reasonableStepSize(density, state, diagonalMetric(new Float64Array(10).fill(1)), 1, rng)
    expect(plain / scale).toBeGreaterThan(0.25)
    expect(plain / scale).toBeLessThan(4)
    const tuned = reasonableStepSize(density, state, diagonalMetric(new Float64Array(10).fill(scale * scale)), 1, rng)
    expect(tuned).toBeGreaterThan(0.25)
    expect(tuned).toBeLessThan(4)
  })

  it('ends where no step is accepted, or every step is', () => {
    const rng = stream({ seed: 2, purpose: 'chain' })
    const metric = diagonalMetric(Float64Array.of(1))
    const point: LogDensity = { dimension: 1, evaluate: ([x]) => (x === 0 ? 0 : Number.NEGATIVE_INFINITY) }
    const tiny = reasonableStepSize(point, nuts(point).init(Float64Array.of(0)), metric, 1, rng)
    expect(tiny > 0 && tiny < 1e-15).toBe(true)
    const flat: LogDensity = { dimension: 1, evaluate: () => 0 }
    expect(Number.isFinite(reasonableStepSize(flat, nuts(flat).init(Float64Array.of(0)), metric, 1, rng))).toBe(true)
  })
})
