import { describe, expect, it } from 'vitest'
import { type Info, walkFrom } from '../../../samplers/kernels/kernel.js'
import { diagonalMetric, lowRankMetric, type Metric } from '../../../samplers/kernels/metric.js'
import { nuts } from '../../../samplers/kernels/nuts.js'
import type { LogDensity } from '../../../src/likelihood/frame/log-density.js'
import { stream } from '../../../src/random/stream.js'

const standardNormal = (d: number): LogDensity => ({
  dimension: d,
  evaluate: (x, gradient) => {
    let value = 0
    for (let j = 0; j < d; j++) {
      gradient[j] = -x[j]
      value -= 0.5 * x[j] * x[j]
    }
    return value
  },
})
const unit = (d: number): Metric => diagonalMetric(new Float64Array(d).fill(1))

interface Step {
  readonly info: Info
  readonly x: Float64Array
  readonly evaluations: number
}

/** Walks a chain and counts the evaluations of each step. */
function walk(
  density: LogDensity,
  metric: Metric,
  stepSize: number,
  steps: number,
  maxDepth = 10,
  at?: Float64Array,
): Step[] {
  let evaluations = 0
  const kernel = nuts(
    {
      dimension: density.dimension,
      evaluate: (x, gradient) => {
        evaluations++
        return density.evaluate(x, gradient)
      },
    },
    maxDepth,
  )
  const rng = stream({ seed: 21, purpose: 'chain' })
  const start = at ?? Float64Array.from({ length: density.dimension }, () => rng.normal())
  const chain = walkFrom(kernel, kernel.init(start))
  return Array.from({ length: steps }, () => {
    evaluations = 0
    const info = chain.step({ metric, stepSize }, rng)
    return { info, x: chain.state().x.slice(), evaluations }
  })
}

describe('nuts on a standard normal of dimension 10', () => {
  it.each([0.05, 0.3, 0.8, 1.4])(
    'with step %f keeps its counts: one evaluation a leapfrog, at most 2^depth of these',
    (stepSize) => {
      for (const { info, evaluations } of walk(standardNormal(10), unit(10), stepSize, 200)) {
        expect(evaluations).toBe(info.leapfrogs)
        // Doublings that were kept took 2^depth - 1 steps; one that was not, at most 2^depth more.
        expect(info.leapfrogs).toBeGreaterThanOrEqual(2 ** info.treeDepth - 1)
        expect(info.leapfrogs).toBeLessThanOrEqual(2 ** (info.treeDepth + 1) - 1)
        expect(info.leapfrogs).toBeGreaterThan(0)
        expect(info.divergent).toBe(false)
        expect(info.acceptRate).toBeGreaterThan(0)
        expect(info.acceptRate).toBeLessThanOrEqual(1)
      }
    },
  )

  it('makes about half a turn: its length in time does not depend on the step size', () => {
    const length = (stepSize: number): number => {
      const steps = walk(standardNormal(10), unit(10), stepSize, 300)
      return (stepSize * steps.reduce((sum, { info }) => sum + info.leapfrogs, 0)) / steps.length
    }
    // The motion is harmonic with period 2 pi: a U-turn comes after pi, found up to doublings.
    for (const stepSize of [0.05, 0.2]) {
      expect(length(stepSize)).toBeGreaterThan(2)
      expect(length(stepSize)).toBeLessThan(2 * Math.PI + 0.5)
    }
  })

  it('conserves the energy to the square of the step size', () => {
    const loss = (stepSize: number): number => {
      const steps = walk(standardNormal(10), unit(10), stepSize, 300)
      return steps.reduce((sum, { info }) => sum + (1 - info.acceptRate), 0) / steps.length
    }
    const [small, smaller] = [loss(0.2), loss(0.1)]
    expect(small).toBeLessThan(0.02)
    expect(small / smaller).toBeGreaterThan(3)
    expect(small / smaller).toBeLessThan(5)
  })

  it('tells the energy at the start of the step, whose mean is the dimension', () => {
    const energies = walk(standardNormal(10), unit(10), 0.8, 4000).map(({ info }) => info.energy)
    // H = (x^2 + p^2) / 2 has 20 degrees of freedom: mean 10, variance 10. The x half carries over: allow an ESS of 1,000.
    const mean = energies.reduce((a, b) => a + b, 0) / energies.length
    expect(Math.abs(mean - 10)).toBeLessThan(4 * Math.sqrt(10 / 1000))
  })
})

it('cuts the trajectory at the largest depth, and says so', () => {
  for (const { info } of walk(standardNormal(3), unit(3), 1e-4, 50, 3)) {
    expect(info.treeDepth).toBe(3)
    expect(info.leapfrogs).toBe(7)
    expect(info.cut).toBe(true)
  }
  for (const { info } of walk(standardNormal(3), unit(3), 0.5, 50)) expect(info.cut).toBe(false)
})

it('walks the same trajectories in any coordinates, the metric along with them', () => {
  // x = 2^k z: powers of two, and so the same to the last bit.
  const powers = [2 ** 9, 2 ** -7, 4]
  const scaled: LogDensity = {
    dimension: 3,
    evaluate: (x, gradient) => {
      let value = 0
      for (let j = 0; j < 3; j++) {
        const z = x[j] / powers[j]
        gradient[j] = -z / powers[j]
        value -= 0.5 * z * z
      }
      return value
    },
  }
  const start = Float64Array.of(0.5, -1, 2)
  const plain = walk(standardNormal(3), unit(3), 0.6, 30, 10, start)
  const metric = diagonalMetric(Float64Array.from(powers, (s) => s * s))
  const wide = walk(
    scaled,
    metric,
    0.6,
    30,
    10,
    start.map((z, j) => z * powers[j]),
  )
  expect(wide.map(({ x }) => [...x.map((one, j) => one / powers[j])])).toEqual(plain.map(({ x }) => [...x]))
})

it('walks the same with directions that are not stretched', () => {
  const low = lowRankMetric(Float64Array.of(1, 1), Float64Array.of(1), Float64Array.of(0.6, 0.8))
  const [a, b] = [unit(2), low].map((metric) => walk(standardNormal(2), metric, 0.7, 30, 10, Float64Array.of(1, 0)))
  expect(b.map(({ x }) => [...x])).toEqual(a.map(({ x }) => [...x]))
})

describe('a hard wall', () => {
  /** Flat-topped inside |x| < 0.1, no density beyond; `outside` is what the wall answers. */
  const wall = (outside: number): LogDensity => ({
    dimension: 2,
    evaluate: (x, gradient) => {
      gradient[0] = -x[0]
      gradient[1] = -x[1]
      if (Math.abs(x[0]) < 0.1) return -0.5 * (x[0] * x[0] + x[1] * x[1])
      gradient.fill(Number.NaN)
      return outside
    },
  })

  it('is a divergence, and never a NaN', () => {
    const steps = walk(wall(Number.NEGATIVE_INFINITY), unit(2), 0.3, 300, 10, Float64Array.of(0, 0))
    expect(steps.filter(({ info }) => info.divergent).length).toBeGreaterThan(100)
    for (const { x, info } of steps) {
      expect(Math.abs(x[0])).toBeLessThan(0.1)
      expect([...x, info.acceptRate, info.energy].every(Number.isFinite)).toBe(true)
      expect(info.leapfrogs).toBeGreaterThan(0)
    }
  })

  it('leaves the point where it is if the first step hits it', () => {
    for (const { x, info } of walk(wall(Number.NEGATIVE_INFINITY), unit(2), 1e4, 20, 10, Float64Array.of(0.05, 0.3))) {
      expect([...x]).toEqual([0.05, 0.3])
      expect(info).toMatchObject({ divergent: true, treeDepth: 0, leapfrogs: 1, acceptRate: 0 })
    }
  })

  it('is a divergence where a density forgets itself and answers NaN', () => {
    for (const { x, info } of walk(wall(Number.NaN), unit(2), 1e4, 20, 10, Float64Array.of(0.05, 0.3))) {
      expect([...x]).toEqual([0.05, 0.3])
      expect(info.divergent).toBe(true)
      expect(info.acceptRate).toBe(0)
    }
  })
})
