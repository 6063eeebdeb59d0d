import { describe, expect, it } from 'vitest'
import { doubling } from '../../../samplers/kernels/doubling.js'
import { type State, type StateRoom, walkFrom } from '../../../samplers/kernels/kernel.js'
import { type Integrator, leapfrog } from '../../../samplers/kernels/leapfrog.js'
import { diagonalMetric, lowRankMetric, type Metric } from '../../../samplers/kernels/metric.js'
import { nuts } from '../../../samplers/kernels/nuts.js'
import { copyPoint, type PhasePoint, phasePoint, startAt } from '../../../samplers/kernels/phase-point.js'
import { emptySpan, type Span } from '../../../samplers/kernels/span.js'
import { generalisedUTurn, type TurnTest } from '../../../samplers/kernels/u-turn.js'
import type { LogDensity } from '../../../src/likelihood/frame/log-density.js'
import { stream } from '../../../src/random/stream.js'

/** A density with curvature that varies and bends: -x^4 / 4 - (y - x^2)^2 / 2. */
const bent: LogDensity = {
  dimension: 2,
  evaluate: ([x, y], gradient) => {
    const off = y - x * x
    gradient[0] = -(x ** 3) + 2 * x * off
    gradient[1] = -off
    return -(x ** 4) / 4 - (off * off) / 2
  },
}
const normal = (d: number): LogDensity => ({
  dimension: d,
  evaluate: (x, gradient) => {
    for (let j = 0; j < d; j++) gradient[j] = -x[j]
    return -0.5 * x.reduce((sum, one) => sum + one * one, 0)
  },
})
const metrics: readonly (readonly [string, Metric])[] = [
  ['diagonal', diagonalMetric(Float64Array.of(0.5, 2))],
  ['with a direction', lowRankMetric(Float64Array.of(1, 0.7), Float64Array.of(4), Float64Array.of(0.6, 0.8))],
]

/** A point of phase space at x with momentum p, and its energy. */
function pointAt(density: LogDensity, metric: Metric, x: readonly number[], p: readonly number[]) {
  const at = phasePoint(density.dimension)
  at.x.set(x)
  at.p.set(p)
  metric.apply(at.p, at.v)
  at.logDensity = density.evaluate(at.x, at.gradient)
  metric.apply(at.gradient, at.force)
  return { at, energy: 0.5 * at.p.reduce((sum, one, j) => sum + one * at.v[j], 0) - at.logDensity }
}

describe.each(metrics)('the leapfrog integrator, metric %s', (_, metric) => {
  const move = leapfrog(bent)
  const from = [
    [0.7, -0.4],
    [1.1, 0.3],
  ] as const

  it('undoes its steps by steps back', () => {
    const { at } = pointAt(bent, metric, ...from)
    for (const step of [0.1, 0.1, 0.07, -0.07, -0.1, -0.1]) move(at, step, metric)
    ;[...at.x, ...at.p].forEach((value, j) => expect(value).toBeCloseTo([...from[0], ...from[1]][j], 13))
  })

  it('preserves volume: the determinant of its Jacobian is 1', () => {
    const start = [...from[0], ...from[1]]
    const h = 1e-5
    const end = (by: number, j: number): number[] => {
      const z = start.map((value, i) => (i === j ? value + by : value))
      const { at } = pointAt(bent, metric, z.slice(0, 2), z.slice(2))
      for (let k = 0; k < 5; k++) move(at, 0.3, metric)
      return [...at.x, ...at.p]
    }
    const columns = start.map((_value, j) => {
      const [up, down] = [end(h, j), end(-h, j)]
      return up.map((value, i) => (value - down[i]) / (2 * h))
    })
    // Far from the identity: the step matters.
    expect(Math.abs(columns[0][0] - 1)).toBeGreaterThan(0.3)
    expect(determinant(columns)).toBeCloseTo(1, 7)
  })

  it('tells the energy where it arrives, and keeps velocity and force those of momentum and gradient', () => {
    const { at } = pointAt(bent, metric, ...from)
    for (let k = 0; k < 4; k++) {
      const told = move(at, 0.2, metric)
      const { at: there, energy } = pointAt(bent, metric, [...at.x], [...at.p])
      expect(told).toBeCloseTo(energy, 13)
      expect(at.logDensity).toBe(there.logDensity)
      for (const what of ['v', 'gradient', 'force'] as const) {
        at[what].forEach((value, j) => expect(value).toBeCloseTo(there[what][j], 13))
      }
    }
  })

  it('has an energy error of the second order', () => {
    const error = (step: number): number => {
      const { at, energy } = pointAt(bent, metric, ...from)
      let last = energy
      for (let time = 0; time < 1.2 - step / 2; time += step) last = move(at, step, metric)
      return Math.abs(last - energy)
    }
    expect(error(0.04) / error(0.02)).toBeGreaterThan(3.5)
    expect(error(0.04) / error(0.02)).toBeLessThan(4.5)
  })
})

it('the leapfrog integrator answers an infinite energy out of support', () => {
  const wall: LogDensity = {
    dimension: 1,
    evaluate: ([x], gradient) => {
      gradient[0] = -x
      return Math.abs(x) < 1 ? -0.5 * x * x : Number.NEGATIVE_INFINITY
    },
  }
  const metric = diagonalMetric(Float64Array.of(1))
  const { at } = pointAt(wall, metric, [0.5], [3])
  expect(leapfrog(wall)(at, 0.01, metric)).toBeLessThan(Number.POSITIVE_INFINITY)
  expect(leapfrog(wall)(at, 1, metric)).toBe(Number.POSITIVE_INFINITY)
})

function determinant(rows: readonly (readonly number[])[]): number {
  if (rows.length === 1) return rows[0][0]
  return rows[0].reduce((sum, value, j) => {
    const minor = rows.slice(1).map((row) => row.filter((__, i) => i !== j))
    return sum + (j % 2 === 0 ? 1 : -1) * value * determinant(minor)
  }, 0)
}

describe('the U-turn test', () => {
  /** A walk along a circle: momenta (and velocities) at so many equal angles from `from` on. */
  const arc = (from: number, points: number, angle: number): Span => {
    const span = emptySpan(2)
    for (let k = 0; k < points; k++) {
      const p = [Math.cos(from + k * angle), Math.sin(from + k * angle)]
      span.rho[0] += p[0]
      span.rho[1] += p[1]
      if (k === 0) for (const of of [span.pStart, span.vStart]) of.set(p)
      if (k === points - 1) for (const of of [span.pEnd, span.vEnd]) of.set(p)
    }
    return span
  }

  it('says yes from where the ends point against the way between them: half a circle', () => {
    // 16 points at these angles: the ends are 15 angles apart, and the mean direction is half of that from either.
    for (const [whole, turned] of [
      [0.9 * Math.PI, false],
      [0.99 * Math.PI, false],
      [1.01 * Math.PI, true],
      [1.5 * Math.PI, true],
    ] as const) {
      const angle = whole / 15
      expect(generalisedUTurn(arc(0.4, 8, angle), arc(0.4 + 8 * angle, 8, angle)), `${whole}`).toBe(turned)
    }
  })

  it('sees a turn at the seam that the ends of the whole do not show', () => {
    // Two halves that are straight each, with a jump of 200 degrees between them, the first the longer.
    const first = arc(0, 4, 0)
    const second = arc(3.5, 1, 0)
    const whole = [first.rho[0] + second.rho[0], first.rho[1] + second.rho[1]]
    expect(first.vStart[0] * whole[0] + first.vStart[1] * whole[1]).toBeGreaterThan(0)
    expect(generalisedUTurn(first, second)).toBe(true)
    // A first span is a whole circle less a bit, so that its sum is small: the seam is what turns.
    const nearly = arc(0, 4, Math.PI / 2.2)
    expect(generalisedUTurn(nearly, arc(4 * (Math.PI / 2.2), 4, Math.PI / 2.2))).toBe(true)
  })

  it('says the same of a walk in the other direction', () => {
    const rng = stream({ seed: 7, purpose: 'simulation' })
    const span = (): Span => {
      const of = emptySpan(3)
      for (const array of [of.pStart, of.pEnd, of.rho]) for (let j = 0; j < 3; j++) array[j] = rng.normal() + 0.7
      of.vStart.set(of.pStart.map((p, j) => p * (j + 1)))
      of.vEnd.set(of.pEnd.map((p, j) => p * (j + 1)))
      return of
    }
    const back = ({ pStart, vStart, pEnd, vEnd, rho }: Span): Span => {
      const minus = (array: Float64Array): Float64Array => array.map((one) => -one)
      return {
        ...emptySpan(3),
        pStart: minus(pEnd),
        vStart: minus(vEnd),
        pEnd: minus(pStart),
        vEnd: minus(vStart),
        rho: minus(rho),
      }
    }
    const said = Array.from({ length: 200 }, () => {
      const [a, b] = [span(), span()]
      const turned = generalisedUTurn(a, b)
      expect(generalisedUTurn(back(b), back(a))).toBe(turned)
      return turned
    })
    // Both answers occur.
    expect(new Set(said).size).toBe(2)
  })
})

describe('growth by doubling is exact', () => {
  const places = 8
  const heights = [0, 1.3, -0.6, 0.2, -1.5, 0.9, -0.2, 0.4]
  const weights = heights.map(Math.exp)
  const total = weights.reduce((a, b) => a + b, 0)
  const metric = diagonalMetric(Float64Array.of(1))
  /** A walk around eight places of a ring at constant momentum: it can be walked back, and preserves volume. */
  const ring = (forward: number): Integrator => {
    return (at, step) => {
      const direction = Math.sign(at.p[0]) * Math.sign(step)
      at.x[0] = (at.x[0] + (direction > 0 ? forward : places - 1)) % places
      at.logDensity = heights[at.x[0]]
      return 0.5 * at.p[0] ** 2 - at.logDensity
    }
  }
  /** Stops by where the ends of the joined spans stand; `told` are places' momenta, which the ring keeps beside x. */
  const never: TurnTest = () => false

  /** Chi-square, on 7 degrees of freedom, of where one step leads that starts from the target. */
  function chiSquare(integrator: Integrator, turns: TurnTest, maxDepth: number): number {
    const rng = stream({ seed: 19, purpose: 'chain' })
    const grow = doubling({ dimension: 1, integrator, turns, maxDepth })
    const start = phasePoint(1)
    const to: StateRoom = { x: new Float64Array(1), gradient: new Float64Array(1), logDensity: 0 }
    const counts = new Float64Array(places)
    const n = 40_000
    for (let k = 0; k < n; k++) {
      let [place, left] = [0, rng.uniform() * total]
      while (place < places - 1 && left > weights[place]) left -= weights[place++]
      const from: State = { x: Float64Array.of(place), gradient: new Float64Array(1), logDensity: heights[place] }
      const energy = startAt(start, from, metric, rng)
      to.x.set(from.x)
      grow(start, energy, { metric, stepSize: 1 }, rng, to)
      counts[to.x[0]]++
    }
    return counts.reduce((sum, count, place) => {
      const expected = (n * weights[place]) / total
      return sum + (count - expected) ** 2 / expected
    }, 0)
  }
  /** Beyond this lies one right sample in 100,000. */
  const limit = 35.9

  it.each([1, 2, 3])('to depth %i it leaves the target as it is', (maxDepth) => {
    expect(chiSquare(ring(1), never, maxDepth)).toBeLessThan(limit)
  })

  it('and with a turn test, whatever it asks, that says the same of both directions', () => {
    // Summed momenta tell how many points a span has, and its ends' momenta are all alike: by the size of the join alone.
    const bySize: TurnTest = (first, second) => Math.abs(first.rho[0] + second.rho[0]) > 3 * Math.abs(first.pStart[0])
    expect(chiSquare(ring(1), bySize, 3)).toBeLessThan(limit)
    const bySpeed: TurnTest = (first) => Math.abs(first.pStart[0]) > 0.6
    expect(chiSquare(ring(1), bySpeed, 3)).toBeLessThan(limit)
  })

  it('which is seen to fail where a step back does not undo a step', () => {
    expect(chiSquare(ring(2), never, 2)).toBeGreaterThan(limit)
  })
})

describe('parts of nuts that are exchanged', () => {
  /** Means of x and x squared over a normal target of dimension 3, in standard errors as if a draw in four counted. */
  const errors = (kernel: ReturnType<typeof nuts>): number[] => {
    const rng = stream({ seed: 3, purpose: 'chain' })
    const tuning = { metric: diagonalMetric(new Float64Array(3).fill(1)), stepSize: 0.9 }
    const chain = walkFrom(kernel, kernel.init(Float64Array.of(0.3, -1, 0.2)))
    const n = 8000
    let [sum, square] = [0, 0]
    for (let k = 0; k < n; k++) {
      chain.step(tuning, rng)
      const { x } = chain.state()
      for (let j = 0; j < 3; j++) {
        sum += x[j]
        square += x[j] ** 2 - 1
      }
    }
    const effective = (3 * n) / 4
    return [(sum / (3 * n)) * Math.sqrt(effective), (square / (3 * n)) * Math.sqrt(effective / 2)]
  }
  const usual = { integrator: leapfrog, turns: generalisedUTurn, growth: doubling }

  it('another integrator, of two stages, leaves the target as it is', () => {
    // McLachlan (1995): momenta at lambda, 1/2 - 2 lambda in the middle; two gradients a step.
    const twoStage = (density: LogDensity): Integrator => {
      const lambda = 0.1931833275037836
      const kick = (at: PhasePoint, by: number): void => {
        for (let j = 0; j < at.p.length; j++) {
          at.p[j] += by * at.gradient[j]
          at.v[j] += by * at.force[j]
        }
      }
      const drift = (at: PhasePoint, by: number, metric: Metric): void => {
        for (let j = 0; j < at.p.length; j++) at.x[j] += by * at.v[j]
        at.logDensity = density.evaluate(at.x, at.gradient)
        metric.apply(at.gradient, at.force)
      }
      return (at, step, metric) => {
        kick(at, lambda * step)
        drift(at, step / 2, metric)
        kick(at, (1 - 2 * lambda) * step)
        drift(at, step / 2, metric)
        kick(at, lambda * step)
        return 0.5 * at.p.reduce((sum, one, j) => sum + one * at.v[j], 0) - at.logDensity
      }
    }
    for (const error of errors(nuts(normal(3), 10, { ...usual, integrator: twoStage }))) {
      expect(Math.abs(error)).toBeLessThan(4)
    }
  })

  it('another turn test, of the ends of the whole alone, does too', () => {
    const ends: TurnTest = (first, second) => {
      let [start, end] = [0, 0]
      first.rho.forEach((rho, j) => {
        start += first.vStart[j] * (rho + second.rho[j])
        end += second.vEnd[j] * (rho + second.rho[j])
      })
      return !(start > 0 && end > 0)
    }
    for (const error of errors(nuts(normal(3), 10, { ...usual, turns: ends }))) expect(Math.abs(error)).toBeLessThan(4)
  })

  it('an integrator that loses volume does not', () => {
    const lossy = (density: LogDensity): Integrator => {
      const move = leapfrog(density)
      return (at, step, metric) => {
        const before = phasePoint(3)
        copyPoint(before, at)
        const energy = move(at, step, metric)
        for (let j = 0; j < 3; j++) at.x[j] = before.x[j] + 0.9 * (at.x[j] - before.x[j])
        return energy
      }
    }
    const found = errors(nuts(normal(3), 10, { ...usual, integrator: lossy }))
    expect(Math.max(...found.map(Math.abs))).toBeGreaterThan(4)
  })
})
