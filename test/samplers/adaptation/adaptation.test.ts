import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { dualAveraging } from '../../../samplers/adaptation/dual-averaging.js'
import { diagonalMetric, lowRankMetric, type Metric } from '../../../samplers/kernels/metric.js'
import { metricEstimate } from '../../../samplers/adaptation/metric-estimate.js'
import { nuts } from '../../../samplers/kernels/nuts.js'
import { reasonableStepSize } from '../../../samplers/adaptation/step-size.js'
import { windows } from '../../../samplers/adaptation/windows.js'
import type { LogDensity } from '../../../src/likelihood/frame/log-density.js'
import { cholesky, choleskyInverse } from '../../../src/numerics/cholesky.js'
import { stream } from '../../../src/random/stream.js'

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

/** A normal target of covariance A A', far from 0 in its first coordinate, with its draws and gradients. */
function normalTarget(d: number, A: (i: number, j: number) => number, seed: number) {
  const rng = stream({ seed, purpose: 'chain' })
  const root = Float64Array.from({ length: d * d }, (_, at) => A(Math.floor(at / d), at % d))
  const sigma = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) sigma[i * d + j] += root[i * d + k] * root[j * d + k]
  }
  const factor = sigma.slice()
  if (!cholesky(factor, d)) throw new Error('not positive definite')
  const precision = choleskyInverse(factor, d)
  const draw = (): { x: Float64Array; gradient: Float64Array } => {
    const z = Float64Array.from({ length: d }, () => rng.normal())
    const centred = new Float64Array(d)
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) centred[i] += root[i * d + j] * z[j]
    const gradient = new Float64Array(d)
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) gradient[i] -= precision[i * d + j] * centred[j]
    return { x: centred.map((value, j) => value + (j === 0 ? 1e5 : 0)), gradient }
  }
  return { sigma, draw }
}

/** Sigma of a metric, column by column. */
function sigmaOf(metric: Metric, d: number): Float64Array {
  const out = new Float64Array(d * d)
  const unit = new Float64Array(d)
  const column = new Float64Array(d)
  for (let j = 0; j < d; j++) {
    unit.fill(0)
    unit[j] = 1
    metric.apply(unit, column)
    for (let i = 0; i < d; i++) out[i * d + j] = column[i]
  }
  return out
}

describe('metricEstimate', () => {
  it('is the covariance of a normal target, up to the directions it leaves to the diagonal, from few more draws than dimensions', () => {
    const d = 6
    const { sigma, draw } = normalTarget(d, (i, j) => (i === j ? 3 ** (i - 3) : j < i ? 3 ** (i - 3) * 1.2 : 0), 4)
    const estimate = metricEstimate(d)
    for (let n = 0; n < 30; n++) estimate.add(Float64Array.of(9, 9, 9, 9, 9, 9), new Float64Array(d)) // forgotten
    estimate.reset()
    for (let n = 0; n < 12; n++) {
      const { x, gradient } = draw()
      estimate.add(x, gradient)
    }
    const got = sigmaOf(estimate.metric()!, d)
    // Fisher divergence asks for directions: along each, what is left of the target's variance lies within the cutoff.
    const factor = got.slice()
    expect(cholesky(factor, d)).toBe(true)
    const precision = choleskyInverse(factor, d)
    const ratio = new Matrix(d, d)
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let sum = 0
        for (let k = 0; k < d; k++) sum += precision[i * d + k] * sigma[k * d + j]
        ratio.set(i, j, sum)
      }
    }
    for (const value of new EigenvalueDecomposition(ratio).realEigenvalues) {
      expect(value).toBeGreaterThan(0.6)
      expect(value).toBeLessThan(1.6)
    }
  })

  it('finds a few directions among many dimensions', () => {
    const d = 150
    const along = Float64Array.from({ length: d }, (_, j) => Math.sin(j + 1) / Math.sqrt(d / 2))
    // Variance 1 everywhere but along one direction, where it is 100.
    const { draw } = normalTarget(d, (i, j) => (i === j ? 1 : 0) + 9 * along[i] * along[j], 5)
    const estimate = metricEstimate(d)
    for (let n = 0; n < 100; n++) {
      const { x, gradient } = draw()
      estimate.add(x, gradient)
    }
    const metric = estimate.metric()!
    const out = new Float64Array(d)
    metric.apply(along, out)
    let stretch = 0
    for (let j = 0; j < d; j++) stretch += along[j] * out[j]
    expect(stretch).toBeGreaterThan(60)
    expect(stretch).toBeLessThan(160)
  })

  it('has no metric of too few draws, and a positive one of equal ones', () => {
    const estimate = metricEstimate(2)
    expect(estimate.metric()).toBeNull()
    for (let n = 0; n < 20; n++) estimate.add(Float64Array.of(1, 2), Float64Array.of(0, 0))
    const metric = estimate.metric()!
    expect(metric.variance.every((value) => value > 0)).toBe(true)
  })

  it('leaves a metric alone that it gave before', () => {
    const { draw } = normalTarget(3, (i, j) => (j <= i ? 1 + i : 0), 6)
    const estimate = metricEstimate(3)
    const feed = (): void => {
      for (let n = 0; n < 15; n++) {
        const { x, gradient } = draw()
        estimate.add(x, gradient)
      }
    }
    feed()
    const metric = estimate.metric()!
    const before = sigmaOf(metric, 3)
    feed()
    estimate.reset()
    expect(sigmaOf(metric, 3)).toEqual(before)
  })
})

describe('metric', () => {
  const metrics: readonly (readonly [string, Metric])[] = [
    ['diagonal', diagonalMetric(Float64Array.of(4, 0.25))],
    ['low rank', lowRankMetric(Float64Array.of(4, 0.25), Float64Array.of(9), Float64Array.of(0.6, 0.8))],
  ]

  it("applies Sigma = D (I + V (Lambda - I) V') D", () => {
    const [diagonal, low] = metrics.map(([, metric]) => sigmaOf(metric, 2))
    expect([...diagonal]).toEqual([4, 0, 0, 0.25])
    // I + 8 v v' = [[3.88, 3.84], [3.84, 6.12]], between D = diag(2, 1/2).
    ;[4 * 3.88, 3.84, 3.84, 0.25 * 6.12].forEach((value, at) => expect(low[at]).toBeCloseTo(value, 12))
  })

  it.each(metrics)('%s: draws momenta with covariance Sigma^-1', (_, metric) => {
    const n = 40_000
    const rng = stream({ seed: 12, purpose: 'chain' })
    const p = new Float64Array(2)
    const got = [0, 0, 0, 0]
    for (let draw = 0; draw < n; draw++) {
      metric.momentum(rng, p)
      for (let at = 0; at < 4; at++) got[at] += (p[at >> 1] * p[at & 1]) / n
    }
    const [a, b, , c] = sigmaOf(metric, 2)
    const determinant = a * c - b * b
    const expected = [c / determinant, -b / determinant, -b / determinant, a / determinant]
    for (let at = 0; at < 4; at++) {
      // Var(p_i p_j) = C_ii C_jj + C_ij^2 for a Gaussian.
      const [i, j] = [at >> 1, at & 1]
      const sd = Math.sqrt((expected[3 * i] * expected[3 * j] + expected[at] ** 2) / n)
      expect(Math.abs(got[at] - expected[at])).toBeLessThan(4 * sd)
    }
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
