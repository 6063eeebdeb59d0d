import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  chiSquareUpper,
  fQuantile,
  fUpper,
  normalQuantile,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from '../../src/numerics/special.js'

type Numbers = readonly number[]
const truth: Record<'twoSided' | 'quantile' | 'fUpper' | 'fQuantile', Record<string, Numbers>> = JSON.parse(
  readFileSync(new URL('./reference/student.json', import.meta.url), 'utf8'),
)
const relative = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.abs(b))

describe("Student's t and F are those of R", () => {
  it('two-sided p-values, deep in the tail too', () => {
    const { t, df, value } = truth.twoSided
    // Tails below the least normal number keep fewer digits.
    t.forEach((at, i) => {
      if (value[i] > 1e-300) expect(relative(studentTwoSided(at, df[i]), value[i]), `${at} ${df[i]}`).toBeLessThan(1e-9)
      expect(studentTwoSided(-at, df[i])).toBe(studentTwoSided(at, df[i]))
    })
  })

  it('quantiles', () => {
    const { p, df, value } = truth.quantile
    p.forEach((at, i) => {
      const got = studentQuantile(at, df[i])
      // The quantile of the median is zero up to rounding.
      expect(Math.abs(got - value[i]) / Math.max(1e-6, Math.abs(value[i])), `${at} ${df[i]}`).toBeLessThan(1e-9)
    })
  })

  it('infinitely many degrees of freedom are the normal', () => {
    for (const z of [0, 0.3, 1.96, 7, -30]) expect(studentTwoSided(z, Number.POSITIVE_INFINITY)).toBe(normalTwoSided(z))
    for (const p of [1e-9, 0.025, 0.6]) expect(studentQuantile(p, Number.POSITIVE_INFINITY)).toBe(normalQuantile(p))
    expect(fUpper(3, 2, Number.POSITIVE_INFINITY)).toBe(chiSquareUpper(6, 2))
  })

  it('F', () => {
    const { x, df1, df2, value } = truth.fUpper
    x.forEach((at, i) => expect(relative(fUpper(at, df1[i], df2[i]), value[i])).toBeLessThan(1e-9))
    const { p, df1: first, df2: second, value: quantile } = truth.fQuantile
    p.forEach((at, i) => {
      const got = fQuantile(at, first[i], second[i])
      // R's own are good to eight digits, and the way back to ten.
      expect(relative(got, quantile[i])).toBeLessThan(1e-7)
      expect(relative(fUpper(got, first[i], second[i]), 1 - at)).toBeLessThan(1e-9)
    })
  })

  it('the square of t is F', () => {
    for (const df of [1.5, 4, 17, 300]) {
      for (const t of [0.2, 1.7, 9]) expect(relative(fUpper(t * t, 1, df), studentTwoSided(t, df))).toBeLessThan(1e-12)
      expect(relative(fQuantile(0.95, 1, df), studentQuantile(0.975, df) ** 2)).toBeLessThan(1e-10)
    }
  })
})
