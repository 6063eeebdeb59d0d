import { describe, expect, it } from 'vitest'
import { binomial } from '../../src/families/binomial.js'
import type { ResponseData } from '../../src/families/response-data.js'
import { poisson } from '../../src/families/poisson.js'
import { exponential } from '../../src/numerics/exponential.js'

const n = 4000
const eta = Float64Array.from({ length: n }, (_, i) => 5 * Math.sin(7 * i) + (i % 97 === 0 ? 30 * Math.cos(i) : 0))
const responses: readonly (readonly [string, typeof binomial, string, ResponseData])[] = [
  ['binary', binomial, 'logit', { y: eta.map((_, i) => (i * 7919) % 2), trials: new Float64Array(n).fill(1) }],
  [
    'binomial with 0 to 6 trials',
    binomial,
    'logit',
    { y: eta.map((_, i) => Math.min(i % 7, i % 3)), trials: eta.map((_, i) => i % 7) },
  ],
  ['poisson', poisson, 'log', { y: eta.map((_, i) => i % 5), trials: null }],
]

describe.each(responses)('the sum of the log densities of many rows: %s', (_, family, link, response) => {
  const kernel = family.kernel!(link, response)
  const rows = new Float64Array(n)
  const [d1, slopes] = [new Float64Array(n), new Float64Array(n)]

  it('is that of the rows by themselves, with their derivatives', () => {
    kernel.score(eta, 0, n, rows, d1)
    const sum = rows.reduce((total, row) => total + row, 0)
    const size = rows.reduce((total, row) => total + Math.abs(row), 0)
    expect(Math.abs(kernel.total!(eta, 0, n, slopes) - sum) / size).toBeLessThan(1e-13)
    for (let i = 0; i < n; i++) expect(Math.abs(slopes[i] - d1[i])).toBeLessThan(1e-13 * Math.max(1, Math.abs(d1[i])))
  })

  it('holds at predictors so large that exponentials overflow', () => {
    for (const x of [-1e4, -710, -301, 301, 650]) {
      const far = new Float64Array(n).fill(x)
      kernel.score(far, 0, 8, rows, d1)
      const sum = rows.subarray(0, 8).reduce((total, row) => total + row, 0)
      const total = kernel.total!(far, 0, 8, slopes)
      expect(Math.abs(total - sum)).toBeLessThanOrEqual(1e-13 * Math.abs(sum))
    }
  })

  it('is not a finite number where a predictor is not', () => {
    for (const x of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      const far = new Float64Array(n).fill(x)
      // Successes and failures both: a predictor without bound is beyond any support.
      const total = kernel.total!(far, 0, n, slopes)
      expect(total === Number.NEGATIVE_INFINITY || Number.isNaN(total)).toBe(true)
    }
  })
})

describe('exponential', () => {
  it('is exp to two units in the last place', () => {
    let worst = 0
    for (let k = -100_000; k <= 100_000; k++) {
      const exact = Math.exp(k / 143)
      worst = Math.max(worst, Math.abs(exponential(k / 143) - exact) / exact)
    }
    expect(worst).toBeLessThanOrEqual(2 * Number.EPSILON)
    expect([exponential(-800), exponential(800), exponential(0)]).toEqual([0, Number.POSITIVE_INFINITY, 1])
    expect(exponential(Number.NaN)).toBeNaN()
  })
})
