import { describe, expect, it } from 'vitest'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { observedInformation } from '../../../src/likelihood/gaussian/observed-information.js'
import { evaluateOuter } from '../../../src/likelihood/gaussian/outer-density.js'
import { profiledTop } from '../../../src/likelihood/gaussian/profiled-top.js'
import { relativeDensity } from '../../../src/likelihood/gaussian/relative-density.js'
import { randomModel, structures } from './dense-gaussian.js'

describe.each(structures)('$formula', ({ formula, options }) => {
  const model = randomModel(formula, options)
  describe.each([false, true])('restricted: %s', (reml) => {
    const stated = state(reml ? restricted(model) : model)
    const { layout } = stated
    const d = layout.dimension
    const density = relativeDensity(stated)!
    const start = new Float64Array(d)
    for (const { covariance, start: at, size, term } of layout.terms)
      if (size > 0) start.set(covariance.start(term.names.length), at)
    const scale = new Float64Array(d * d)
    for (let j = 0; j < d; j++) scale[j * (d + 1)] = 0.1
    const climbed = (from: Float64Array) =>
      profiledTop(density, layout, from, scale, { tolerance: 2e-6, maxIterations: 200 })

    it('has the second derivatives of its gradient, away from the top too', () => {
      const x = climbed(start).x.map((value, j) => value + 0.05 * (1 + (j % 3)))
      const information = observedInformation(density, layout, x)!
      const differences = hessian(density, layout, x)
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          const unit = Math.sqrt(Math.abs(differences[i * (d + 1)] * differences[j * (d + 1)]))
          expect(Math.abs(information[i * d + j] - differences[i * d + j])).toBeLessThan(1e-5 * unit)
        }
      }
    })

    it('climbs to where the gradient in all parameters is zero', () => {
      for (const far of [1, 6, 0.2]) {
        const top = climbed(start.map((value) => far * value))
        expect(top.converged).toBe(true)
        expect(top.evaluations).toBeLessThan(40)
        const gradient = new Float64Array(d)
        expect(evaluateOuter(density, layout, top.x, gradient)).toBeCloseTo(top.value, 9)
        gradient.forEach((slope, j) => {
          // A standard deviation that is zero, and had better be less.
          if (top.x[j] === 0 && slope <= 0) return
          expect(Math.abs(slope) * Math.sqrt(top.inverseHessian[j * (d + 1)])).toBeLessThan(5e-5)
          expect(Math.abs(slope - top.gradient[j])).toBeLessThan(1e-6 * (1 + Math.abs(slope)))
        })
      }
    })
  })
})

/** By differences of the gradient, of order h^4. */
function hessian(
  density: NonNullable<ReturnType<typeof relativeDensity>>,
  layout: ReturnType<typeof state>['layout'],
  x: Float64Array,
): Float64Array {
  const d = x.length
  const out = new Float64Array(d * d)
  const at = (j: number, by: number): Float64Array => {
    const moved = x.slice()
    moved[j] += by
    const gradient = new Float64Array(d)
    evaluateOuter(density, layout, moved, gradient)
    return gradient
  }
  for (let j = 0; j < d; j++) {
    const h = 1e-3
    const [a, b, c, e] = [at(j, h), at(j, -h), at(j, 2 * h), at(j, -2 * h)]
    for (let i = 0; i < d; i++) out[i * d + j] = -(8 * (a[i] - b[i]) - (c[i] - e[i])) / (12 * h)
  }
  return out
}
