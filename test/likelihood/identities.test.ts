import { soleScalarEffect } from '../../src/likelihood/frame/sole-scalar-effect.js'
import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { families } from '../../src/families/registry.js'
import { levelQuadrature } from '../../src/likelihood/vector/level-quadrature.js'
import { rowsByLevel } from '../../src/likelihood/frame/level-structure.js'
import { laplace } from '../../src/likelihood/sparse/laplace.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { linearPredictors } from '../../src/likelihood/frame/linear-predictors.js'
import { parameterLayout } from '../../src/likelihood/frame/parameter-layout.js'
import { randomStructure } from '../../src/likelihood/sparse/random-structure.js'
import { rowModel } from '../../src/likelihood/frame/row-model.js'
import { productRule } from '../../src/numerics/product-rule.js'
import { uniforms } from '../reference/uniforms.js'
import { denseGaussian, doubleIntegral } from './brute-force.js'

const n = 60
const u = uniforms(29)
const g = Array.from({ length: n }, (_, i) => `g${(i * 11) % 7}`)
const h = Array.from({ length: n }, () => `h${Math.floor(4 * u())}`)
const inner = Array.from({ length: n }, (_, i) => `${i % 3}`)
const x = Array.from({ length: n }, () => 2 * u() - 1)
const w = Array.from({ length: n }, () => 3 * u())
const y = x.map((value, i) => 2 + value + Number(g[i][1]) * 0.4 + 2 * u())
const k = y.map((value) => Math.floor(value * u()))
const m = k.map((count) => count + Math.floor(4 * u()) + 1)
const gin = g.map((group, i) => group + inner[i])
const columns = { y, k, m, x, w, g, h, inner, gin }
const table = tableFrom(columns)

/** A point inside: fixed effects near 0, standard deviations near 1. */
function pointOf({ layout, dimension }: Likelihood, seed = 7): Float64Array {
  const next = uniforms(seed)
  const at = Float64Array.from({ length: dimension }, () => 0.6 * (next() - 0.5))
  for (const { term, covariance, start, size } of layout.terms) {
    const theta = covariance.start(term.names.length)
    for (let j = 0; j < size; j++) at[start + j] += 0.7 * theta[j]
  }
  return at
}

const valueAt = (like: Likelihood, at: Float64Array, nodes = 1): number => like.marginal(adaptive(nodes)).value(at)

const gaussians = [
  'y ~ x + (1 | g)',
  'y ~ x + offset(w) + (1 + x | g)',
  'y ~ x + (1 + x || g)',
  'y ~ 1 + (1 + x + w | g)',
  'y ~ x + cs(1 + x + w | g)',
  'y ~ x + ar1(0 + inner | g)',
  'y ~ x + (1 | g) + (1 | h)',
  'y ~ x + (1 + x | g) + (0 + w | h) + (1 | g:h)',
  'y ~ x + (1 + x | g/inner)',
]

describe("Laplace's approximation of a gaussian model is its exact density", () => {
  it.each(gaussians)('%s', (formula) => {
    const model = stateModel(formula, table, { family: 'gaussian' })
    const like = likelihood(model)
    const at = pointOf(like)
    const truth = denseGaussian(model, like.layout, at)
    expect(Math.abs(valueAt(like, at) - truth)).toBeLessThan(1e-9)
    for (const nodes of [2, 3, 5].filter((count) => count <= like.rules.mostNodes)) {
      expect(Math.abs(valueAt(like, at, nodes) - truth)).toBeLessThan(1e-9)
    }
  })

  it('y ~ x + (1 + x | g) + (1 | h) with a residual that depends on w', () => {
    const model = stateModel('y ~ x + (1 + x | g) + (1 | h)', table, { family: 'gaussian', dispersion: '~ w' })
    const like = likelihood(model)
    const at = pointOf(like)
    expect(Math.abs(valueAt(like, at) - denseGaussian(model, like.layout, at))).toBeLessThan(1e-9)
  })
})

describe('the product rule equals double integration on a grid', () => {
  it.each([
    ['cbind(k, m - k) ~ x + (1 + x | g)', 'binomial'],
    ['k ~ x + (1 + x | g)', 'poisson'],
    ['k ~ x + (0 + x | g) + (1 | g)', 'poisson'],
    ['cbind(k, m - k) ~ x + cs(1 + w | g)', 'binomial'],
  ])('%s', (formula, family) => {
    const model = stateModel(formula, table, { family })
    const like = likelihood(model)
    const at = pointOf(like)
    const truth = doubleIntegral(model, like.layout, at)
    expect(Math.abs(valueAt(like, at, 31) - truth)).toBeLessThan(1e-7)
    // Laplace's approximation is another number, and not far.
    expect(Math.abs(valueAt(like, at) - truth)).toBeGreaterThan(1e-4)
    expect(Math.abs(valueAt(like, at) - truth)).toBeLessThan(1)
  })
})

describe('one scalar effect: the fused loops equal the general engine', () => {
  const fused = families
    .filter((family) => family.kernel)
    .flatMap((family) => family.links.map((link) => [family.name, link, family.response] as const))

  it.each(fused)('%s, %s', (family, link, kind) => {
    const response = kind === 'binomial' ? 'cbind(k, m - k)' : 'k'
    const model = stateModel(`${response} ~ x + (0 + w | g)`, table, { family, link })
    const like = likelihood(model)
    expect(soleScalarEffect(like.stated)).not.toBeNull()
    const layout = parameterLayout(model)
    const narrow = link === 'identity' || link === 'sqrt'
    const at = narrow ? Float64Array.of(3, 0.2, 0.2) : Float64Array.of(-0.3, 0.4, 0.7)
    const linear = linearPredictors(like.stated)
    const structure = randomStructure(model, layout, linear.slots)
    const general = laplace(structure, linear, rowModel(like.stated))
    const clusters = rowsByLevel(like.stated, layout)
    const gradients = [new Float64Array(3), new Float64Array(3)]
    for (const nodes of [1, 2, 3, 9]) {
      const value = like.marginal(adaptive(nodes)).evaluate(at, gradients[0])
      const rule = levelQuadrature(
        clusters.structure,
        linearPredictors(clusters.stated),
        rowModel(clusters.stated),
        productRule(nodes, 1),
      )
      const others = nodes === 1 ? [general.evaluate, rule] : [rule]
      for (const evaluate of others) {
        expect(Math.abs(evaluate(at, gradients[1], null) - value)).toBeLessThan(1e-9)
        gradients[1].forEach((slope, j) =>
          expect(Math.abs(slope - gradients[0][j])).toBeLessThan(1e-9 * (1 + Math.abs(slope))),
        )
      }
    }
    const { terms } = like.effectsAt(at)!
    general.evaluate(at, null)
    terms[0].mode.forEach((mode, level) =>
      expect(Math.abs(mode - at[2] * general.u[structure.starts[0][level]])).toBeLessThan(1e-9),
    )
  })
})

describe('what changes nothing', () => {
  const state = (formula: string, from: Readonly<Record<string, readonly (string | number)[]>> = columns): Model =>
    stateModel(formula, tableFrom(from), { family: 'poisson' })
  const like = likelihood(state('k ~ x + (1 + x | g) + (1 | h)'))
  const at = pointOf(like)
  const truth = valueAt(like, at)

  it('the order of the rows', () => {
    const order = Array.from({ length: n }, (_, i) => (i * 23) % n)
    const shuffled = Object.fromEntries(
      Object.entries(columns).map(([name, cells]) => [name, order.map((i): string | number => cells[i])]),
    )
    expect(valueAt(likelihood(state('k ~ x + (1 + x | g) + (1 | h)', shuffled)), at)).toBeCloseTo(truth, 11)
  })

  it('the names of the groups', () => {
    const renamed = {
      ...columns,
      g: g.map((name) => `${(Number(name[1]) * 5) % 7}`),
      h: h.map((name) => `z${3 - Number(name[1])}`),
    }
    expect(valueAt(likelihood(state('k ~ x + (1 + x | g) + (1 | h)', renamed)), at)).toBeCloseTo(truth, 11)
  })

  it('the order of the random terms', () => {
    const swapped = Float64Array.of(...at.subarray(0, 2), at[5], ...at.subarray(2, 5))
    expect(valueAt(likelihood(state('k ~ x + (1 | h) + (1 + x | g)')), swapped)).toBeCloseTo(truth, 11)
  })

  it('the unit of a column', () => {
    const scaled = { ...columns, x: x.map((value) => 1000 * value) }
    const there = at.slice()
    for (const j of [1, 3, 4]) there[j] /= 1000
    expect(valueAt(likelihood(state('k ~ x + (1 + x | g) + (1 | h)', scaled)), there)).toBeCloseTo(truth, 11)
  })

  it.each([
    ['(1 | g/inner)', '(1 | g) + (1 | gin)'],
    ['(1 | g/inner)', '(1 | gin) + (1 | g)'],
    ['(1 + x || g)', 'diag(1 + x | g)'],
    ['(x || g)', '(1 | g) + (0 + x | g)'],
    ['us(1 + x | g)', '(x | g)'],
    ['(1 | g) + (1 | h)', '(1 | h) + (1 | g)'],
  ])('%s for %s', (one, other) => {
    const [a, b] = [one, other].map((random) => likelihood(state(`k ~ x + ${random}`)))
    expect(a.dimension).toBe(b.dimension)
    const point = pointOf(a)
    // All standard deviations the same, so that their order is of no consequence.
    if (!one.includes('us')) point.fill(0.6, 2)
    for (const nodes of [1, 4].filter((count) => count <= Math.min(a.rules.mostNodes, b.rules.mostNodes))) {
      expect(valueAt(a, point, nodes)).toBeCloseTo(valueAt(b, point, nodes), 11)
    }
  })

  it('either sign of a column of the factor', () => {
    const turned = at.map((value, j) => (j === 2 || j === 3 || j === 5 ? -value : value))
    expect(valueAt(like, turned)).toBeCloseTo(truth, 11)
  })

  it('no variance leaves the model without the term', () => {
    const plain = likelihood(state('k ~ x + (1 | h)'))
    const none = at.slice()
    none.fill(0, 2, 5)
    expect(valueAt(like, none)).toBeCloseTo(valueAt(plain, Float64Array.of(at[0], at[1], at[5])), 11)
  })
})
