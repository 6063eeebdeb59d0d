import { describe, expect, it } from 'vitest'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { evaluateOuter } from '../../../src/likelihood/gaussian/outer-density.js'
import { relativeDensity } from '../../../src/likelihood/gaussian/relative-density.js'
import { uniforms } from '../../reference/uniforms.js'
import { denseLogLik, randomModel, structures } from './dense-gaussian.js'

/** Parameters near those the rows were drawn with: coefficients, log sigma, theta. */
function pointOf(p: number, size: number, seed: number): Float64Array {
  const next = uniforms(seed)
  const x = new Float64Array(p + 1 + size)
  for (let j = 0; j < p; j++) x[j] = j === 0 ? 39 + next() : 2 * next() - 0.5
  for (let j = p; j < x.length; j++) x[j] = next() - 0.3
  return x
}

describe.each(structures)('$formula', ({ formula, options }) => {
  const model = randomModel(formula, options)
  const p = model.predictors[0].fixed.names.length
  const ml = state(model)
  const reml = state(restricted(model))

  it('is the density of a multivariate normal distribution', () => {
    const density = relativeDensity(ml)!
    for (let seed = 1; seed < 4; seed++) {
      const x = pointOf(p, density.size, seed)
      expect(evaluateOuter(density, ml.layout, x, null) / denseLogLik(model, x, false)).toBeCloseTo(1, 12)
    }
  })

  it('restricted, the density of the contrasts that no coefficient changes', () => {
    const density = relativeDensity(reml)!
    for (let seed = 1; seed < 4; seed++) {
      const x = pointOf(p, density.size, seed)
      expect(evaluateOuter(density, reml.layout, x.subarray(p), null) / denseLogLik(model, x, true)).toBeCloseTo(1, 12)
    }
  })

  it.each([false, true])(
    'has the gradient of its differences, also where effects have no variance (restricted: %s)',
    (restrict) => {
      const stated = restrict ? reml : ml
      const density = relativeDensity(stated)!
      const d = stated.layout.dimension
      for (const zero of [false, true]) {
        const x = pointOf(restrict ? 0 : p, density.size, 5)
        if (zero) x[d - 1] = 0
        const gradient = new Float64Array(d)
        evaluateOuter(density, stated.layout, x, gradient)
        const at = (j: number, by: number): number => {
          const moved = x.slice()
          moved[j] += by
          return evaluateOuter(density, stated.layout, moved, null)
        }
        for (let j = 0; j < d; j++) {
          // A structure whose Lambda has a kink at zero has its derivative from above.
          if (zero && j === d - 1) continue
          const h = 1e-3
          const slope = (8 * (at(j, h) - at(j, -h)) - (at(j, 2 * h) - at(j, -2 * h))) / (12 * h)
          expect(Math.abs(gradient[j] - slope)).toBeLessThan(2e-7 * (1 + Math.abs(slope)))
        }
      }
    },
  )
})
