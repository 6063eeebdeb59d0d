import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { jointPosterior, marginalPosterior } from '../../../src/likelihood/posterior.js'
import { priorsInForce } from '../../../src/likelihood/coordinates/priors-in-force.js'
import { type CaseName, modelOf } from '../../reference/data.js'

const names: readonly CaseName[] = ['betablocker', 'cbpp']

describe('joint posterior', () => {
  for (const name of names) {
    for (const centred of [0, 0.3, 1]) {
      it(`${name}, centring ${centred}: the gradient is that of central differences`, () => {
        const model = modelOf(name)
        const like = likelihood(model)
        const priors = priorsInForce(model, ['sd ~ half_t(3, 0, 2.5)', 'Intercept ~ student_t(4, -1, 2)'])
        const centring = new Float64Array(like.coordinates.effects).fill(centred)
        const posterior = jointPosterior(like, priors, centring)
        const x = Float64Array.from({ length: posterior.dimension }, (_, j) => Math.sin(3 * j + 1) * 0.4 - 0.2)
        const gradient = new Float64Array(x.length)
        const ignored = new Float64Array(x.length)
        posterior.evaluate(x, gradient)
        const size = Math.max(...gradient.map(Math.abs))
        for (let j = 0; j < x.length; j++) {
          const h = 1e-3
          const at = (k: number): number =>
            posterior.evaluate(
              x.map((v, i) => (i === j ? v + k * h : v)),
              ignored,
            )
          const numeric = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
          expect(Math.abs(gradient[j] - numeric) / size).toBeLessThan(1e-6)
        }
      })
    }
  }

  it('is the same density in b for any centring, up to the Jacobian', () => {
    const model = modelOf('betablocker')
    const like = likelihood(model)
    const priors = priorsInForce(model, [])
    const tau = -0.8
    const b = Float64Array.from({ length: 22 }, (_, g) => Math.cos(g) / 3)
    const ignored = new Float64Array(25)
    const densityOfB = (c: number): number => {
      const posterior = jointPosterior(like, priors, new Float64Array(22).fill(c))
      const unit = Math.exp((1 - c) * tau)
      const x = Float64Array.of(-2, -0.2, tau, ...b.map((effect) => effect / unit))
      // p(b) = p(v) / |db/dv|, one factor a cluster.
      return posterior.evaluate(x, ignored) - 22 * (1 - c) * tau
    }
    expect(densityOfB(0)).toBeCloseTo(densityOfB(1), 9)
    expect(densityOfB(0.4)).toBeCloseTo(densityOfB(1), 9)
  })

  it('marginal posterior: the gradient is that of central differences', () => {
    const model = modelOf('cbpp')
    const like = likelihood(model)
    const density = marginalPosterior(like, priorsInForce(model, ['sd ~ exponential(2)']), adaptive(7))
    const x = Float64Array.of(-1.3, -0.9, -1, -1.4, -0.4)
    const gradient = new Float64Array(5)
    const ignored = new Float64Array(5)
    density.evaluate(x, gradient)
    for (let j = 0; j < 5; j++) {
      const h = 1e-3
      const at = (k: number): number =>
        density.evaluate(
          x.map((v, i) => (i === j ? v + k * h : v)),
          ignored,
        )
      expect(gradient[j]).toBeCloseTo((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h), 6)
    }
  })
})
