import { describe, expect, it } from 'vitest'
import { covarianceNamed, covariances } from '../../src/covariance/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'

describe.each(covariances.map((covariance) => [covariance.name, covariance] as const))(
  'covariance %s',
  (_, covariance) => {
    const sizes = [1, 2, 3, 5]
    const factorOf = (theta: ArrayLike<number>, q: number): Float64Array => {
      // Every element is written, whatever stood there.
      const out = new Float64Array(q * q).fill(Number.NaN)
      covariance.factor(theta, q, out)
      return out
    }
    const randomTheta = (q: number): Float64Array => {
      const rng = stream({ seed: 3, replicate: q, purpose: 'start' })
      return Float64Array.from({ length: covariance.size(q) }, () => rng.normal())
    }

    it('starts at the identity, with a theta of the declared size', () => {
      for (const q of sizes) {
        const start = covariance.start(q)
        expect(start.length).toBe(covariance.size(q))
        const identity = Array.from({ length: q * q }, (__, at) => (at % (q + 1) === 0 ? 1 : 0))
        expect([...factorOf(start, q)]).toEqual(identity)
      }
    })

    it('gives a new start each time', () => {
      covariance.start(3).fill(7)
      expect(covariance.start(3).includes(7)).toBe(false)
    })

    it.runIf(covariance.proportional)('has a factor in proportion to the thetas with a unit', () => {
      for (const q of sizes) {
        const theta = randomTheta(q)
        const units = covariance.units(q)
        const thrice = factorOf(
          theta.map((one, j) => (units[j] < 0 ? one : 3 * one)),
          q,
        )
        factorOf(theta, q).forEach((value, at) => expect(thrice[at]).toBeCloseTo(3 * value, 12))
      }
    })

    it('has a lower triangular, finite factor for any theta, zero included', () => {
      for (const q of sizes) {
        for (const theta of [randomTheta(q), new Float64Array(covariance.size(q))]) {
          const factor = factorOf(theta, q)
          factor.forEach((value, at) => {
            expect(Number.isFinite(value)).toBe(true)
            if (at % q > Math.floor(at / q)) expect(value).toBe(0)
          })
        }
      }
    })

    it('has a factor that moves with each element of theta', () => {
      for (const q of sizes) {
        const theta = randomTheta(q)
        const before = factorOf(theta, q)
        for (let k = 0; k < theta.length; k++) {
          const moved = factorOf(theta.with(k, theta[k] + 0.1), q)
          expect(moved.some((value, at) => value !== before[at])).toBe(true)
        }
      }
    })

    it('has the derivative of its factor', () => {
      for (const q of sizes) {
        const theta = randomTheta(q)
        for (let k = 0; k < theta.length; k++) {
          const derivative = new Float64Array(q * q).fill(Number.NaN)
          covariance.factorDerivative(theta, q, k, derivative)
          derivative.forEach((value, at) => {
            const slope = slopeOf((x) => factorOf(theta.with(k, x), q)[at], theta[k], 1e-3)
            expect(distance(value, slope)).toBeLessThan(1e-8)
          })
        }
      }
    })

    it('has standard deviations and correlations of Lambda Lambda^T', () => {
      for (const q of sizes) {
        const theta = randomTheta(q)
        const factor = factorOf(theta, q)
        const product = productOf(factor, q)
        const sd = covariance.standardDeviations(theta, q)
        const correlations = covariance.correlations(theta, q)
        for (let i = 0; i < q; i++) {
          expect(distance(sd[i], Math.hypot(...factor.subarray(i * q, (i + 1) * q)))).toBeLessThan(1e-14)
          expect(correlations[i * q + i]).toBe(1)
          for (let j = 0; j < q; j++) {
            expect(correlations[j * q + i]).toBe(correlations[i * q + j])
            expect(Math.abs(correlations[i * q + j])).toBeLessThanOrEqual(1)
            expect(distance(sd[i] * sd[j] * correlations[i * q + j], product[i * q + j])).toBeLessThan(1e-14)
          }
        }
      }
    })

    it('has the derivative of its standard deviations, from above where one is zero', () => {
      for (const q of sizes) {
        const m = covariance.size(q)
        const theta = randomTheta(q)
        const out = new Float64Array(q * m).fill(Number.NaN)
        covariance.standardDeviationDerivative(theta, q, out)
        for (let at = 0; at < q * m; at++) {
          const [i, k] = [Math.floor(at / m), at % m]
          const slope = slopeOf((x) => covariance.standardDeviations(theta.with(k, x), q)[i], theta[k], 1e-4)
          expect(distance(out[at], slope)).toBeLessThan(1e-8)
        }
        covariance.standardDeviationDerivative(new Float64Array(m), q, out)
        for (let i = 0; i < q; i++) {
          const row = [...out.subarray(i * m, (i + 1) * m)]
          expect(row.filter((value) => value !== 0)).toEqual([1])
        }
      }
    })

    it('holds each quantity it tells at any value, and no more, with the derivative of doing so', () => {
      for (const q of sizes) {
        const theta = randomTheta(q)
        for (const held of covariance.held(q)) {
          const [i, j] = held.effects
          const told = (x: Float64Array): number =>
            held.kind === 'sd' ? covariance.standardDeviations(x, q)[i] : covariance.correlations(x, q)[i * q + j]
          expect(distance(held.value(theta), told(theta))).toBeLessThan(1e-14)
          const kept = theta.slice()
          held.hold(kept, told(theta))
          kept.forEach((value, k) => expect(distance(Math.abs(value), Math.abs(theta[k]))).toBeLessThan(1e-12))
          const [low, high] = held.range
          const value = high === Number.POSITIVE_INFINITY ? 0.37 : low + 0.3 * (high - low)
          const at = (x: Float64Array): Float64Array => {
            const out = x.slice()
            held.hold(out, value)
            return out
          }
          expect(distance(told(at(theta)), value)).toBeLessThan(1e-14)
          // Of f(theta) = sum c_k theta_k at what hold makes of theta.
          const c = randomTheta(q).map((one, k) => one + k)
          const gradient = c.slice()
          held.pullback(theta, value, gradient)
          gradient.forEach((slope, k) => {
            const f = (x: number): number => at(theta.with(k, x)).reduce((sum, one, m) => sum + c[m] * one, 0)
            expect(distance(slope, slopeOf(f, theta[k], 1e-3))).toBeLessThan(1e-7)
          })
        }
      }
    })

    it('is the standard deviation with either sign for one effect', () => {
      expect(covariance.size(1)).toBe(1)
      const out = new Float64Array(1)
      for (const theta of [0.7, -0.7, 0]) {
        expect(factorOf([theta], 1)[0] ** 2).toBe(theta * theta)
        expect([...covariance.standardDeviations([theta], 1)]).toEqual([Math.abs(theta)])
        expect([...covariance.correlations([theta], 1)]).toEqual([1])
        covariance.standardDeviationDerivative([theta], 1, out)
        expect(out[0]).toBe(theta < 0 ? -1 : 1)
        expect(covariance.boundary([theta], 1)).toEqual(theta === 0 ? { kind: 'variance', effect: 0 } : null)
      }
    })

    it('has its boundary at zero and not at the start or at small or large scales', () => {
      for (const q of sizes) {
        const m = covariance.size(q)
        expect(covariance.boundary(covariance.start(q), q)).toBeNull()
        expect(covariance.boundary(randomTheta(q), q)).toBeNull()
        expect(covariance.boundary(new Float64Array(m), q)).toEqual({ kind: 'variance', effect: 0 })
        for (const scale of [1e-6, 1e6]) {
          const theta = covariance.start(q).map((value) => value * scale)
          expect(covariance.boundary(theta, q)).toBeNull()
        }
      }
    })

    it('stays finite far out', () => {
      for (const q of sizes) {
        const m = covariance.size(q)
        for (let k = 0; k < m; k++) {
          for (const value of [-2000, -40, 40, 2000]) {
            const theta = covariance.start(q).with(k, value)
            expect(factorOf(theta, q).every(Number.isFinite)).toBe(true)
            const out = new Float64Array(q * Math.max(q, m)).fill(Number.NaN)
            covariance.factorDerivative(theta, q, k, out)
            expect(out.subarray(0, q * q).every(Number.isFinite)).toBe(true)
            covariance.standardDeviationDerivative(theta, q, out)
            expect(out.subarray(0, q * m).every(Number.isFinite)).toBe(true)
            expect(covariance.correlations(theta, q).every(Number.isFinite)).toBe(true)
          }
        }
      }
    })
  },
)

/** Lambda Lambda^T. */
function productOf(factor: Float64Array, q: number): Float64Array {
  const product = new Float64Array(q * q)
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      for (let k = 0; k < q; k++) product[i * q + j] += factor[i * q + k] * factor[j * q + k]
    }
  }
  return product
}

const covarianceOf = (name: string, theta: ArrayLike<number>, q: number): Float64Array => {
  const factor = new Float64Array(q * q)
  covarianceNamed(name).factor(theta, q, factor)
  return productOf(factor, q)
}

/** Largest difference of the covariance matrix from its definition. */
const errorOf = (name: string, theta: number[], q: number, definition: (i: number, j: number) => number): number =>
  Math.max(...covarianceOf(name, theta, q).map((value, at) => distance(value, definition(Math.floor(at / q), at % q))))

describe('covariance structures', () => {
  it('are what they are defined to be, with either sign of a standard deviation', () => {
    const sd = [0.5, -2, 1.5, -0.1]
    const q = sd.length
    const ar1 = (rho: number, i: number, j: number): number => 2.25 * rho ** Math.abs(i - j)
    expect(errorOf('diag', sd, q, (i, j) => (i === j ? sd[i] ** 2 : 0))).toBe(0)
    for (const x of [-3, -0.4, 0, 1.2, 6]) {
      // Bounds -1 / (q - 1) and 1, and x their log odds ratio: (1 + 3 rho) / (1 - rho) = e^x.
      const cs = Math.expm1(x) / (Math.exp(x) + q - 1)
      expect(distance((1 + (q - 1) * cs) / (1 - cs), Math.exp(x))).toBeLessThan(1e-12)
      const pair = (i: number, j: number): number => Math.abs(sd[i] * sd[j]) * (i === j ? 1 : cs)
      expect(errorOf('cs', [...sd, x], q, pair)).toBeLessThan(1e-14)
      const rho = Math.tanh(x / 2)
      for (const sign of [-1, 1]) {
        expect(errorOf('ar1', [1.5 * sign, x], q, (i, j) => ar1(rho, i, j))).toBeLessThan(1e-14)
      }
    }
  })

  it('us: a column of Lambda has no sign', () => {
    expect(covarianceOf('us', [0.5, -1, 2], 2)).toEqual(covarianceOf('us', [-0.5, 1, 2], 2))
    expect(covarianceOf('us', [0.5, -1, 2], 2)).toEqual(covarianceOf('us', [0.5, -1, -2], 2))
  })

  it('cs and ar1 agree for two effects of one standard deviation', () => {
    const [cs, ar1] = [covarianceOf('cs', [3, 3, 0.8], 2), covarianceOf('ar1', [3, 0.8], 2)]
    cs.forEach((value, at) => expect(distance(value, ar1[at])).toBeLessThan(1e-15))
  })

  it('tell the boundary apart', () => {
    const boundary = (name: string, theta: number[], q: number): unknown => covarianceNamed(name).boundary(theta, q)
    expect(boundary('us', [1, 2, 0], 2)).toEqual({ kind: 'combination', effect: 1 })
    expect(boundary('us', [1, 2, 1e-7], 2)).toBeNull()
    expect(boundary('us', [0, 2, 1], 2)).toEqual({ kind: 'variance', effect: 0 })
    expect(boundary('diag', [1, 1e-9, 0], 3)).toEqual({ kind: 'variance', effect: 1 })
    expect(boundary('cs', [1, 1, 1, 90], 3)).toEqual({ kind: 'combination', effect: 1 })
    expect(boundary('cs', [1, 1, 1, -90], 3)).toEqual({ kind: 'combination', effect: 2 })
    expect(boundary('ar1', [1, -90], 3)).toEqual({ kind: 'combination', effect: 1 })
  })

  it('are found by name, and an unknown one is refused', () => {
    for (const covariance of covariances) expect(covarianceNamed(covariance.name)).toBe(covariance)
    expect(() => covarianceNamed('toep')).toThrow("expected a covariance that this thread knows, got 'toep'")
  })
})
