import { describe, expect, it } from 'vitest'
import { gaussLegendre, integrate } from '../../src/numerics/gauss-legendre.js'
import { largestOfT } from '../../src/numerics/multivariate-t.js'
import { normalCdf, studentQuantile, studentTwoSided } from '../../src/numerics/special.js'
import { studentisedRangeQuantile, studentisedRangeUpper } from '../../src/numerics/studentised-range.js'
import { stream } from '../../src/random/stream.js'

const uniform = (): (() => number) => stream({ seed: 1, purpose: 'tests' }).uniform

describe('Gauss and Legendre', () => {
  it('is exact for polynomials of degree 2 n - 1', () => {
    const { nodes, weights } = gaussLegendre(7)
    for (let degree = 0; degree < 14; degree++) {
      const sum = nodes.reduce((all, x, i) => all + weights[i] * x ** degree, 0)
      expect(sum).toBeCloseTo(degree % 2 === 0 ? 2 / (degree + 1) : 0, 14)
    }
  })
})

describe('the studentised range', () => {
  it('of two means is |t| times the square root of 2', () => {
    for (const df of [1, 1.5, 3, 10, 100, 1e4, Number.POSITIVE_INFINITY])
      for (const q of [0.01, 1, 3, 10]) {
        const exact = studentTwoSided(q / Math.SQRT2, df)
        expect(Math.abs(studentisedRangeUpper(q, 2, df) / exact - 1)).toBeLessThan(1e-9)
      }
  })

  it('of three known variances is its own integral', () => {
    // P(W <= w) = 3 integral phi(z) (Phi(z) - Phi(z - w))^2 dz, here by the trapezoid rule.
    for (const w of [0.5, 2, 4]) {
      let sum = 0
      for (let z = -10; z <= 15; z += 0.001) sum += Math.exp(-0.5 * z * z) * (normalCdf(z) - normalCdf(z - w)) ** 2
      const exact = 1 - (3 * 0.001 * sum) / Math.sqrt(2 * Math.PI)
      expect(studentisedRangeUpper(w, 3, Number.POSITIVE_INFINITY)).toBeCloseTo(exact, 11)
    }
  })

  it('has the quantiles of R 4.2 qtukey, to the digits of its algorithm', () => {
    expect(studentisedRangeQuantile(0.05, 3, 10)).toBeCloseTo(3.876776749, 7)
    expect(studentisedRangeQuantile(0.05, 3, Number.POSITIVE_INFINITY)).toBeCloseTo(3.314493158, 7)
    expect(studentisedRangeQuantile(0.01, 10, 5)).toBeCloseTo(10.239281107, 4)
  })
})

describe('the largest |t|', () => {
  it('of all differences is the studentised range, though their correlation is singular', () => {
    for (const [means, df] of [
      [3, 10],
      [4, 5],
      [5, Number.POSITIVE_INFINITY],
    ]) {
      const pairs = Array.from({ length: means }, (_, a) => Array.from({ length: a }, (_, b) => [a, b])).flat()
      const same = (a: number, b: number): number => (a === b ? 1 : 0)
      const correlation = Float64Array.from(
        pairs.flatMap(([a, b]) => pairs.map(([c, d]) => (same(a, c) - same(a, d) - same(b, c) + same(b, d)) / 2)),
      )
      const largest = largestOfT(correlation, df, uniform())
      for (const t of [0.7, 1.5, 2.5, 4, 6]) {
        const { value, error } = largest.upper(t)
        const exact = studentisedRangeUpper(t * Math.SQRT2, means, df)
        // 15 looks; the error is estimated from ten shifts.
        expect(Math.abs(value - exact)).toBeLessThan(5 * error)
        expect(error).toBeLessThan(0.004 * exact)
      }
    }
  })

  it('of independent normals, of one and of equal ones has closed forms', () => {
    const infinite = Number.POSITIVE_INFINITY
    const independent = largestOfT(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), infinite, uniform())
    for (const t of [1, 2, 4]) {
      const one = studentTwoSided(t, infinite)
      const { value, error } = independent.upper(t)
      expect(Math.abs(value - (1 - (1 - one) ** 3))).toBeLessThan(5 * error + 1e-12)
    }
    const equal = largestOfT(Float64Array.of(1, 1, 1, 1), 7, uniform())
    expect(equal.quantile(0.05)).toBeCloseTo(studentQuantile(0.975, 7), 6)
    expect(largestOfT(Float64Array.of(1), 7, uniform()).quantile(0.05)).toBeCloseTo(studentQuantile(0.975, 7), 12)
  })

  it("of comparisons with one control (correlation 1/2) is Dunnett's integral", () => {
    const correlation = Float64Array.of(1, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 1)
    const df = 12
    // T_i = (Z_i - Z_0) / (sqrt(2) s): given Z_0 and s independent.
    const density = (s: number): number => {
      const constant = Math.log(2) + (df / 2) * Math.log(df / 2) - 4.787491742782046 // log Gamma(6) = log 120
      return Math.exp(constant + (df - 1) * Math.log(s) - (df / 2) * s * s)
    }
    for (const t of [1.5, 2.68, 4]) {
      const given = (s: number): number =>
        integrate(
          (z) =>
            (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) *
            (normalCdf(z + Math.SQRT2 * t * s) - normalCdf(z - Math.SQRT2 * t * s)) ** 3,
          -9,
          9,
          8,
        )
      const exact = 1 - integrate((s) => density(s) * given(s), 1e-9, 4, 12)
      const { value, error } = largestOfT(correlation, df, uniform()).upper(t)
      expect(Math.abs(value - exact)).toBeLessThan(5 * error)
    }
  })
})
