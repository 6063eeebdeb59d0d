import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model, Predictor } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { boundDensity } from '../../src/families/repeated-rows.js'
import { densitySize, firstAt, secondAt, thirdAt } from '../../src/families/row-density.js'
import { familyNamed } from '../../src/families/registry.js'
import { byRow, mappedDensity } from '../../src/likelihood/frame/mapped-density.js'
import { simulateRows } from '../../src/likelihood/frame/simulate.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { compileTape, type Expression } from '../../src/numerics/expression-tape.js'
import { stream } from '../../src/random/stream.js'
import { uniforms } from '../reference/uniforms.js'
import { column, differencesOf, eta, exp, mapOf, number, plus, pointsNear, times } from './doors.js'

const n = 60
const u = uniforms(41)
const g = Array.from({ length: n }, (_, i) => `g${(i * 7) % 8}`)
const gin = g.map((group, i) => `${group}${i % 2}`)
const h = Array.from({ length: n }, () => `h${Math.floor(4 * u())}`)
const x = Array.from({ length: n }, () => 2 * u() - 1)
const t = Array.from({ length: n }, () => 3 * u())
const y = x.map((value, i) => 2 + value + Number(g[i][1]) * 0.3 + 2 * u())
const k = y.map((value) => Math.floor(value))
const table = tableFrom({ y, k, x, t, g, gin, h })

function pointOf({ layout, dimension }: Likelihood, seed = 5): Float64Array {
  const at = pointsNear(dimension, seed)
  for (const { term, covariance, start, size } of layout.terms) {
    const theta = covariance.start(term.names.length)
    for (let j = 0; j < size; j++) at[start + j] += 0.4 * theta[j]
  }
  return at
}

const near = (found: ArrayLike<number>, truth: ArrayLike<number>, digits: number): void => {
  const size = Array.from(truth).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  expect(found.length).toBe(truth.length)
  for (let j = 0; j < truth.length; j++) expect(Math.abs(found[j] - truth[j])).toBeLessThan(digits * size)
}

/** The models' marginal and joint densities, their gradients, and importance sampling agree at one point. */
function expectEqual(one: Model, other: Model, at: Float64Array, digits: number): void {
  const [first, second] = [likelihood(one), likelihood(other)]
  const gradients = [new Float64Array(at.length), new Float64Array(at.length)]
  for (const nodes of [1, 3].filter((count) => count <= second.rules.mostNodes)) {
    const value = first.marginal(adaptive(nodes)).evaluate(at, gradients[0])
    near([second.marginal(adaptive(nodes)).evaluate(at, gradients[1])], [value], digits)
    near(gradients[1], gradients[0], 1e3 * digits)
  }
  const sampled = likelihood(one).marginal({ by: 'importance', draws: 32, seed: 1, around: at }).value(at)
  near(
    [likelihood(other).marginal({ by: 'importance', draws: 32, seed: 1, around: at }).value(at)],
    [sampled],
    1e2 * digits,
  )
  const { outer, effects } = first.coordinates
  const v = pointsNear(outer + effects, 3)
  const joint = [v, v].map(() => new Float64Array(v.length))
  const value = first.joint(new Float64Array(effects)).evaluate(v, joint[0])
  near([second.joint(new Float64Array(effects)).evaluate(v, joint[1])], [value], digits)
  near(joint[1], joint[0], 1e2 * digits)
}

describe('a map that changes nothing', () => {
  it.each([
    ['y ~ x + (1 | g)', 'gaussian'],
    ['k ~ x + (1 | g)', 'poisson'],
    ['k ~ x + (1 + x | g)', 'nbinom2'],
    ['k ~ x + (1 | g) + (1 | gin)', 'poisson'],
    ['k ~ x + (1 | g) + (1 | h)', 'nbinom1'],
  ])('%s, %s: by predictors as they are, and by a tape', (formula, family) => {
    const model = stateModel(formula, table, { family })
    const at = pointOf(likelihood(model))
    const all = model.predictors.map((_, k) => k)
    expectEqual(model, { ...model, map: mapOf(all) }, at, 1e-12)
    expectEqual(model, { ...model, map: mapOf(all.map((k) => times(number(1), eta(k)))) }, at, 1e-12)
  })
})

describe('a linear map', () => {
  it('mean and log sigma from mean + 2 z and z - mean / 4 give the same density', () => {
    const model = stateModel('y ~ x + (1 + x | g)', table, { family: 'gaussian', dispersion: '~ x' })
    const [mean, dispersion] = model.predictors
    const like = likelihood(model)
    // tau_0 = eta_0 + 2 eta_1 and tau_1 = eta_1 - eta_0 / 4, at predictors of equal columns without effects.
    const flat = { ...model, predictors: [{ ...mean, random: [] }, dispersion] }
    const map = mapOf([plus(eta(0), times(number(2), eta(1))), plus(eta(1), times(number(-0.25), eta(0)))])
    const b = [1.2, 0.4, -0.3, 0.1]
    const mixed = Float64Array.of(b[0] + 2 * b[2], b[1] + 2 * b[3], b[2] - b[0] / 4, b[3] - b[1] / 4)
    const [one, two] = [likelihood(flat), likelihood({ ...flat, map })]
    const value = one.marginal(adaptive(1)).value(mixed)
    near([two.marginal(adaptive(1)).value(Float64Array.from(b))], [value], 1e-13)
    expect(like.dimension).toBe(7)
  })

  it('predictors in another order', () => {
    const model = stateModel('k ~ x + (1 + x | g)', table, { family: 'nbinom2', dispersion: '~ x' })
    const [mean, dispersion] = model.predictors
    const turned = { ...model, predictors: [dispersion, mean], map: mapOf([1, 0]) }
    const at = pointOf(likelihood(model))
    const there = Float64Array.of(at[2], at[3], at[0], at[1], ...at.subarray(4))
    const gradients = [at, at].map(({ length }) => new Float64Array(length))
    for (const nodes of [1, 5]) {
      const value = likelihood(model).marginal(adaptive(nodes)).evaluate(at, gradients[0])
      near([likelihood(turned).marginal(adaptive(nodes)).evaluate(there, gradients[1])], [value], 1e-13)
      const [a, b, c, d, ...rest] = gradients[0]
      near(gradients[1], [c, d, a, b, ...rest], 1e-11)
    }
  })
})

describe('a link said by a map', () => {
  it.each([
    ['k ~ x + (1 | g)', 'poisson'],
    ['k ~ x + (1 + x | g)', 'poisson'],
    ['k ~ x + (1 | g) + (1 | h)', 'poisson'],
  ])('%s: exp and the identity link are the log link', (formula, family) => {
    const log = stateModel(formula, table, { family })
    const mapped = { ...log, link: 'identity', map: mapOf([exp(eta(0))]) }
    expectEqual(log, mapped, pointOf(likelihood(log)), 1e-11)
  })

  it('responses are drawn at the mapped mean', () => {
    const log = stateModel('k ~ x', table, { family: 'poisson' })
    const mapped = { ...log, link: 'identity', map: mapOf([exp(eta(0))]) }
    const at = [pointsNear(n, 8, 4)]
    const rng = () => stream({ seed: 1, purpose: 'response' })
    expect(simulateRows(state(mapped), at, rng()).y).toEqual(simulateRows(state(log), at, rng()).y)
  })
})

/** a exp(-exp(b) t) with effects on a and b that are correlated, and log sigma = s + c log mean of the same. */
function decay(formula: string, family: string, power: boolean): Model {
  const model = stateModel(formula, table, { family })
  const [mean, ...further] = model.predictors
  const one = new Float64Array(n).fill(1)
  const intercept = { names: ['(Intercept)'], x: one, aliased: [] }
  const curve = times(exp(eta(0)), exp(times(number(-0.3), times(exp(eta(1)), column(0)))))
  const rate: Predictor = { name: 'rate', role: 'part', fixed: intercept, offset: null, random: [] }
  const random = mean.random.map((term) => ({
    ...term,
    predictorOf: Int32Array.from(term.names, (_, j) => (term.names.length > 1 ? j : 1)),
  }))
  const shift = further.map((_, j) => 2 + j)
  const exponent: Predictor = { name: 'exponent', role: 'part', fixed: intercept, offset: null, random: [] }
  const variance = plus(eta(2), times(eta(3), { op: 'log', args: [curve] }))
  return {
    ...model,
    link: 'identity',
    predictors: [{ ...mean, random }, rate, ...further, ...(power ? [exponent] : [])],
    map: mapOf(power ? [curve, variance] : [curve, ...shift], [Float64Array.from(t)]),
  }
}

const nonlinear: readonly (readonly [string, Model])[] = [
  ['gaussian, one factor', decay('y ~ 1 + (1 + x | g)', 'gaussian', false)],
  ['gaussian with a variance that is a power of the mean', decay('y ~ 1 + (1 + x | g)', 'gaussian', true)],
  ['Gamma, nested factors', decay('y ~ 1 + (1 + x | g) + (1 | gin)', 'Gamma', false)],
  ['gaussian, crossed factors', decay('y ~ 1 + (1 + x | g) + (1 | h)', 'gaussian', true)],
  ['poisson, crossed factors', decay('k ~ 1 + (1 + x | g) + (1 | h)', 'poisson', false)],
]

describe('nonlinear means', () => {
  it.each(nonlinear)('%s: gradients are derivatives', (_, model) => {
    const like = likelihood(model)
    const at = pointOf(like)
    at[0] += 1
    for (const nodes of [1, 3].filter((count) => count <= like.rules.mostNodes)) {
      const density = like.marginal(adaptive(nodes))
      const gradient = new Float64Array(like.dimension)
      expect(density.evaluate(at, gradient)).toBeGreaterThan(Number.NEGATIVE_INFINITY)
      near(gradient, differencesOf(density.value, at), 1e-6)
    }
    const sampled = likelihood(model).marginal({ by: 'importance', draws: 32, seed: 1, around: at })
    const gradient = new Float64Array(like.dimension)
    sampled.evaluate(at, gradient)
    near(gradient, differencesOf(sampled.value, at), 1e-6)
  })

  it.each(nonlinear)('%s: so are those of the joint density', (_, model) => {
    const { joint, coordinates } = likelihood(model)
    const density = joint(new Float64Array(coordinates.effects).fill(0.5))
    const at = pointsNear(density.dimension, 9)
    const gradient = new Float64Array(density.dimension)
    density.evaluate(at, gradient)
    const unused = new Float64Array(density.dimension)
    near(
      gradient,
      differencesOf((point) => density.evaluate(point, unused), at),
      1e-7,
    )
  })
})

describe('the chain rule to third order', () => {
  const [a, b, c] = [0, 1, 2].map(eta)
  const maps: readonly (readonly [string, string, readonly (number | Expression)[]])[] = [
    ['gaussian', 'identity', [times(exp(a), plus(b, times(c, a))), 2]],
    ['gaussian', 'log', [times(a, b), plus(c, times(a, column(0)))]],
    ['Gamma', 'log', [1, plus(times(a, a), times(b, c))]],
    ['student', 'identity', [plus(a, times(b, column(0))), c, plus(number(1), times(a, c))]],
  ]
  it.each(maps)('%s, %s: each derivative is that of the one before', (name, link, outputs) => {
    const response = { y: Float64Array.of(1.7, 0.4), trials: null }
    const { family } = familyNamed(name)
    const density = byRow(
      mappedDensity(boundDensity(family, link, response), mapOf(outputs, [Float64Array.of(0.3, -1)]), 3),
    )
    const size = densitySize(3)
    const at = (point: Float64Array): Float64Array => {
      const out = new Float64Array(size)
      density.at(1, point, out)
      return out
    }
    const point = Float64Array.of(0.4, -0.3, 0.2)
    const found = at(point)
    for (let i = 0; i < 3; i++) {
      near([found[firstAt(3, i)]], [differencesOf((p) => at(p)[0], point)[i]], 1e-8)
      for (let j = 0; j <= i; j++) {
        near([found[secondAt(3, i, j)]], [differencesOf((p) => at(p)[firstAt(3, j)], point)[i]], 1e-8)
        for (let l = 0; l <= j; l++)
          near([found[thirdAt(3, i, j, l)]], [differencesOf((p) => at(p)[secondAt(3, j, l)], point)[i]], 1e-7)
      }
    }
  })

  it('a predictor out of its range lets the density vanish', () => {
    const density = familyNamed('gaussian').family.density('identity', { y: Float64Array.of(1), trials: null })
    const map = { ...mapOf([0, 1]), tape: compileTape([{ op: 'log', args: [eta(0)] }]) }
    const tiles = byRow(mappedDensity(density, { ...map, outputs: [{ result: 0 }, { predictor: 1 }] }, 2))
    const out = new Float64Array(densitySize(2))
    for (const value of [-1, 0]) {
      tiles.at(0, Float64Array.of(value, 0), out)
      expect(Array.from(out)).toEqual([Number.NEGATIVE_INFINITY, ...new Array(out.length - 1).fill(0)])
    }
  })
})
