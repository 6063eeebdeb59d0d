import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { laplace } from '../../../src/likelihood/sparse/laplace.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { linearPredictors } from '../../../src/likelihood/frame/linear-predictors.js'
import { mostNestedNodes, nestedNodesFit, nestedQuadrature } from '../../../src/likelihood/nested/nested-quadrature.js'
import { nesting } from '../../../src/likelihood/nested/nested-structure.js'
import { parameterLayout } from '../../../src/likelihood/frame/parameter-layout.js'
import { randomStructure } from '../../../src/likelihood/sparse/random-structure.js'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { rowModel } from '../../../src/likelihood/frame/row-model.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { gaussHermite } from '../../../src/numerics/gauss-hermite.js'
import { slopesOf } from '../../conformance/differences.js'
import { uniforms } from '../../reference/uniforms.js'

interface Columns {
  readonly y: number[]
  readonly x: number[]
  readonly a: string[]
  readonly b: string[]
  readonly c: string[]
}

/** Unbalanced: 1 to 3 units b in each a, 1 to 3 units c in each b, 1 to 4 rows in each c; labels used again and again. */
function simulated(seed: number, outer: number, response: (u: () => number, effect: number) => number): Columns {
  const u = uniforms(seed)
  const upTo = (most: number): number => 1 + Math.floor(u() * most)
  const columns: Columns = { y: [], x: [], a: [], b: [], c: [] }
  for (let a = 0; a < outer; a++) {
    const effectA = 2 * u() - 1
    const inA = a === 0 ? 1 : upTo(3)
    for (let b = 0; b < inA; b++) {
      const effectB = 2 * u() - 1
      const inB = a === 0 ? 1 : upTo(3)
      for (let c = 0; c < inB; c++) {
        const effectC = 2 * u() - 1
        const rows = a === 0 ? 1 : upTo(4)
        for (let i = 0; i < rows; i++) {
          columns.y.push(response(u, effectA + effectB + effectC))
          columns.x.push(2 * u() - 1)
          columns.a.push(`a${a}`)
          columns.b.push(`b${b}`)
          columns.c.push(`c${c}`)
        }
      }
    }
  }
  return columns
}

const zeroOrOne = (u: () => number, effect: number): number => (u() < 1 / (1 + Math.exp(-2 * effect)) ? 1 : 0)
const count = (u: () => number, effect: number): number => Math.floor(3 * u() * Math.exp(effect))
const binary = simulated(1, 6, zeroOrOne)
const counts = simulated(4, 6, count)

const logit = { family: 'binomial' }
const poisson = { family: 'poisson' }
const nbinom2 = { family: 'nbinom2', dispersion: '~ x' }
const modelOf = (formula: string, columns: Columns, choice: Parameters<typeof stateModel>[2]): Model =>
  stateModel(formula, tableFrom({ ...columns }), choice)

const models: Readonly<Record<string, Model>> = {
  'logit, two levels': modelOf('y ~ x + (1 | a/b)', binary, logit),
  'logit, three levels': modelOf('y ~ x + (1 | a/b/c)', binary, logit),
  'cloglog, two levels, the inner one of single rows': modelOf('y ~ (1 | a/b)', binary, { ...logit, link: 'cloglog' }),
  'poisson, two levels': modelOf('y ~ x + (1 | a/b)', counts, poisson),
  'poisson, three levels': modelOf('y ~ x + (1 | a/b/c)', counts, poisson),
  'nbinom2, two levels': modelOf('y ~ x + (1 | a/b)', counts, nbinom2),
  'nbinom2, a level of each predictor': modelOf('y ~ (1 | a:b)', counts, { ...nbinom2, dispersion: '~ (1 | a)' }),
  'nbinom2, one level of both': modelOf('y ~ (1 | a)', counts, { ...nbinom2, dispersion: '~ (1 | a)' }),
  'poisson, a slope that is a single column': modelOf('y ~ x + (0 + x | a) + (1 | a:b)', counts, poisson),
  'poisson, a correlated slope over an intercept': modelOf('y ~ x + (x | a) + (1 | a:b)', counts, poisson),
}

/** The rule with as many nodes at every level, or as many as are said for each, the innermost first. */
function nested(model: Model, nodes: number | readonly number[]) {
  const layout = parameterLayout(model)
  const found = nesting(state(model))!
  const linear = linearPredictors(found.stated)
  const rows = rowModel(found.stated)
  const { depth } = found.structure
  const rules = Array.from({ length: depth }, (_, l) => gaussHermite(typeof nodes === 'number' ? nodes : nodes[l]))
  const evaluate = nestedQuadrature(found.structure, linear, rows, rules)
  return { layout, structure: found.structure, evaluate, value: (x: Float64Array) => evaluate(x, null, null) }
}

/** Laplace's approximation over the sparse factor. */
function joint(model: Model) {
  const layout = parameterLayout(model)
  const linear = linearPredictors(state(model))
  const rows = rowModel(state(model))
  return laplace(randomStructure(model, layout, linear.slots), linear, rows)
}

const pointsOf = ({ fixed, dimension }: { fixed: number; dimension: number }, many: number): Float64Array[] => {
  const u = uniforms(11)
  return Array.from({ length: many }, () =>
    Float64Array.from({ length: dimension }, (_, j) => (j < fixed ? u() - 0.4 : 0.2 + 1.3 * u())),
  )
}

describe('nested adaptive quadrature', () => {
  for (const [name, model] of Object.entries(models)) {
    it.each([1, 2, 3, 5, 9])(`${name}: the gradient with %i nodes is that of central differences`, (nodes) => {
      const { layout, evaluate, value } = nested(model, nodes)
      for (const x of pointsOf(layout, 2)) {
        const gradient = new Float64Array(layout.dimension)
        expect(evaluate(x, gradient, null)).toBe(value(x))
        const numeric = slopesOf(value, x)
        const size = Math.max(1, ...gradient.map(Math.abs))
        gradient.forEach((slope, j) => expect(Math.abs(slope - numeric[j]) / size).toBeLessThan(1e-6))
      }
    })

    it(`${name}: one node a level is Laplace's approximation`, () => {
      const { layout, evaluate } = nested(model, 1)
      const whole = joint(model)
      for (const x of pointsOf(layout, 3)) {
        const gradient = new Float64Array(layout.dimension)
        const other = new Float64Array(layout.dimension)
        const value = whole.evaluate(x, other)
        expect(Math.abs(evaluate(x, gradient, null) - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)))
        gradient.forEach((slope, j) => expect(slope).toBeCloseTo(other[j], 6))
      }
    })
  }

  it('has exact gradients with another number of nodes at each level', () => {
    const { layout, evaluate, value } = nested(models['logit, three levels'], [5, 3, 4])
    const [x] = pointsOf(layout, 1)
    const gradient = new Float64Array(layout.dimension)
    evaluate(x, gradient, null)
    slopesOf(value, x).forEach((slope, j) => expect(gradient[j]).toBeCloseTo(slope, 7))
  })

  it.each([
    ['logit, two levels', 31, [0.3, -0.5, 1.4, 0.8]],
    ['logit, two levels', 31, [-0.5, 1, 0.6, 2]],
    ['poisson, two levels', 25, [0.2, 0.4, 0.5, 0.9]],
    ['logit, three levels', 17, [0.3, -0.5, 0.7, 0.9, 1.1]],
    ['poisson, three levels', 15, [0.2, 0.4, 0.6, 0.5, 0.4]],
  ] as const)('%s: %i nodes equal brute force integration', (name, nodes, parameters) => {
    const model = models[name]
    const value = nested(model, nodes).value(Float64Array.from(parameters))
    expect(Math.abs(value - bruteForce(model, parameters))).toBeLessThan(1e-6)
  })

  it('sums what the outermost units say', () => {
    const { evaluate, structure, value, layout } = nested(models['poisson, three levels'], 5)
    const [x] = pointsOf(layout, 1)
    const parts = new Float64Array(structure.roots.length)
    evaluate(x, null, parts)
    expect(parts.reduce((a, b) => a + b)).toBeCloseTo(value(x), 12)
  })

  it('depends on nothing evaluated before, to the last bit', () => {
    const { evaluate, value } = nested(models['logit, two levels'], 7)
    const x = Float64Array.of(0.4, -0.2, 0.9, 1.1)
    const first = value(x)
    evaluate(Float64Array.of(3, -2, 4, 0.1), new Float64Array(4), null)
    expect(value(x)).toBe(first)
  })

  it('is the same whatever the order of the rows and the labels', () => {
    const u = uniforms(21)
    const keys = binary.y.map(() => u())
    const order = keys.map((_, i) => i).sort((i, j) => keys[i] - keys[j])
    const moved: Columns = {
      y: order.map((i) => binary.y[i]),
      x: order.map((i) => binary.x[i]),
      a: order.map((i) => `z${9 - Number(binary.a[i].slice(1))}`),
      b: order.map((i) => `z${9 - Number(binary.b[i].slice(1))}`),
      c: order.map((i) => binary.c[i]),
    }
    const x = Float64Array.of(0.4, -0.2, 0.9, 1.1, 0.6)
    const formula = 'y ~ x + (1 | a/b/c)'
    expect(nested(modelOf(formula, moved, logit), 5).value(x)).toBeCloseTo(
      nested(models['logit, three levels'], 5).value(x),
      10,
    )
  })

  it('finds the nesting of two terms whose labels are unique within groups, in whatever order they are written', () => {
    const unique = { ...binary, b: binary.b.map((b, i) => `${binary.a[i]} ${b}`) }
    const as = (formula: string, x: number[]): number =>
      nested(modelOf(formula, unique, logit), 5).value(Float64Array.from(x))
    const value = as('y ~ x + (1 | a) + (1 | b)', [0.4, -0.2, 0.9, 0.5])
    expect(as('y ~ x + (1 | b) + (1 | a)', [0.4, -0.2, 0.5, 0.9])).toBe(value)
    expect(stateModel('y ~ x + (1 | a/b)', tableFrom({ ...binary }), logit).predictors[0].random).toHaveLength(2)
    const slashed = models['logit, two levels']
    const groups = slashed.predictors[0].random.map(({ group }) => group)
    const sds = groups.map((group) => (group === 'a' ? 0.9 : 0.5))
    expect(nested(slashed, 5).value(Float64Array.of(0.4, -0.2, ...sds))).toBeCloseTo(value, 11)
  })

  it('refuses crossed factors', () => {
    for (const formula of ['y ~ (1 | a) + (1 | b)', 'y ~ (1 | a:b:c) + (1 | a) + (1 | b)', 'y ~ x']) {
      const model = modelOf(formula, binary, logit)
      expect(nesting(state(model))).toBeNull()
    }
  })

  it('leaves restricted models, whose fixed effects have a flat prior, to Laplace', () => {
    const model = restricted(modelOf('y ~ x + (1 | a/b)', binary, { family: 'gaussian' }))
    expect(nesting(state(model))).toBeNull()
    expect(likelihood(model).rules.mostNodes).toBe(1)
  })

  it("is what the model's likelihood takes for more nodes than one, and crossed factors have one node", () => {
    const model = models['logit, three levels']
    const { layout, evaluate } = nested(model, 5)
    const like = likelihood(model)
    const [x] = pointsOf(layout, 1)
    const [gradient, other] = [new Float64Array(x.length), new Float64Array(x.length)]
    expect(like.rules.mostNodes).toBe(27)
    expect(like.marginal(adaptive(5)).evaluate(x, gradient)).toBe(evaluate(x, other, null))
    expect(gradient).toEqual(other)
    expect(likelihood(modelOf('y ~ x + (1 | a) + (1 | b)', binary, logit)).rules.mostNodes).toBe(1)
  })

  it('is the smaller model where a standard deviation is zero, with either sign of the other', () => {
    const outer = likelihood(modelOf('y ~ x + (1 | a)', binary, logit)).marginal(adaptive(9))
    const inner = likelihood(modelOf('y ~ x + (1 | a:b)', binary, logit)).marginal(adaptive(9))
    const both = models['logit, two levels']
    const at = (sds: Readonly<Record<string, number>>): number =>
      nested(both, 9).value(
        Float64Array.of(0.4, -0.2, ...both.predictors[0].random.map(({ group }) => sds[group === 'a' ? 'a' : 'b'])),
      )
    const x = Float64Array.of(0.4, -0.2, 0.9)
    expect(at({ a: 0.9, b: 0 })).toBeCloseTo(outer.value(x), 9)
    expect(at({ a: 0, b: 0.9 })).toBeCloseTo(inner.value(x), 9)
    expect(at({ a: 0, b: -0.9 })).toBeCloseTo(inner.value(x), 9)
    expect(at({ a: -0.7, b: 0.9 })).toBeCloseTo(at({ a: 0.7, b: 0.9 }), 11)
  })

  it('is -Infinity, not NaN, out of range, and finite at large standard deviations', () => {
    const { evaluate } = nested(models['poisson, two levels'], 5)
    const gradient = new Float64Array(4)
    for (const x of [
      [1e308, 1e308, 1, 1],
      [Number.NaN, 0, 1, 1],
      [800, 0, Number.POSITIVE_INFINITY, 1],
    ]) {
      expect(evaluate(Float64Array.from(x), gradient, null)).toBe(Number.NEGATIVE_INFINITY)
    }
    for (const name of ['logit, two levels', 'poisson, two levels']) {
      const value = nested(models[name], 25).evaluate(Float64Array.of(0, 0.5, 30, 20), gradient, null)
      expect(Number.isFinite(value)).toBe(true)
      expect(gradient.every(Number.isFinite)).toBe(true)
    }
  })

  it('allows fewer nodes a level the more levels there are', () => {
    const most = (name: string): number => {
      const { structure } = nested(models[name], 1)
      return mostNestedNodes(structure.depth, 101, nestedNodesFit(structure, 1))
    }
    expect(most('logit, two levels')).toBe(101)
    expect(most('logit, three levels')).toBe(27)
  })
})

/**
 * Log marginal likelihood of a binomial-logit or Poisson-log model with nested random intercepts, by sums over evenly
 * spaced points of every level one inside the other, written from the definition.
 */
function bruteForce(model: Model, parameters: readonly number[]): number {
  const [{ fixed, random }] = model.predictors
  const { y, trials } = model.response
  const p = fixed.names.length
  const factors = random
    .map((term, t) => ({ index: term.index, levels: term.levels.length, sd: parameters[p + t] }))
    .sort((a, b) => a.levels - b.levels)
  const spacing = factors.length > 2 ? 0.2 : 0.1
  const half = Math.round(9 / spacing)
  const logRow = (i: number, effect: number): number => {
    let eta = effect
    for (let j = 0; j < p; j++) eta += fixed.x[j * model.nobs + i] * parameters[j]
    if (trials) return y[i] * eta - Math.log(1 + Math.exp(eta))
    let logFactorial = 0
    for (let k = 2; k <= y[i]; k++) logFactorial += Math.log(k)
    return y[i] * eta - Math.exp(eta) - logFactorial
  }
  const within = (rows: readonly number[], level: number, effect: number): number => {
    if (level === factors.length) return rows.reduce((sum, i) => sum + logRow(i, effect), 0)
    const groups = new Map<number, number[]>()
    for (const i of rows) {
      const unit = factors[level].index[i]
      const group = groups.get(unit)
      if (group) group.push(i)
      else groups.set(unit, [i])
    }
    let total = 0
    for (const group of groups.values()) {
      let sum = 0
      for (let s = -half; s <= half; s++) {
        const u = s * spacing
        sum += Math.exp(within(group, level + 1, effect + factors[level].sd * u) - 0.5 * u * u)
      }
      total += Math.log((sum * spacing) / Math.sqrt(2 * Math.PI))
    }
    return total
  }
  return within(
    Array.from({ length: model.nobs }, (_, i) => i),
    0,
    0,
  )
}
