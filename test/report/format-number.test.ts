import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as f from '../../src/report/format-number.js'

describe('estimates', () => {
  test.each([
    [-2.19620056124994, '-2.1962006'],
    [-0.260910716914195, '-0.2609107'],
    [0.48648631006527, '0.4864863'],
    [0.113091296693065, '0.1130913'],
    [0.0499047737027756, '0.0499048'],
    [0, '0.0000000'],
    [-0, '0.0000000'],
    [3.2e-9, '3.2000e-09'],
    [-5.5e12, '-5.5000e+12'],
    [1234567.891, '1234567.89'],
    [null, 'NA'],
    [undefined, 'NA'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%s', (x, text) => expect(f.formatEstimate(x)).toBe(text))

  test('log-likelihoods have seven decimals whatever their size', () => {
    expect(f.formatFixed(-159.187029082562, 7)).toBe('-159.1870291')
    expect(f.formatFixed(-1e16, 7)).toBe('-1.000000e+16')
  })

  test('no number loses its sign, its size or its digits', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (x) => {
        const text = f.formatEstimate(x)
        expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d\d+)?$/)
        const error = Math.abs(Number(text) - x)
        // Five digits, or seven decimals where these are fewer (down to two digits, at 1e-6).
        expect(error).toBeLessThanOrEqual(Math.max(1.001e-4 * Math.abs(x), 5.001e-8))
        expect(error).toBeLessThanOrEqual(0.05001 * Math.abs(x))
      }),
    )
  })

  test('decimals follow the uncertainty', () => {
    expect(f.formatBeside(3.03e-5, 0.23, 4)).toBe('0.0000')
    expect(f.formatBeside(-3.03e-5, 0.23, 4)).toBe('0.0000')
    expect(f.formatBeside(3.03e-5, 1e-6, 4)).toBe('3.0300e-05')
    expect(f.formatBeside(3.03e-5, null, 4)).toBe('3.0300e-05')
  })
})

describe('p values as R', () => {
  test.each([
    [0, '<2e-16'],
    [5e-84, '<2e-16'],
    [1.7121e-7, '1.71e-07'],
    [1.7e-7, '1.7e-07'],
    [2e-5, '2e-05'],
    [0.000474, '0.000474'],
    [0.012345, '0.0123'],
    [0.5, '0.5'],
    [1, '1'],
    [null, 'NA'],
    [Number.NaN, 'NaN'],
  ])('%s', (p, text) => expect(f.formatP(p)).toBe(text))

  test('stars', () => {
    expect([0, 0.0009, 0.001, 0.01, 0.05, 0.1, null, Number.NaN].map(f.stars)).toEqual([
      ...['***', '***', '**', '*', '.', '', '', ''],
    ])
  })
})

test('shifts, gradients, durations', () => {
  expect([0, 0.5, -0.00561, 0.0000136, null].map(f.formatShift)).toEqual([
    '0.0000',
    '0.5000',
    '-0.0056',
    '1.4e-05',
    'NA',
  ])
  expect([3.1e-9, 0, Number.NaN].map(f.formatScientific)).toEqual(['3.1e-09', '0', 'NaN'])
  expect([0.44, 14.2, 1500, 600_000, Number.NaN].map(f.formatDuration)).toEqual([
    ...['0.4 ms', '14 ms', '1.5 s', '10.0 min', 'NA'],
  ])
})
