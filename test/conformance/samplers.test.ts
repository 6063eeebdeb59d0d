import { describe, expect, it } from 'vitest'
import { type Kernel, type State, walkFrom, withoutTrajectory, writeState } from '../../samplers/kernels/kernel.js'
import { diagonalMetric } from '../../samplers/kernels/metric.js'
import { type MapTerms, identityTerms } from '../../samplers/place/triangular-map.js'
import { samplers } from '../../samplers/kernels/registry.js'
import type { ChainContext, Sampler } from '../../samplers/kernels/sampler.js'
import { warmUp } from '../../samplers/adaptation/warmup.js'
import { mcseMean } from '../../src/draws/diagnostics/monte-carlo-error.js'
import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Posterior } from '../../src/likelihood/posterior.js'
import { cholesky, choleskyInverse } from '../../src/numerics/cholesky.js'
import { stream } from '../../src/random/stream.js'

/** A log density whose moments are known. */
interface Target extends LogDensity {
  /** Quantities with their expected values, standardised so that each has a variance of about one. */
  readonly expectations: readonly {
    readonly name: string
    readonly of: (x: Float64Array) => number
    readonly is: number
  }[]
}

/** Five correlated Gaussians, their scales from 0.05 to 20, none centred at 0. */
function gaussian(): Target {
  const d = 5
  const mean = [3, -0.1, 40, 1, -7]
  const sd = [1, 0.05, 20, 3, 0.4]
  const correlation = (i: number, j: number): number => (-0.7) ** Math.abs(i - j)
  const sigma = Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return sd[i] * sd[j] * correlation(i, j)
  })
  cholesky(sigma, d)
  const precision = choleskyInverse(sigma, d)
  const z = (x: Float64Array, j: number): number => (x[j] - mean[j]) / sd[j]
  return {
    dimension: d,
    evaluate: (x, gradient) => {
      let value = 0
      for (let i = 0; i < d; i++) {
        gradient[i] = 0
        for (let j = 0; j < d; j++) gradient[i] -= precision[i * d + j] * (x[j] - mean[j])
        value += 0.5 * gradient[i] * (x[i] - mean[i])
      }
      return value
    },
    expectations: mean.flatMap((_, i) => [
      { name: `mean of x${i}`, of: (x) => z(x, i), is: 0 },
      ...mean.slice(0, i + 1).map((__, j) => ({
        name: `product of x${i} and x${j}`,
        of: (x: Float64Array) => z(x, i) * z(x, j),
        is: correlation(i, j),
      })),
    ]),
  }
}

/** Two independent x = log G with G ~ Gamma(3): density exp(3 x - e^x) / 2, skewed to the left; the second is mirrored. */
function logGamma3(): Target {
  // Polygamma functions at 3: psi = 3/2 - gamma, psi' = pi^2 / 6 - 5/4, psi'' = 9/4 - 2 zeta(3).
  const mean = 1.5 - 0.5772156649015329
  const variance = Math.PI ** 2 / 6 - 1.25
  const third = 2.25 - 2 * 1.2020569031595942
  const z = (x: number): number => (x - mean) / Math.sqrt(variance)
  const signs = [1, -1]
  return {
    dimension: 2,
    evaluate: (x, gradient) => {
      let value = 0
      for (const [j, sign] of signs.entries()) {
        const e = Math.exp(sign * x[j])
        value += 3 * sign * x[j] - e
        gradient[j] = sign * (3 - e)
      }
      return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value
    },
    expectations: signs.flatMap((sign, j) => [
      { name: `mean of x${j}`, of: (x) => z(sign * x[j]), is: 0 },
      { name: `variance of x${j}`, of: (x) => z(sign * x[j]) ** 2, is: 1 },
      { name: `skewness of x${j}`, of: (x) => z(sign * x[j]) ** 3, is: third / variance ** 1.5 },
      // E G = 3
      { name: `mean of exp x${j}`, of: (x) => (Math.exp(sign * x[j]) - 3) / Math.sqrt(3), is: 0 },
    ]),
  }
}

type MakeKernel = (density: LogDensity) => Kernel
/** Kernels that walk any density read no more of a posterior, and of the context the depth alone. */
const made =
  (sampler: Sampler): MakeKernel =>
  (density) =>
    sampler.kernel(density as Posterior, { maxDepth: 10, mapTerms: roughBend(density.dimension) } as ChainContext)

/** Independent proposals for the target of that dimension, a third of a standard deviation off and a tenth too wide. */
function roughBend(d: number): MapTerms {
  const mean = d === 5 ? [3, -0.1, 40, 1, -7] : [0.92, -0.92]
  const sd = d === 5 ? [1, 0.05, 20, 3, 0.4] : [0.63, 0.63]
  const C = new Float64Array(d * d)
  sd.forEach((one, j) => {
    C[j * (d + 1)] = 1.1 * one
  })
  return { ...identityTerms(d), shift: Float64Array.from(mean, (m, j) => m + sd[j] / 3), C }
}

/** Draws of one chain after its warm-up: draws[d] is a point. */
function chainOf(
  make: MakeKernel,
  target: Target,
  seed: number,
  chain: number,
  draws: number,
  warmup = 400,
): Float64Array[] {
  const rng = stream({ seed, chain, purpose: 'chain' })
  const kernel = make(target)
  const d = target.dimension
  const start = kernel.init(Float64Array.from({ length: d }, () => rng.normal()))
  const metric = diagonalMetric(new Float64Array(d).fill(1))
  const walk = walkFrom(kernel, start)
  const tuning = warmUp(walk, target, metric, rng, { warmup, targetAccept: 0.8 }, () => {})
  return Array.from({ length: draws }, () => {
    walk.step(tuning, rng)
    return walk.state().x.slice()
  })
}

/**
 * The expectations that a sampler gets wrong: those off by more than 4.5 Monte Carlo standard errors of their own
 * chains (one right one in 150,000 would be; a run looks at 28), or by values that are not finite.
 */
function faultsOf(make: MakeKernel, target: Target): string[] {
  const chains = [1, 2, 3, 4].map((chain) => chainOf(make, target, 17, chain, 4000))
  return target.expectations.flatMap(({ name, of, is }) => {
    const values = chains.map((chain) => Float64Array.from(chain, of))
    let sum = 0
    for (const chain of values) for (const value of chain) sum += value
    const error = (sum / (4 * 4000) - is) / mcseMean(values)
    return Math.abs(error) < 4.5 ? [] : [`${name}: off by ${error.toFixed(1)} standard errors`]
  })
}

const targets = [
  ['a correlated Gaussian', gaussian()],
  ['a skewed target', logGamma3()],
] as const

/** The samplers that walk any density they are handed. */
const general = samplers.filter(({ ownModel }) => !ownModel)

describe.each(general.map((sampler) => [sampler.name, sampler] as const))('sampler %s', (_, sampler) => {
  it.each(targets)('leaves %s invariant', (__, target) => {
    expect(faultsOf(made(sampler), target)).toEqual([])
  })

  it('draws the same from the same stream, to the last bit, and other numbers in another chain', () => {
    const target = gaussian()
    const run = (seed: number, chain: number): Float64Array[] => chainOf(made(sampler), target, seed, chain, 50, 100)
    const first = run(5, 1)
    expect(run(5, 1)).toEqual(first)
    const firsts = [first, run(5, 2), run(6, 1)].map((draws) => draws[0][0])
    expect(new Set(firsts).size).toBe(3)
  })

  it('keeps its state consistent: the density and gradient are those at its point', () => {
    const target = logGamma3()
    const rng = stream({ seed: 2, chain: 1, purpose: 'chain' })
    const kernel = made(sampler)(target)
    const start = Float64Array.of(0.3, -0.2)
    const tuning = { metric: diagonalMetric(Float64Array.of(0.4, 0.4)), stepSize: 0.5 }
    const walk = walkFrom(kernel, kernel.init(start))
    const gradient = new Float64Array(2)
    for (let draw = 0; draw < 50; draw++) {
      const state = walk.state()
      expect(state.logDensity).toBe(target.evaluate(state.x, gradient))
      if (!sampler.transported) expect(state.gradient).toEqual(gradient)
      walk.step(tuning, rng)
    }
    expect([...start]).toEqual([0.3, -0.2])
  })

  it('steps from a state to the next by these alone: it writes over no state, and remembers none', () => {
    const kernel = made(sampler)(logGamma3())
    const tuning = { metric: diagonalMetric(Float64Array.of(0.4, 0.4)), stepSize: 0.3 }
    const rng = stream({ seed: 4, chain: 1, purpose: 'chain' })
    const room = (): State => ({ x: new Float64Array(2), gradient: new Float64Array(2), logDensity: 0 })
    const states = [kernel.init(Float64Array.of(1, -1))]
    const walked = Array.from({ length: 20 }, (_, k) => {
      const before = rng.state()
      const to = room()
      const info = kernel.step(states[k], tuning, rng, to)
      states.push(to)
      return { before, info }
    })
    const copies = structuredClone(states)
    // Another chain of the same kernel, far off, and then the steps again from the last to the first.
    kernel.step(kernel.init(Float64Array.of(-2, 0.5)), { ...tuning, stepSize: 1.3 }, rng, room())
    for (let k = 19; k >= 0; k--) {
      rng.restore(walked[k].before)
      const to = room()
      expect(kernel.step(states[k], tuning, rng, to)).toEqual(walked[k].info)
      expect([to.x, to.logDensity]).toEqual([copies[k + 1].x, copies[k + 1].logDensity])
    }
    expect(states).toEqual(copies)
  })

  it('stays valid with a wrong gradient, which costs speed and not truth', () => {
    // Leapfrog steps along any vector field of the position keep volume and can be walked back; the weights are exact.
    for (const [, target] of targets) {
      const scaled: MakeKernel = (density) =>
        made(sampler)({
          dimension: density.dimension,
          evaluate: (x, gradient) => {
            const value = density.evaluate(x, gradient)
            for (let j = 0; j < gradient.length; j++) gradient[j] *= 1.1
            return value
          },
        })
      expect(faultsOf(scaled, target)).toEqual([])
    }
  })
})

describe('the invariance test has power', () => {
  /** The sampler, but for one fault in each step: a move that is not made. */
  const broken =
    (sampler: Sampler, fault: (before: State, after: State, uniform: () => number) => boolean): MakeKernel =>
    (density) => {
      const kernel = made(sampler)(density)
      return {
        init: kernel.init,
        step: (from, tuning, rng, to) => {
          const info = kernel.step(from, tuning, rng, to)
          if (fault(from, to, rng.uniform)) writeState(to, from)
          return info
        },
      }
    }
  const [sampler] = samplers

  it.each(targets)('over %s: sees one move in five to the right refused', (_, target) => {
    // Refusing a share a of them shifts the mean by about -0.56 a standard deviations.
    const leaning = broken(sampler, (before, after, uniform) => after.x[0] > before.x[0] && uniform() < 0.2)
    expect(faultsOf(leaning, target)).not.toEqual([])
  })

  it.each(targets)('over %s: passes where moves are refused at random', (_, target) => {
    const lazy = broken(sampler, (__, ___, uniform) => uniform() < 0.1)
    expect(faultsOf(lazy, target)).toEqual([])
  })

  it.each(targets)('over %s: sees a density that is 10 % too narrow', (_, target) => {
    const narrow: MakeKernel = (density) =>
      made(sampler)({
        dimension: density.dimension,
        evaluate: (x, gradient) => {
          const value = density.evaluate(x, gradient)
          for (let j = 0; j < gradient.length; j++) gradient[j] *= 1.1
          return 1.1 * value
        },
      })
    expect(faultsOf(narrow, target)).not.toEqual([])
  })

  /**
   * Hamiltonian Monte Carlo of a few leapfrog steps; without the Metropolis test, from so many steps on, it walks the
   * density of a shadow.
   */
  const hamiltonian =
    (untestedFrom: number): MakeKernel =>
    (density) => {
      let made = 0
      const d = density.dimension
      const [p, v] = [new Float64Array(d), new Float64Array(d)]
      return {
        init: (x) => {
          const gradient = new Float64Array(d)
          return { x: x.slice(), gradient, logDensity: density.evaluate(x, gradient) }
        },
        step: (state, { metric, stepSize }, rng, to) => {
          const energy = (logDensity: number): number => {
            metric.apply(p, v)
            return p.reduce((sum, one, j) => sum + 0.5 * one * v[j], -logDensity)
          }
          metric.momentum(rng, p)
          const before = energy(state.logDensity)
          const x = state.x.slice()
          const gradient = state.gradient.slice()
          let logDensity = state.logDensity
          for (let step = 1 + Math.floor(6 * rng.uniform()); step > 0; step--) {
            for (let j = 0; j < d; j++) p[j] += 0.5 * stepSize * gradient[j]
            metric.apply(p, v)
            for (let j = 0; j < d; j++) x[j] += stepSize * v[j]
            logDensity = density.evaluate(x, gradient)
            for (let j = 0; j < d; j++) p[j] += 0.5 * stepSize * gradient[j]
          }
          const change = before - energy(logDensity)
          const info = withoutTrajectory(Number.isNaN(change) ? 0 : Math.min(1, Math.exp(change)))
          const tested = made++ < untestedFrom
          const moves = logDensity > Number.NEGATIVE_INFINITY && (!tested || rng.uniform() < Math.exp(change))
          writeState(to, moves ? { x, gradient, logDensity } : state)
          return info
        },
      }
    }

  it.each(targets)(
    'over %s: sees a sampler that accepts always, and passes the same with the Metropolis test',
    (_, target) => {
      expect(faultsOf(hamiltonian(Number.POSITIVE_INFINITY), target)).toEqual([])
      expect(faultsOf(hamiltonian(400), target)).not.toEqual([])
    },
  )
})
