import { describe, expect, it } from 'vitest'
import { inverseAlong, negativeHessian } from '../../src/numerics/hessian.js'
import type { Objective } from '../../src/numerics/maximise.js'

/** A logistic curve in x and a parabola in y, whose top is at x = log 3, y = 1; beyond |x| of 10 the first is flat. */
const hill: Objective = ([x, y], gradient) => {
  const p = 1 / (1 + Math.exp(-x))
  gradient[0] = 3 * (1 - p) - p
  gradient[1] = -4 * (y - 1)
  return -3 * Math.log1p(Math.exp(-x)) - Math.log1p(Math.exp(x)) - 2 * (y - 1) ** 2
}
const top = Float64Array.of(Math.log(3), 1)
const zero = new Float64Array(2)
const truth = [4 * 0.75 * 0.25, 4]

describe('differences whose scale is a guess', () => {
  it.each([1e-2, 1, 1e3, 1e4, 1e5])('%d times the standard error', (factor) => {
    const scale = Float64Array.from(truth, (one) => factor / Math.sqrt(one))
    const hessian = negativeHessian(hill, top, scale, undefined, zero)
    expect(hessian[0] / truth[0]).toBeCloseTo(1, factor >= 1e3 ? 2 : 3)
    expect(hessian[3] / truth[1]).toBeCloseTo(1, 4)
    const guess = Float64Array.of(scale[0] ** 2, 0, 0, scale[1] ** 2)
    const inverse = inverseAlong(hill, top, [0, 1], guess, undefined, zero)
    // A curvature of a guess that is 300 times too long may be rounding: no answer is one, too.
    if (factor > 300) expect(inverse === null || Math.abs(inverse[0] * truth[0] - 1) < 0.2).toBe(true)
    else {
      expect(inverse![0] * truth[0]).toBeCloseTo(1, 4)
      expect(inverse![3] * truth[1]).toBeCloseTo(1, 4)
    }
  })

  it('steps that leave the hill would tell its foot', () => {
    const scale = Float64Array.from(truth, (one) => 1e5 / Math.sqrt(one))
    const far = negativeHessian(hill, top, scale)
    expect(far[0] / truth[0]).toBeLessThan(0.2)
  })
})
