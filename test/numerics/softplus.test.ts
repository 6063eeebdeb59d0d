import { describe, expect, it } from 'vitest'
import { rounder, softplusDensity, softplusRange, softplusTable, softplusTerms } from '../../src/numerics/softplus.js'

/** The polynomial of the interval that x is in, and its derivative. */
function series(x: number): readonly [number, number] {
  const k = x * softplusDensity + rounder - rounder
  const h = x - k / softplusDensity
  let [value, slope] = [0, 0]
  for (let m = softplusTerms - 1; m >= 0; m--) {
    slope = slope * h + value
    value = value * h + softplusTable[(k + softplusDensity * softplusRange) * softplusTerms + m]
  }
  return [value, slope]
}

describe('the table of log(1 + exp x)', () => {
  it('gives it and its derivative to four units in the last place, at middles and edges of its intervals', () => {
    let worst = 0
    const check = (x: number): void => {
      const e = Math.exp(-Math.abs(x))
      const [value, slope] = series(x)
      const exact = Math.max(x, 0) + Math.log1p(e)
      const exactSlope = x >= 0 ? 1 / (1 + e) : e / (1 + e)
      worst = Math.max(worst, Math.abs(value / exact - 1), Math.abs(slope / exactSlope - 1))
    }
    for (let x = 0.5 - softplusRange; x < softplusRange - 0.5; x += 1 / 256) check(x)
    for (let i = 0; i < 20_000; i++) check((softplusRange - 0.5) * Math.sin(7 * i))
    expect(worst).toBeLessThanOrEqual(4 * Number.EPSILON)
  })
})
