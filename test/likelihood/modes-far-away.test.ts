import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { pairsOf } from '../../src/families/derivative-order.js'
import { rowModel } from '../../src/likelihood/frame/row-model.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { laplaceRule } from '../../src/likelihood/frame/integration-rule.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { positivePart } from '../../src/numerics/positive-part.js'
import { uniforms } from '../reference/uniforms.js'
import { column, eta, exp, mapOf, number, pointsNear, times } from './doors.js'

const n = 48
const u = uniforms(47)
const g = Array.from({ length: n }, (_, i) => `g${i % 8}`)
const h = Array.from({ length: n }, () => `h${Math.floor(4 * u())}`)
const t = Array.from({ length: n }, (_, i) => 0.4 * Math.floor(i / 8))
const y = t.map((time, i) => (3 + Number(g[i][1]) * 0.2) * Math.exp(-0.5 * time) + 0.2 * (u() - 0.5))
const table = tableFrom({ y, t, g, h })

/** exp(a) exp(-exp(b) t) with effects on both, far from a quadratic in them. */
function curve(formula: string): Model {
  const model = stateModel(formula, table, { family: 'gaussian' })
  const [mean, dispersion] = model.predictors
  const decay = times(exp(eta(0)), exp(times(number(-1), times(exp(eta(1)), column(0)))))
  const random = mean.random.map((term) => ({ ...term, predictorOf: Int32Array.from(term.names, (_, j) => j % 2) }))
  return {
    ...model,
    predictors: [{ ...mean, random }, { ...mean, name: 'rate', random: [] }, dispersion],
    map: mapOf([decay, 2], [Float64Array.from(t)]),
  }
}

describe('modes of nonlinear means', () => {
  it.each(['y ~ 1 + (1 + t | g)', 'y ~ 1 + (1 + t | g) + (1 | h)'])(
    '%s: are found from where minus the second derivatives are indefinite',
    (formula) => {
      const model = curve(formula)
      const like = likelihood(model)
      const x = new Float64Array(like.dimension)
      // Starting values that miss the curve by far, and large deviations.
      x.set([0.2, 1.5, -2.5, 1.2, 0.3, 1.1])
      if (x.length > 6) x[6] = 0.5
      const rows = rowModel(state(model))
      rows.eta.forEach((values, k) => values.fill([0.2, 1.5, -2.5][k]))
      rows.evaluate(0, n)
      const convex = rows.d2[0].some((second) => second > 0) || rows.d2[2].some((second) => second > 0)
      expect(convex).toBe(true)
      const gradient = new Float64Array(like.dimension)
      expect(like.marginal(laplaceRule).evaluate(x, gradient)).toBeGreaterThan(Number.NEGATIVE_INFINITY)
      // There the joint density has no slope in the effects.
      const { outer, effects } = like.coordinates
      const point = Float64Array.of(
        ...like.coordinates.fromParameters(x),
        ...like.effectsAt(x)!.terms.flatMap(({ mode }) => Array.from(mode)),
      )
      const slope = new Float64Array(outer + effects)
      like.joint(new Float64Array(effects).fill(1)).evaluate(point, slope)
      for (const one of slope.subarray(outer)) expect(Math.abs(one)).toBeLessThan(1e-6)
    },
  )
})

describe('an information of the rows that is positive semidefinite', () => {
  const models: readonly (readonly [string, Model])[] = [
    ['a nonlinear mean', curve('y ~ 1 + (1 + t | g)')],
    ['gaussian', stateModel('y ~ t + (1 | g)', table, { family: 'gaussian' })],
    ['student', stateModel('y ~ t + (1 | g)', table, { family: 'student' })],
    [
      'counts, which have none in closed form',
      stateModel('k ~ t + (1 | g)', tableFrom({ k: t.map((_, i) => (i * 5) % 7), t, g }), { family: 'nbinom2' }),
    ],
  ]
  it.each(models)('%s', (_, model) => {
    const rows = rowModel(state(model))
    const K = rows.predictors
    rows.eta.forEach((values, k) => values.set(pointsNear(n, k, 4)))
    rows.evaluate(0, n)
    const found = rows.concave(0, n)
    expect(found).toHaveLength(pairsOf(K))
    for (let i = 0; i < n; i++) {
      const matrix = new Float64Array(K * K)
      for (let a = 0, at = 0; a < K; a++)
        for (let b = 0; b <= a; b++, at++) {
          matrix[a * K + b] = -found[at][i]
          matrix[b * K + a] = -found[at][i]
        }
      const nearest = matrix.slice()
      positivePart(nearest, K)
      const size = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      matrix.forEach((value, e) => {
        expect(Math.abs(value - nearest[e])).toBeLessThan(1e-11 * size)
      })
    }
  })
})

describe('the positive part of a symmetric matrix', () => {
  it('drops what lies along eigenvectors of negative values', () => {
    const next = uniforms(3)
    for (const k of [1, 2, 3, 5]) {
      // A sum of squares of known directions, less one orthogonal to all of them.
      const free = Array.from({ length: k }, () => Float64Array.from({ length: k }, () => next() - 0.5))
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < i; j++) {
          const along = free[i].reduce((sum, value, e) => sum + value * free[j][e], 0)
          free[i] = free[i].map((value, e) => value - along * free[j][e])
        }
        const length = Math.hypot(...free[i])
        free[i] = free[i].map((value) => value / length)
      }
      const made = (keep: (value: number) => number): Float64Array => {
        const out = new Float64Array(k * k)
        free.forEach((direction, d) => {
          for (let i = 0; i < k; i++)
            for (let j = 0; j < k; j++) out[i * k + j] += keep(d - 1.5) * direction[i] * direction[j]
        })
        return out
      }
      const a = made((value) => value)
      positivePart(a, k)
      made((value) => Math.max(0, value)).forEach((value, e) => {
        expect(Math.abs(a[e] - value)).toBeLessThan(1e-14 * k)
      })
    }
  })
})
