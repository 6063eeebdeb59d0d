import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { simulateResponse } from '../../src/likelihood/frame/simulate.js'
import { state } from '../../src/likelihood/frame/stated.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { laplaceParts } from '../../src/likelihood/sparse/laplace-parts.js'
import { secondOrder } from '../../src/likelihood/sparse/second-order.js'
import { stream } from '../../src/random/stream.js'
import { uniforms } from '../reference/uniforms.js'
import { pointsNear, splitMean, splitParameters } from './doors.js'

const n = 72
const u = uniforms(31)
const g = Array.from({ length: n }, (_, i) => `g${(i * 11) % 9}`)
const gin = g.map((group, i) => `${group}${i % 2}`)
const h = Array.from({ length: n }, () => `h${Math.floor(5 * u())}`)
const x = Array.from({ length: n }, () => 2 * u() - 1)
const w = Array.from({ length: n }, () => u())
const y = x.map((value, i) => 2 + value + Number(g[i][1]) * 0.3 + 2 * u())
const k = y.map((value) => Math.floor(value))
const table = tableFrom({ y, k, x, w, g, gin, h })

const models: readonly (readonly [string, string, number])[] = [
  ['y ~ x + w + (1 + x | g)', 'gaussian', 5],
  ['k ~ x + w + (1 + x | g)', 'poisson', 5],
  ['k ~ x + (1 + x + w | g)', 'nbinom2', 3],
  ['k ~ x + (1 + w || g)', 'poisson', 5],
  ['k ~ x + w + (1 + x | g) + (1 + x | gin)', 'poisson', 3],
  ['k ~ x + (1 + x | g) + (1 + w | h)', 'poisson', 1],
  ['k ~ x + (1 + x | g) + (1 | h)', 'nbinom2', 1],
]

function pointOf({ layout, dimension }: Likelihood): Float64Array {
  const at = pointsNear(dimension, 5)
  for (const { term, covariance, start, size } of layout.terms) {
    const theta = covariance.start(term.names.length)
    for (let j = 0; j < size; j++) at[start + j] += 0.6 * theta[j]
  }
  return at
}

/** Both models, a point of each, and how the gradients compare. */
function pair(formula: string, family: string): { whole: Model; split: Model; at: Float64Array; there: Float64Array } {
  const whole = stateModel(formula, table, { family })
  const at = pointOf(likelihood(whole))
  return { whole, split: splitMean(whole), at, there: splitParameters(whole, at) }
}

const near = (found: ArrayLike<number>, truth: ArrayLike<number>, digits: number): void => {
  const size = Array.from(truth).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  expect(found.length).toBe(truth.length)
  for (let j = 0; j < truth.length; j++) expect(Math.abs(found[j] - truth[j])).toBeLessThan(digits * size)
}

describe('a mean split over two predictors of which the family takes the sum is the one mean', () => {
  it.each(models)('%s, %s: marginal densities with their gradients', (formula, family, most) => {
    const { whole, split, at, there } = pair(formula, family)
    const [one, two] = [likelihood(whole), likelihood(split)]
    for (const nodes of [1, 2, most].filter((count) => count <= one.rules.mostNodes)) {
      const gradients = [at, there].map(({ length }) => new Float64Array(length))
      const value = one.marginal(adaptive(nodes)).evaluate(at, gradients[0])
      near([two.marginal(adaptive(nodes)).evaluate(there, gradients[1])], [value], 1e-12)
      near(gradients[1], splitParameters(whole, gradients[0]), 1e-9)
    }
  })

  it.each(models)('%s, %s: modes and their covariances, and the information about fixed effects', (formula, family) => {
    const { whole, split, at, there } = pair(formula, family)
    const [one, two] = [likelihood(whole).effectsAt(at)!, likelihood(split).effectsAt(there)!]
    one.terms.forEach(({ mode, covariance }, t) => {
      near(two.terms[t].mode, mode, 1e-8)
      near(two.terms[t].covariance, covariance, 1e-8)
    })
    near(
      two.eta[0].map((value, i) => value + two.eta[1][i]),
      one.eta[0],
      1e-8,
    )
  })

  it.each(models)('%s, %s: the joint density of parameters and effects', (formula, family) => {
    const { whole, split } = pair(formula, family)
    const [one, two] = [likelihood(whole), likelihood(split)]
    const { outer, effects } = one.coordinates
    for (const centring of [0, 0.4, 1]) {
      const c = new Float64Array(effects).fill(centring)
      const [first, second] = [one.joint(c), two.joint(c)]
      const at = pointsNear(outer + effects, 3)
      const there = Float64Array.from([...splitParameters(whole, at.subarray(0, outer)), ...at.subarray(outer)])
      const gradients = [at, at].map(({ length }) => new Float64Array(length))
      const value = first.evaluate(at, gradients[0])
      near([second.evaluate(there, gradients[1])], [value], 1e-12)
      near(
        gradients[1],
        [...splitParameters(whole, gradients[0].subarray(0, outer)), ...gradients[0].subarray(outer)],
        1e-11,
      )
    }
  })

  it.each(models.filter(([formula]) => !formula.includes('| h')))(
    '%s, %s: effects drawn from their conditional distribution, and densities of one',
    (formula, family) => {
      const { whole, split, at, there } = pair(formula, family)
      const [one, two] = [likelihood(whole).effectsAt(at)!, likelihood(split).effectsAt(there)!]
      const size = one.terms.reduce((sum, { mode }) => sum + mode.length, 0)
      const draws = [one, two].map((effects) => {
        const out = new Float64Array(size)
        effects.draw(stream({ seed: 5, purpose: 'effects' }), out, 0)
        return out
      })
      near(draws[1], draws[0], 1e-7)
      if (formula.includes('gin')) return
      const [first, second] = [one.ofLevel(2, 1), two.ofLevel(2, 1)]
      near([second.center, second.sd], [first.center, first.sd], 1e-8)
      const density = first.logDensity(first.center - first.sd, first.sd, 3).slice()
      near(second.logDensity(first.center - first.sd, first.sd, 3), density, 1e-9)
    },
  )

  it.each(models)('%s, %s: importance sampling', (formula, family) => {
    const { whole, split, at, there } = pair(formula, family)
    const gradients = [at, there].map(({ length }) => new Float64Array(length))
    const value = likelihood(whole)
      .marginal({ by: 'importance', draws: 64, seed: 1, around: at })
      .evaluate(at, gradients[0])
    near(
      [
        likelihood(split)
          .marginal({ by: 'importance', draws: 64, seed: 1, around: there })
          .evaluate(there, gradients[1]),
      ],
      [value],
      1e-10,
    )
    near(gradients[1], splitParameters(whole, gradients[0]), 1e-8)
  })

  it.each(models)('%s, %s: the next order after Laplace', (formula, family) => {
    const { whole, split, at, there } = pair(formula, family)
    for (const work of [undefined, 0]) {
      const one = secondOrder(laplaceParts(state(whole)), work).correction(at)
      near([secondOrder(laplaceParts(state(split)), work).correction(there)], [one], 1e-7)
    }
  })

  it.each(models)('%s, %s: simulated responses', (formula, family) => {
    const { whole, split, at, there } = pair(formula, family)
    const response = (model: Model, point: Float64Array): Float64Array =>
      simulateResponse(state(model), point, stream({ seed: 3, purpose: 'response' })).y
    near(response(split, there), response(whole, at), 1e-12)
  })
})
