import { atMost } from '../../../src/likelihood/frame/integration-rule.js'
import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/data/model.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { type Likelihood, likelihood } from '../../../src/likelihood/likelihood.js'
import { outerParameters } from '../../../src/likelihood/coordinates/outer-parameters.js'
import { jointPosterior, marginalPosterior } from '../../../src/likelihood/posterior.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { gaussHermite } from '../../../src/numerics/gauss-hermite.js'

const n = 36
const rows = Array.from({ length: n }, (_, i) => i)
const table = tableFrom({
  y: rows.map((i) => Number((i * 7) % 11 < 5)),
  count: rows.map((i) => (i * i) % 7),
  z: rows.map((i) => Math.sin(2 * i) + 0.1 * (i % 5)),
  x: rows.map((i) => Math.cos(3 * i)),
  w: rows.map((i) => Math.sin(i + 0.5)),
  g: rows.map((i) => `g${(i * 5) % 6}`),
  h: rows.map((i) => `h${i % 4}`),
})

const cases: readonly (readonly [formula: string, family: string, further?: Record<string, string>])[] = [
  ['y ~ x + (1 | g)', 'binomial'],
  ['y ~ x + (x | g)', 'binomial'],
  ['y ~ x + (x + w | g)', 'binomial'],
  ['y ~ x + diag(x | g)', 'binomial'],
  ['y ~ x + cs(x + w | g)', 'binomial'],
  ['y ~ x + ar1(0 + h | g)', 'binomial'],
  ['y ~ x + (1 | g) + (x | h)', 'binomial'],
  ['count ~ x + (1 | g) + (1 | h)', 'nbinom2'],
  ['z ~ x + (x | g)', 'gaussian'],
  ['z ~ x + (x | g)', 'student'],
  ['count ~ x + (1 | g)', 'poisson', { zi: '~ x + (1 | h)' }],
  ['z ~ x + (x | g)', 'gaussian', { dispersion: '~ w + (1 | h)' }],
]

const statements = ['b ~ student_t(4, 0.2, 1.5)', 'sd ~ half_t(3, 0, 2)', 'cor ~ lkj(1.7)']

function fourth(f: (x: Float64Array) => number, x: Float64Array, j: number, h: number): number {
  const at = (k: number): number => f(x.map((value, i) => (i === j ? value + k * h : value)))
  return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
}

const point = (d: number): Float64Array => Float64Array.from({ length: d }, (_, j) => Math.sin(3 * j + 1) * 0.4 - 0.1)

const modelOf = ([formula, family, further = {}]: (typeof cases)[number]): Model =>
  stateModel(formula, table, { family, ...further })

describe.each(cases.map((one) => [`${one[0]} ${one[1]}`, one] as const))('%s', (_, one) => {
  const like: Likelihood = likelihood(modelOf(one))
  const priors = priorsInForce(like.model, statements)
  const { effects } = like.coordinates

  for (const centre of [0, 0.3, 0.8, 1]) {
    it(`joint posterior with centring ${centre}: the gradient is that of central differences`, () => {
      const centring = Float64Array.from({ length: effects }, (__, j) => Math.min(1, centre * (1 + 0.2 * (j % 3))))
      for (const withRows of [true, false]) {
        const { dimension, evaluate } = jointPosterior(like, priors, centring, withRows)
        const x = point(dimension)
        const gradient = new Float64Array(dimension)
        const ignored = new Float64Array(dimension)
        expect(Number.isFinite(evaluate(x, gradient))).toBe(true)
        const size = Math.max(...gradient.map(Math.abs))
        for (let j = 0; j < dimension; j++) {
          const numeric = fourth((at) => evaluate(at, ignored), x, j, 1e-3)
          expect(Math.abs(gradient[j] - numeric) / size, `coordinate ${j}`).toBeLessThan(1e-7)
        }
      }
    })
  }

  it('is the same density of (outer, b) for any centring, up to the Jacobian', () => {
    const { outer } = like.coordinates
    const noise = { uniform: () => 0.5, normal: () => 0 }
    const logJacobian = (centring: Float64Array, x: Float64Array): number => {
      // log |db / dv| by the determinant of differences, effect by effect within a level: the map is linear in v.
      const posterior = jointPosterior(like, priors, centring)
      const base = new Float64Array(posterior.names.length)
      const moved = new Float64Array(posterior.names.length)
      posterior.write(x, base, 0, noise)
      let sum = 0
      // The map is lower triangular within a level: its determinant is the product of its diagonal.
      for (let j = outer; j < x.length; j++) {
        posterior.write(
          x.map((v, i) => (i === j ? v + 1 : v)),
          moved,
          0,
          noise,
        )
        sum += Math.log(moved[j] - base[j])
      }
      return sum
    }
    const first = new Float64Array(effects).fill(0.9)
    const second = Float64Array.from({ length: effects }, (__, j) => 0.35 * (j % 2))
    const a = jointPosterior(like, priors, first)
    const x = point(a.dimension)
    const told = new Float64Array(a.names.length)
    a.write(x, told, 0, noise)
    // The other chart's v that gives the same effects: the map is affine in v, so that solving it by columns is exact.
    const b = jointPosterior(like, priors, second)
    const other = x.slice()
    other.fill(0, outer)
    const out = new Float64Array(b.names.length)
    for (let j = outer; j < other.length; j++) {
      b.write(other, out, 0, noise)
      const now = out[j]
      b.write(
        other.map((v, i) => (i === j ? v + 1 : v)),
        out,
        0,
        noise,
      )
      other[j] += (told[j] - now) / (out[j] - now)
    }
    const ignored = new Float64Array(x.length)
    expect(a.evaluate(x, ignored) - logJacobian(first, x)).toBeCloseTo(
      b.evaluate(other, ignored) - logJacobian(second, other),
      8,
    )
  })

  it('marginal posterior: the gradient is that of central differences', () => {
    const { dimension, evaluate } = marginalPosterior(like, priors, atMost(5, like.rules))
    const x = point(dimension)
    const gradient = new Float64Array(dimension)
    const ignored = new Float64Array(dimension)
    evaluate(x, gradient)
    const size = Math.max(...gradient.map(Math.abs))
    for (let j = 0; j < dimension; j++) {
      const numeric = fourth((at) => evaluate(at, ignored), x, j, 1e-3)
      expect(Math.abs(gradient[j] - numeric) / size, `coordinate ${j}`).toBeLessThan(1e-6)
    }
  })

  it('outer parameters are read back from what is told of them, and parameters of the fit from coordinates', () => {
    const { coordinates, dimension } = like
    const parameters = outerParameters(like.stated)
    const x = point(dimension)
    const told = new Float64Array(dimension)
    const back = new Float64Array(dimension)
    parameters.write(x, told, 0)
    parameters.read(told, 0, back)
    const theta = new Float64Array(dimension)
    coordinates.toParameters(x, theta)
    const again = coordinates.fromParameters(theta)
    for (let j = 0; j < dimension; j++) {
      expect(back[j]).toBeCloseTo(x[j], 10)
      expect(again[j]).toBeCloseTo(x[j], 10)
    }
    expect(new Set(parameters.names).size).toBe(dimension)
    expect(new Set(parameters.effectNames).size).toBe(coordinates.effects)
  })
})

describe('the joint density, integrated', () => {
  it('over v is the marginal posterior: two levels of two correlated effects, by a product rule', () => {
    const few = tableFrom({ y: [1, 0, 1, 1, 0], x: [0.5, -1, 0.3, 1.2, -0.4], g: ['a', 'b', 'a', 'b', 'a'] })
    const like = likelihood(stateModel('y ~ 1 + (x | g)', few, { family: 'binomial' }))
    const priors = priorsInForce(like.model, [])
    const k = 22
    const { nodes, logWeights } = gaussHermite(k)
    for (const centre of [0, 1]) {
      const joint = jointPosterior(like, priors, new Float64Array(4).fill(centre))
      const x = Float64Array.of(0.3, -0.2, -0.1, 0.4, 0, 0, 0, 0)
      const ignored = new Float64Array(8)
      let sum = 0
      for (let point = 0; point < k ** 4; point++) {
        // The rule holds the normal density, of which an integral over space must be freed.
        let logWeight = 0
        for (let j = 0, rest = point; j < 4; j++, rest = Math.floor(rest / k)) {
          const node = nodes[rest % k]
          x[4 + j] = node
          logWeight += logWeights[rest % k] + 0.5 * node * node + 0.5 * Math.log(2 * Math.PI)
        }
        sum += Math.exp(joint.evaluate(x, ignored) + logWeight)
      }
      const truth = marginalPosterior(like, priors, adaptive(40)).evaluate(x.subarray(0, 4), ignored)
      expect(Math.log(sum), `centring ${centre}`).toBeCloseTo(truth, 6)
    }
  })
})
