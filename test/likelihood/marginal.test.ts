import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { type CaseName, exact, modelOf } from '../reference/data.js'
import { slopesOf } from '../conformance/differences.js'
import { uniforms } from '../reference/uniforms.js'
import { bruteForceLogLik } from './brute-force.js'

function smallPoisson(): Model {
  const u = uniforms(3)
  const g = Array.from({ length: 30 }, (_, i) => `g${i % 6}`)
  const x = g.map(() => u() * 2 - 1)
  const t = g.map(() => 1 + u() * 3)
  const y = g.map((_, i) => Math.floor(4 * u() * (i % 6)))
  return stateModel('y ~ x + offset(log(t)) + (1 | g)', tableFrom({ y, x, t, g }), { family: 'poisson' })
}

/** A single random slope: z is not constant. */
function smallSlope(link: string): Model {
  const u = uniforms(5)
  const g = Array.from({ length: 24 }, (_, i) => `g${i % 4}`)
  const x = g.map(() => u() * 4 - 2)
  const y = g.map(() => (u() < 0.4 ? 1 : 0))
  return stateModel('y ~ x + (0 + x | g)', tableFrom({ y, x, g }), { family: 'binomial', link })
}

const models: Readonly<Record<string, Model>> = {
  betablocker: modelOf('betablocker'),
  cbpp: modelOf('cbpp'),
  'cbpp, probit': modelOf('cbpp', { family: 'binomial', link: 'probit' }),
  'cbpp, cloglog': modelOf('cbpp', { family: 'binomial', link: 'cloglog' }),
  toenail: modelOf('toenail'),
  'poisson with offset': smallPoisson(),
  'slope, logit': smallSlope('logit'),
  'slope, cloglog': smallSlope('cloglog'),
}

describe('marginal log-likelihood', () => {
  for (const [name, model] of Object.entries(models)) {
    for (const nodes of [1, 2, 3, 9, 25]) {
      it(`${name}: the gradient with ${nodes} nodes is that of central differences`, () => {
        const { marginal, dimension, layout } = likelihood(model)
        const p = layout.fixed
        const density = marginal(adaptive(nodes))
        const u = uniforms(11)
        for (let point = 0; point < 4; point++) {
          const x = Float64Array.from({ length: dimension }, (_, j) => (j < p ? u() - 0.7 : 0.2 + 1.5 * u()))
          const gradient = new Float64Array(dimension)
          const value = density.evaluate(x, gradient)
          expect(density.value(x)).toBe(value)
          const numeric = slopesOf(density.value, x)
          // Relative to the gradient's size, which the differences' own rounding error follows.
          const size = Math.max(1, ...gradient.map(Math.abs))
          gradient.forEach((slope, j) => expect(Math.abs(slope - numeric[j]) / size).toBeLessThan(1e-6))
        }
      })
    }
  }

  for (const name of ['betablocker', 'cbpp', 'poisson with offset']) {
    it(`${name}: 25 nodes equal brute force integration`, () => {
      const { marginal, dimension, layout } = likelihood(models[name])
      const p = layout.fixed
      const beta = Array.from({ length: p }, (_, j) => (j === 0 ? -1.5 : 0.1 * j))
      const x = Float64Array.of(...beta, 0.6)
      expect(dimension).toBe(p + 1)
      expect(marginal(adaptive(25)).value(x)).toBeCloseTo(bruteForceLogLik(models[name], beta, 0.6), 7)
    })
  }

  it.each(['betablocker', 'cbpp', 'toenail'] as CaseName[])('%s: value at the exact estimates', (name) => {
    const truth = exact[name]
    const x = Float64Array.of(...Object.values(truth.beta), ...Object.values(truth.sd))
    const { marginal } = likelihood(modelOf(name))
    expect(marginal(adaptive(1)).value(x)).toBeCloseTo(truth.laplace_logLik_at_exact_mle, 8)
    expect(marginal(adaptive(101)).value(x)).toBeCloseTo(truth.logLik, name === 'toenail' ? 6 : 9)
  })

  it('is the same for either sign of the standard deviation, and the glm at zero', () => {
    const model = models.cbpp
    const { marginal } = likelihood(model)
    const at = (sigma: number): number => marginal(adaptive(7)).value(Float64Array.of(-1.4, -1, -1.1, -1.6, sigma))
    expect(at(-0.6)).toBeCloseTo(at(0.6), 12)
    const alone = likelihood({ ...model, predictors: [{ ...model.predictors[0], random: [] }] })
    expect(at(0)).toBeCloseTo(alone.marginal(adaptive(1)).value(Float64Array.of(-1.4, -1, -1.1, -1.6)), 10)
  })

  it('depends on nothing evaluated before, to the last bit', () => {
    const { marginal } = likelihood(models.toenail)
    const density = marginal(adaptive(9))
    const x = Float64Array.of(-1.6, -0.2, -0.4, -0.1, 4)
    const first = density.value(x)
    density.value(Float64Array.of(3, 1, 2, -1, 0.1))
    marginal(adaptive(25)).value(Float64Array.of(-9, 1, 0, 1, 12))
    expect(density.value(x)).toBe(first)
  })

  it('sums what the clusters say', () => {
    const { marginal } = likelihood(models.betablocker)
    const x = Float64Array.of(-2.2, -0.26, 0.5)
    const clusters = marginal(adaptive(9)).byLevel(x)!
    expect(clusters).toHaveLength(22)
    expect(clusters.reduce((a, b) => a + b)).toBeCloseTo(marginal(adaptive(9)).value(x), 10)
  })

  it('holds at a standard deviation that throws undamped Newton off', () => {
    const { marginal } = likelihood(models.toenail)
    for (const sigma of [4.5, 20, 200]) {
      const value = marginal(adaptive(1)).value(Float64Array.of(-2.5, -0.3, -0.4, -0.14, sigma))
      expect(value).toBeGreaterThan(-2000)
      expect(value).toBeLessThan(-600)
    }
  })

  it('is -Infinity, not NaN, out of range', () => {
    for (const model of [models.betablocker, models['poisson with offset']]) {
      const { marginal } = likelihood(model)
      const gradient = new Float64Array(3)
      for (const x of [
        [1e308, 1e308, 1],
        [Number.NaN, 0, 1],
        [800, 0, Number.POSITIVE_INFINITY],
      ]) {
        expect(marginal(adaptive(5)).evaluate(Float64Array.from(x), gradient)).toBe(Number.NEGATIVE_INFINITY)
      }
    }
  })
})
