import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { betaCdf, betaQuantile } from '../../src/numerics/beta-quantile.js'
import { quantile } from '../../src/numerics/quantile.js'
import {
  logChoose,
  logGamma,
  normalCdf,
  normalQuantile,
  normalTwoSided,
  scaledErfc,
} from '../../src/numerics/special.js'

type Numbers = readonly number[]
interface Reference {
  readonly logGamma: { readonly x: Numbers; readonly value: Numbers }
  readonly logChoose: { readonly n: Numbers; readonly k: Numbers; readonly value: Numbers }
  readonly normalCdf: { readonly x: Numbers; readonly value: Numbers }
  readonly normalQuantile: { readonly x: Numbers; readonly value: Numbers }
  readonly betaQuantile: { readonly p: Numbers; readonly a: Numbers; readonly b: Numbers; readonly value: Numbers }
  readonly quantile: { readonly p: Numbers; readonly samples: readonly { values: Numbers; quantiles: Numbers }[] }
}
const truth: Reference = JSON.parse(readFileSync(new URL('./reference/special.json', import.meta.url), 'utf8'))

/** |a - b| in units of |b|, or of `floor` where that is larger. */
const relative = (a: number, b: number, floor = 0): number =>
  a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(b), floor)

describe('special functions are those of R', () => {
  it('log Gamma', () => {
    const { x, value } = truth.logGamma
    // Near its zeros at 1 and 2 the error is absolute.
    x.forEach((at, i) => {
      expect(relative(logGamma(at), value[i], 1e-2), `${at}`).toBeLessThan(1e-14)
    })
  })

  it('log of binomial coefficients', () => {
    const { n, k, value } = truth.logChoose
    // A difference of log factorials, of which that of a million is 1.3e7: rounding leaves 2e-9 each.
    n.forEach((size, i) => {
      const tolerance = 1e-14 + 4e-16 * logGamma(size + 1)
      expect(Math.abs(logChoose(size, k[i]) - value[i]), `${size} over ${k[i]}`).toBeLessThanOrEqual(
        tolerance + 1e-14 * value[i],
      )
    })
    expect(logChoose(0, 0)).toBe(0)
    expect(logChoose(1e6, 1e6)).toBe(0)
  })

  it('normal distribution function, far into the lower tail', () => {
    const { x, value } = truth.normalCdf
    // Rounding of x is magnified by x^2: 1,400 times at -37.
    x.forEach((at, i) => {
      expect(relative(normalCdf(at), value[i]), `${at}`).toBeLessThan(1e-15 + 3e-16 * (1 + at * at))
    })
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1)
    expect(normalCdf(-37.5)).toBeGreaterThan(1e-308)
  })

  it('normal quantile, at 1e-300 too', () => {
    const { x, value } = truth.normalQuantile
    x.forEach((p, i) => {
      expect(relative(normalQuantile(p), value[i], 1e-2), `${p}`).toBeLessThan(1e-13)
    })
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY)
    for (const p of [1e-280, 1e-20, 0.01, 0.3, 0.5, 0.8])
      expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-10)
  })

  it('two-sided p-value and scaled erfc', () => {
    for (const z of [0, 0.3, 1.96, 5, 30]) {
      expect(relative(normalTwoSided(z), 2 * normalCdf(-z))).toBeLessThan(1e-12)
      expect(normalTwoSided(-z)).toBe(normalTwoSided(z))
    }
    // erfcx(x) is about 1 / (x sqrt(pi)) (1 - 1 / (2 x^2)) for large x.
    for (const x of [1e3, 1e6])
      expect(relative(scaledErfc(x), (1 - 0.5 / x ** 2) / (x * Math.sqrt(Math.PI)))).toBeLessThan(1e-12)
    expect(scaledErfc(0)).toBe(1)
  })

  it('beta quantile', () => {
    const { p, a, b, value } = truth.betaQuantile
    p.forEach((at, i) => {
      expect(Math.abs(betaQuantile(at, a[i], b[i]) - value[i]), `p ${at}, a ${a[i]}, b ${b[i]}`).toBeLessThan(1e-12)
      const x = betaQuantile(at, a[i], b[i])
      if (x > 1e-6 && x < 1 - 1e-6) expect(Math.abs(betaCdf(x, a[i], b[i]) - at)).toBeLessThan(1e-9)
    })
    expect(betaQuantile(0, 2, 3)).toBe(0)
    expect(betaQuantile(1, 2, 3)).toBe(1)
    expect(betaQuantile(0.5, -1, 3)).toBeNaN()
  })

  it('sample quantiles of type 7', () => {
    const { p, samples } = truth.quantile
    for (const { values, quantiles } of samples) {
      p.forEach((at, i) => {
        expect(relative(quantile(values, at), quantiles[i], 1), `${values.length}: ${at}`).toBeLessThan(1e-14)
      })
    }
    expect(quantile([], 0.5)).toBeNaN()
    expect(quantile([3], 1)).toBe(3)
  })
})
