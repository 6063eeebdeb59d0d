import { normalCdf } from '../numerics/special.js'
import type { Rng } from './stream.js'

/** Where the two series of the density change places, and the two parts of the hat meet (Devroye 2009). */
const truncation = 0.64

/** From this tilt on the right part of the hat has a share below 1e-40. */
const largeTilt = 20

/**
 * Sum of b variates PG(1, 2 c), c >= 0, each a quarter of Jacobi's J*(1, c): rejection from an exponential to the right
 * of the truncation and an inverse Gaussian to its left, the density bounded term by term by the partial sums of an
 * alternating series (Polson, Scott and Windle 2013, section 4.1, after Devroye 2009).
 */
export function polyaGammaOne(rng: Rng, b: number, c: number): number {
  const rate = Math.PI ** 2 / 8 + (c * c) / 2
  const right = rightShare(rate, c)
  let sum = 0
  for (let i = 0; i < b; i++) {
    for (;;) {
      const x = rng.uniform() < right ? truncation - Math.log(1 - rng.uniform()) / rate : leftVariate(rng, c)
      if (accepts(rng, x)) {
        sum += x
        break
      }
    }
  }
  return sum / 4
}

/** The share of the hat that lies to the right of the truncation. */
function rightShare(rate: number, c: number): number {
  if (c >= largeTilt) return 0
  const root = Math.sqrt(truncation)
  const left = Math.exp(-c) * normalCdf(root * c - 1 / root) + Math.exp(c) * normalCdf(-root * c - 1 / root)
  const p = (Math.PI / (2 * rate)) * Math.exp(-rate * truncation)
  return p / (p + 2 * left)
}

/** Inverse Gaussian variate of mean 1 / c and shape 1, from below the truncation. */
function leftVariate(rng: Rng, c: number): number {
  if (c * truncation < 1) {
    // c = 0: the inverse of a squared normal beyond 1 / sqrt(truncation) (Devroye 1986, section IX.1); c tilts it.
    for (;;) {
      let [e, f] = [0, 0]
      do {
        e = -Math.log(1 - rng.uniform())
        f = -Math.log(1 - rng.uniform())
      } while (e * e > (2 * f) / truncation)
      const x = truncation / (1 + truncation * e) ** 2
      if (c === 0 || rng.uniform() < Math.exp(-0.5 * c * c * x)) return x
    }
  }
  for (;;) {
    // Michael, Schucany and Haas (1976); the product of the two roots is mean^2.
    const half = (0.5 * rng.normal() ** 2) / c
    const larger = 1 + half + Math.sqrt(half * (2 + half))
    const x = rng.uniform() * (larger + 1) < larger ? 1 / (c * larger) : larger / c
    if (x < truncation) return x
  }
}

/** Whether x stays, a uniform below the alternating series over its first term. */
function accepts(rng: Rng, x: number): boolean {
  const u = rng.uniform()
  // Terms over the first one: (2 n + 1) exp(-2 n (n + 1) / x) to the left, (2 n + 1) exp(-n (n + 1) pi^2 x / 2) to the right.
  const decay = x > truncation ? 0.5 * Math.PI ** 2 * x : 2 / x
  let sum = 1
  for (let n = 1; ; n++) {
    const term = (2 * n + 1) * Math.exp(-n * (n + 1) * decay)
    if (n % 2 === 1) {
      sum -= term
      if (u <= sum) return true
    } else {
      sum += term
      if (u > sum) return false
    }
    if (term === 0) return u <= sum
  }
}
