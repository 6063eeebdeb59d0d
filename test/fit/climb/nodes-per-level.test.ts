import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { stream } from '../../../src/random/stream.js'

const rng = stream({ seed: 5, purpose: 'response' })
const rows = Array.from({ length: 8 }, (_, g) => ({ g, a: rng.normal() })).flatMap(({ g, a }) =>
  Array.from({ length: 3 }, (_, h) => ({ h, b: a + 1.5 * rng.normal() })).flatMap(({ h, b }) =>
    Array.from({ length: 3 }, () => {
      const x = rng.normal()
      return { g: `g${g}`, h: `h${h}`, x, y: rng.uniform() < 1 / (1 + Math.exp(-b - x)) ? 1 : 0 }
    }),
  ),
)
const table = tableFrom({
  g: rows.map(({ g }) => g),
  h: rows.map(({ h }) => h),
  x: rows.map(({ x }) => x),
  y: rows.map(({ y }) => y),
})
const formula = 'y ~ x + (1 | g/h)'
const like = likelihood(stateModel(formula, table, { family: 'binomial' }))
// (Intercept), x, then the terms of the formula: g, h in g.
const at = Float64Array.of(0.2, 0.8, 1.1, 1.4)

/** log of the integral over each g of the product over its h, by the trapezoidal rule in both. */
function bruteForce(): number {
  const grid = Array.from({ length: 161 }, (_, k) => -8 + k * 0.1)
  const normal = (z: number): number => (0.1 * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)
  let total = 0
  for (const g of new Set(rows.map((row) => row.g))) {
    let outer = 0
    for (const u of grid) {
      let product = normal(u)
      for (const h of ['h0', 'h1', 'h2']) {
        const own = rows.filter((row) => row.g === g && row.h === h)
        let inner = 0
        for (const v of grid) {
          let density = normal(v)
          for (const { x, y } of own) {
            const eta = at[0] + at[1] * x + at[2] * u + at[3] * v
            density /= 1 + Math.exp(y === 1 ? -eta : eta)
          }
          inner += density
        }
        product *= inner
      }
      outer += product
    }
    total += Math.log(outer)
  }
  return total
}

describe('numbers of nodes for each nested factor', () => {
  it('go from the outermost factor in', () => {
    expect(like.rules.groups).toEqual(
      ['g', 'h:g'].map((group) => expect.stringMatching(group.length > 1 ? /h/ : /^g$/)),
    )
    const truth = bruteForce()
    const error = (nodes: number[]): number => Math.abs(like.marginal(adaptive(nodes)).value(at) - truth)
    expect(error([41, 41])).toBeLessThan(1e-6)
    // Fewer nodes at one level leave that level's error; here each other than what they leave at the other.
    expect(error([41, 5])).toBeGreaterThan(1e-4)
    expect(error([5, 41])).toBeGreaterThan(1e-6)
    expect(error([41, 25])).toBeLessThan(1e-5)
    expect(like.marginal(adaptive([3, 9])).value(at)).not.toBe(like.marginal(adaptive([9, 3])).value(at))
    expect(like.marginal(adaptive([5, 5])).value(at)).toBe(like.marginal(adaptive(5)).value(at))
  })

  it('have the exact gradient', () => {
    const { evaluate, value } = like.marginal(adaptive([3, 7]))
    const gradient = new Float64Array(4)
    evaluate(at, gradient)
    gradient.forEach((slope, j) => {
      const h = 1e-4
      const difference = (value(at.with(j, at[j] + h)) - value(at.with(j, at[j] - h))) / (2 * h)
      expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * (1 + Math.abs(slope)))
    })
  })

  it('stand in the record and may be one or all the same', () => {
    const options = { family: 'binomial' }
    const got = fit(formula, table, { ...options, nodes: [9, 15] })
    expect([got.nodes, got.call.nodes, got.convergence.converged]).toEqual([[9, 15], [9, 15], true])
    const same = fit(formula, table, { ...options, nodes: [7, 7] })
    expect(same.logLik).toBe(fit(formula, table, { ...options, nodes: 7 }).logLik)
    expect(fit(formula, table, { ...options, nodes: [7] }).nodes).toBe(7)
  })

  it('are refused in another number, and without nested factors', () => {
    const options = { family: 'binomial' }
    expect(() => fit(formula, table, { ...options, nodes: [7, 5, 3] })).toThrow(
      /expected 2 numbers of nodes, for g, .*h.* in this order, got 3: 7,5,3/,
    )
    expect(() => fit('y ~ x + (1 | g)', table, { ...options, nodes: [7, 5] })).toThrow(
      /expected nested factors for 2 numbers of nodes, got g/,
    )
    expect(() => fit('y ~ x', table, { ...options, nodes: [7, 5] })).toThrow(/expected random effects to integrate/)
    expect(() => fit(formula, table, { ...options, nodes: [7, 0] })).toThrow(/from 1 to 101/)
  })
})
