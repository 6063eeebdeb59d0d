import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { negativeHessian } from '../../src/numerics/hessian.js'
import { type Maximum, maximise, type Objective } from '../../src/numerics/maximise.js'

const identity = (n: number, diagonal = 1): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? diagonal : 0))
const options = { tolerance: 1e-8, maxIterations: 500 }
const climb = (objective: Objective, start: readonly number[], scale = identity(start.length)): Maximum =>
  maximise(objective, Float64Array.from(start), scale, options)

/** -(100 (x2 - x1^2)^2 + (1 - x1)^2) */
const rosenbrock: Objective = ([a, b], gradient) => {
  const valley = b - a * a
  gradient[0] = 400 * valley * a + 2 * (1 - a)
  gradient[1] = -200 * valley
  return -(100 * valley * valley + (1 - a) ** 2)
}

/** -sum c_j (x_j - m_j)^2 / 2 */
const quadratic =
  (curvature: readonly number[], mode: readonly number[]): Objective =>
  (x, gradient) => {
    let value = 0
    for (let j = 0; j < x.length; j++) {
      gradient[j] = -curvature[j] * (x[j] - mode[j])
      value -= 0.5 * curvature[j] * (x[j] - mode[j]) ** 2
    }
    return value
  }

/** A concave likelihood with an asymmetric top: sum of y_j x_j - exp(x_j), plus a coupling. */
const poissonLike: Objective = (x, gradient) => {
  const y = [3, 0.5, 40]
  let value = 0
  for (let j = 0; j < 3; j++) {
    value += y[j] * x[j] - Math.exp(x[j])
    gradient[j] = y[j] - Math.exp(x[j])
  }
  const sum = x[0] + x[1] + x[2] - 1
  for (let j = 0; j < 3; j++) gradient[j] -= sum
  return value - 0.5 * sum * sum
}

describe('maximise', () => {
  it('climbs the bent ridge of Rosenbrock from every side', () => {
    for (const start of [
      [-1.2, 1],
      [0, 0],
      [3, -4],
      [-5, 30],
    ]) {
      const top = climb(rosenbrock, start)
      expect(top.converged).toBe(true)
      expect(Math.abs(top.x[0] - 1)).toBeLessThan(1e-6)
      expect(Math.abs(top.x[1] - 1)).toBeLessThan(1e-6)
      expect(top.value).toBeGreaterThan(-1e-14)
      expect(top.evaluations).toBeLessThan(250)
    }
  })

  it('climbs a quadratic whose curvatures differ by 1e8', () => {
    const top = climb(quadratic([1e-4, 1, 1e4], [3, -2, 0.5]), [0, 0, 0])
    expect(top.converged).toBe(true)
    // Converged in units of standard errors: 100, 1 and 0.01.
    expect(Math.abs(top.x[0] - 3)).toBeLessThan(1e-5)
    expect(Math.abs(top.x[1] + 2)).toBeLessThan(1e-7)
    expect(Math.abs(top.x[2] - 0.5)).toBeLessThan(1e-9)
  })

  it('needs a step or two where the scale is the inverse of minus the Hessian', () => {
    const scale = new Float64Array([1e4, 0, 0, 1e-4])
    const top = climb(quadratic([1e-4, 1e4], [50, -7]), [0, 0], scale)
    expect(top.converged).toBe(true)
    expect(top.evaluations).toBeLessThanOrEqual(3)
  })

  it('finds the inverse of minus the Hessian on the way', () => {
    const top = climb(poissonLike, [0, 0, 0])
    expect(top.converged).toBe(true)
    // The stationary point satisfies exp(x_j) + sum - 1 = y_j.
    const sum = top.x[0] + top.x[1] + top.x[2] - 1
    for (const [j, y] of [3, 0.5, 40].entries()) expect(Math.abs(Math.exp(top.x[j]) + sum - y)).toBeLessThan(1e-6)
    const information = negativeHessian(poissonLike, top.x, new Float64Array(3).fill(0.1))
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let product = 0
        for (let k = 0; k < 3; k++) product += information[i * 3 + k] * top.inverseHessian[k * 3 + j]
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(0.3)
      }
    }
  })

  it('stops at a start where the objective is not defined', () => {
    const top = climb(() => Number.NEGATIVE_INFINITY, [1, 2])
    expect(top.converged).toBe(false)
    expect(top.evaluations).toBe(1)
    expect([...top.x]).toEqual([1, 2])
    expect(climb(() => Number.NaN, [1]).converged).toBe(false)
  })

  it('takes a plateau for a maximum, and does not move on it', () => {
    const top = climb(
      (_, gradient) => {
        gradient.fill(0)
        return 5
      },
      [1, 2],
    )
    expect(top.converged).toBe(true)
    expect(top.iterations).toBe(0)
    expect([...top.x]).toEqual([1, 2])
  })

  it('stays inside the support, though the first step leads out of it', () => {
    for (const outside of [Number.NEGATIVE_INFINITY, Number.NaN]) {
      // log x - x on x > 0, from far to the right.
      const objective: Objective = ([x], gradient) => {
        gradient[0] = 1 / x - 1
        return x > 0 ? Math.log(x) - x : outside
      }
      for (const start of [0.001, 30, 2000]) {
        const top = climb(objective, [start], identity(1, 1e4))
        expect(top.converged).toBe(true)
        expect(Math.abs(top.x[0] - 1)).toBeLessThan(1e-7)
      }
    }
  })

  it('says so where the top is out of reach', () => {
    const endless: Objective = (_, gradient) => {
      gradient[0] = 1
      return gradient[0]
    }
    expect(climb(endless, [0]).converged).toBe(false)
    const wrongGradient: Objective = ([x], gradient) => {
      gradient[0] = x
      return -x * x
    }
    expect(climb(wrongGradient, [1]).converged).toBe(false)
    expect(
      maximise(rosenbrock, Float64Array.of(-1.2, 1), identity(2), { tolerance: 1e-8, maxIterations: 3 }).converged,
    ).toBe(false)
  })

  it('leaves start and scale alone, and does the same again', () => {
    const start = Float64Array.of(-1.2, 1)
    const scale = identity(2)
    const first = maximise(rosenbrock, start, scale, options)
    expect([...start]).toEqual([-1.2, 1])
    expect(scale).toEqual(identity(2))
    expect(maximise(rosenbrock, start, scale, options)).toEqual(first)
  })

  it('walks the same path under any rescaling of the variables, the scale along with them', () => {
    // Powers of two rescale without rounding, so the iterates are equal to the last bit; others to rounding.
    const walk = (units: readonly number[]): { path: number[][]; top: Maximum } => {
      const path: number[][] = []
      const natural = new Float64Array(2)
      const rescaled: Objective = (z, gradient) => {
        for (let j = 0; j < 2; j++) natural[j] = z[j] / units[j]
        const value = rosenbrock(natural, gradient)
        for (let j = 0; j < 2; j++) gradient[j] /= units[j]
        path.push([...natural])
        return value
      }
      const scale = Float64Array.from([0.5, 0.1, 0.1, 1], (s, at) => s * units[at >> 1] * units[at & 1])
      return { path, top: maximise(rescaled, Float64Array.of(-1.2 * units[0], units[1]), scale, options) }
    }
    const plain = walk([1, 1])
    expect(plain.top.converged).toBe(true)
    for (const units of [
      [2 ** 20, 2 ** -13],
      [2 ** -30, 2 ** 3],
    ]) {
      expect(walk(units).path).toEqual(plain.path)
    }
    const decimal = walk([1e3, 1e-5])
    expect(decimal.top.converged).toBe(true)
    // Rounding grows along the curved valley, so that only the first steps can be told apart from it.
    for (let step = 0; step < 5; step++) {
      for (let j = 0; j < 2; j++) expect(Math.abs(decimal.path[step][j] - plain.path[step][j])).toBeLessThan(1e-9)
    }
  })

  it('reaches the top of any concave quadratic', () => {
    const problem = fc.integer({ min: 1, max: 5 }).chain((n) =>
      fc.record({
        curvature: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: n, maxLength: n }),
        mode: fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: n, maxLength: n }),
      }),
    )
    fc.assert(
      fc.property(problem, ({ curvature, mode }) => {
        const weights = curvature.map((power) => 10 ** power)
        const top = climb(
          quadratic(weights, mode),
          mode.map(() => 0),
        )
        expect(top.converged).toBe(true)
        weights.forEach((weight, j) => {
          expect(Math.abs(top.x[j] - mode[j]) * Math.sqrt(weight)).toBeLessThan(1e-6)
        })
      }),
      { seed: 9, numRuns: 200 },
    )
  })
})

describe('negativeHessian', () => {
  // f = x^3 + 2 x^2 y - 5 x y z + z^3 - 4 y^2, whose gradient is quadratic: central differences have no error but rounding.
  const cubic: Objective = ([x, y, z], gradient) => {
    gradient[0] = 3 * x * x + 4 * x * y - 5 * y * z
    gradient[1] = 2 * x * x - 5 * x * z - 8 * y
    gradient[2] = -5 * x * y + 3 * z * z
    return x ** 3 + 2 * x * x * y - 5 * x * y * z + z ** 3 - 4 * y * y
  }
  const expected = ([x, y, z]: readonly number[]): number[] => {
    const xy = 4 * x - 5 * z
    return [-(6 * x + 4 * y), -xy, 5 * y, -xy, 8, 5 * x, 5 * y, 5 * x, -6 * z]
  }

  it('is minus the Hessian of a cubic', () => {
    for (const at of [
      [1, 2, 3],
      [-0.3, 0.01, 7],
      [0, 0, 0],
    ]) {
      const got = negativeHessian(cubic, Float64Array.from(at), Float64Array.of(1, 0.5, 2))
      expected(at).forEach((value, i) => {
        expect(Math.abs(got[i] - value)).toBeLessThan(1e-10)
      })
      for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(got[i * 3 + j]).toBe(got[j * 3 + i])
    }
  })

  it('has a relative error of about 1e-8 on a smooth function in its own units, whatever these are', () => {
    for (const unit of [1e-6, 1, 1e6]) {
      const objective: Objective = ([x], gradient) => {
        gradient[0] = (1 - Math.exp(x / unit)) / unit
        return x / unit - Math.exp(x / unit)
      }
      const [information] = negativeHessian(objective, Float64Array.of(0.4 * unit), Float64Array.of(unit))
      expect(Math.abs((information * unit * unit) / Math.exp(0.4) - 1)).toBeLessThan(5e-8)
    }
  })

  it('leaves x alone and evaluates 2 n times', () => {
    let calls = 0
    const x = Float64Array.of(1, 2, 3)
    negativeHessian(
      (at, gradient) => {
        calls++
        return cubic(at, gradient)
      },
      x,
      Float64Array.of(1, 1, 1),
    )
    expect(calls).toBe(6)
    expect([...x]).toEqual([1, 2, 3])
  })
})
