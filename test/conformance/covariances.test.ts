import { describe, expect, it } from 'vitest'
import { covariances } from '../../src/covariance/registry.js'
import { stream } from '../../src/random/stream.js'

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
  },
)
