import { describe, expect, it } from 'vitest'
import type { ResponseData } from '../../../src/families/response-data.js'
import { familyNamed } from '../../../src/families/registry.js'
import { heap } from '../../../src/numerics/space.js'

/** Rows of every kind a kernel meets: none, some and all of the trials; counts from zero on. */
const trials = Float64Array.of(1, 1, 1, 1, 1, 1, 1)
const responses: readonly [string, string, ResponseData][] = [
  ['0/1', 'binomial', { y: Float64Array.of(0, 1, 1, 0, 0, 1, 1), trials }],
  [
    'successes of trials',
    'binomial',
    { y: Float64Array.of(0, 7, 3, 1, 0, 12, 2), trials: Float64Array.of(4, 7, 9, 1, 0, 40, 5) },
  ],
  ['counts', 'poisson', { y: Float64Array.of(0, 7, 3, 1, 0, 12, 2), trials: null }],
]
const fixed = Float64Array.of(-30, -2.1, 0.3, 1.4, -0.2, 2.2, -45)
const n = fixed.length
const zeros = (length: number): Float64Array => new Float64Array(length)
const close = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected) / (1 + Math.abs(expected))).toBeLessThan(1e-13)

describe.each(responses)('shift kernel: %s', (_, name, response) => {
  const { family } = familyNamed(name)
  const kernel = family.kernel!(family.links[0], response)
  const shifted = kernel.shifted!(heap)
  const general = (v: number): Float64Array[] => {
    const columns = Array.from({ length: 4 }, () => zeros(n))
    const [logDensity, d1, d2, d3] = columns
    kernel.curvature(
      fixed.map((a) => a + v),
      0,
      n,
      logDensity,
      d1,
      d2,
      d3,
    )
    return columns
  }
  const sum = (column: Float64Array, from = 0): number => column.subarray(from).reduce((all, value) => all + value, 0)

  it.each([-40, -3, 0, 1.7, 35])('sums and derivatives at shift %d are those of the general loops', (v) => {
    for (const from of [0, 3]) {
      expect(shifted.bind(fixed, from, n)).toBe(true)
      const columns = general(v)
      const sums = zeros(4)
      shifted.sums(v, sums)
      columns.forEach((column, order) => close(sums[order], sum(column, from)))
      const [d1, d2, d3, d4] = [zeros(n), zeros(n), zeros(n), zeros(n)]
      shifted.derivatives(v, d1, d2, d3, d4)
      const above = general(v + 1e-4)[3]
      const below = general(v - 1e-4)[3]
      for (let i = from; i < n; i++) {
        close(d1[i], columns[1][i])
        close(d2[i], columns[2][i])
        close(d3[i], columns[3][i])
        const differenced = (above[i] - below[i]) / 2e-4
        expect(Math.abs(d4[i] - differenced) / (1 + Math.abs(d4[i]))).toBeLessThan(1e-7)
      }
    }
  })

  it('nodes, means and moments are those of the general loops', () => {
    shifted.bind(fixed, 0, n)
    const v = Float64Array.of(-20, -4, -0.5, 3, 19.5, 22.5, 39, 42.5, 46, 62) // symmetric about 21
    const count = v.length
    const share = Float64Array.from(v, (_, k) => (k + 1) / 55)
    const [logDensity, divisor, slope] = [zeros(count), zeros(count).fill(1), zeros(count)]
    const store = zeros(n * count)
    shifted.atShifts(v, count, logDensity, divisor, slope, store)
    const at = Array.from(v, general)
    at.forEach(([density, d1], k) => {
      close(logDensity[k] - Math.log(divisor[k]), sum(density))
      close(slope[k], sum(d1))
    })
    const mean = zeros(n)
    shifted.mean(share, count, store, mean)
    const x = Float64Array.from({ length: 2 * n }, (_, j) => (j % 2 === 0 ? 1 : Math.sin(j)))
    const [x1, x2, d2, mean2] = [zeros(2 * count), zeros(2 * count), zeros(count), zeros(n)]
    shifted.moments(x, 2, share, count, store, x1, x2, d2, mean2)
    for (let i = 0; i < n; i++) {
      close(
        mean[i],
        at.reduce((all, [, d1], k) => all + share[k] * d1[i], 0),
      )
      close(
        mean2[i],
        at.reduce((all, [, , second], k) => all + share[k] * second[i], 0),
      )
    }
    at.forEach(([, first, second], k) => {
      close(d2[k], sum(second))
      for (let j = 0; j < 2; j++) {
        close(x1[j * count + k], sum(first.map((value, i) => value * x[2 * i + j])))
        close(x2[j * count + k], sum(second.map((value, i) => value * x[2 * i + j])))
      }
    })
  })

  it('leaves predictors that an exponential cannot hold to the general loops', () => {
    expect(shifted.bind(Float64Array.of(0, 1, 2, 301, 0, 0, 0), 0, n)).toBe(false)
    expect(shifted.bind(Float64Array.of(0, 1, 2, Number.NaN, 0, 0, 0), 0, n)).toBe(false)
  })
})
