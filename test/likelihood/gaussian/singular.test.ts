import { describe, expect, it } from 'vitest'
import { fit } from '../../../src/core.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { uniforms } from '../../reference/uniforms.js'
import { denseLogLik } from './dense-gaussian.js'

/** Levels of which all three effects are one effect times (1, 0.6, -0.4): a covariance of rank one. */
function rows(seed: number, levels: number, n: number) {
  const next = uniforms(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const effects = Array.from({ length: levels }, normal)
  const level = Array.from({ length: n }, (_, i) => i % levels)
  const [x, z, w] = [level.map(normal), level.map(normal), level.map(() => 0.5 + next())]
  const y = level.map((g, i) => 3 + x[i] + effects[g] * (1 + 0.6 * x[i] - 0.4 * z[i]) + normal())
  return { y, x, z, w, g: level.map((g) => `g${g}`) }
}

describe('a covariance of three effects that is singular at the top', () => {
  const formula = 'y ~ x + z + (1 + x + z | g)'
  it.each([
    [1, 5, true],
    [2, 5, false],
    [3, 4, true],
    [4, 2, false],
    [5, 8, true],
    [6, 3, false],
  ])('is found, rows %i, %i levels, restricted: %s', (seed, levels, reml) => {
    const table = tableFrom(rows(seed, levels, 90))
    const found = fit(formula, table, { family: 'gaussian', precision: 'w', reml })
    expect(found.convergence.converged).toBe(true)
    expect(found.convergence.singular).toBe(true)
    const model = stateModel(formula, table, { family: 'gaussian', precision: 'w' })
    const top = Float64Array.from(found.parameters.estimate)
    const value = denseLogLik(model, top, reml)
    expect(found.logLik).toBeCloseTo(value, 7)
    // Nothing near it is higher, the semidefinite matrices of higher rank among it.
    const next = uniforms(100 + seed)
    for (const size of [1e-1, 1e-2, 1e-3]) {
      for (let k = 0; k < 15; k++) {
        const moved = top.map((one) => one + size * (2 * next() - 1))
        expect(denseLogLik(model, moved, reml)).toBeLessThan(value + 1e-9)
      }
    }
  })
})

describe('a response that the model reproduces', () => {
  const given = rows(7, 5, 12)

  it('has no maximum where a frequency repeats the one row of each level', () => {
    const table = tableFrom({ ...given, g: given.y.map((_, i) => `g${i}`), f: given.y.map((_, i) => 2 + (i % 2)) })
    const { convergence } = fit('y ~ x + (1 | g)', table, { family: 'gaussian', frequency: 'f' })
    expect(convergence.converged).toBe(false)
    expect(convergence.reason).toContain('reproduces the response exactly')
  })

  it('has no maximum where there are as many coefficients as rows', () => {
    const table = tableFrom({ ...given, a: given.y.map((_, i) => `a${i}`) })
    for (const reml of [false, true]) {
      const { convergence, fixed } = fit('y ~ a + (1 | g)', table, { family: 'gaussian', reml })
      expect(convergence.converged).toBe(false)
      expect(convergence.reason).toContain('reproduces the response exactly')
      expect(fixed[0].estimate).toBeCloseTo(given.y[0], 9)
    }
  })
})
