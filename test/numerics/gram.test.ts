import { describe, expect, it } from 'vitest'
import { columnProducts, gram, timesLower } from '../../src/numerics/gram.js'
import { uniforms } from '../reference/uniforms.js'

describe.each([1, 3, 8, 13])('cross products of %i columns', (p) => {
  const next = uniforms(4)
  const n = 1111
  const x = Float64Array.from({ length: n * p }, () => next() - 0.3)
  const y = Float64Array.from({ length: n }, () => next())
  const w = Float64Array.from({ length: n }, () => 3 * next())

  it.each([null, w])('are sums over the rows', (weights) => {
    const products = gram(x, n, p, weights)
    const right = columnProducts(x, n, p, y, weights)
    for (let j = 0; j < p; j++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += x[j * n + i] * y[i] * (weights?.[i] ?? 1)
      expect(right[j]).toBeCloseTo(sum, 9)
      for (let k = 0; k < p; k++) {
        let product = 0
        for (let i = 0; i < n; i++) product += x[j * n + i] * x[k * n + i] * (weights?.[i] ?? 1)
        expect(products[j * p + k]).toBeCloseTo(product, 9)
      }
    }
  })

  it('columns are combined by a lower triangle', () => {
    const t = Float64Array.from({ length: p * p }, (_, e) => (e % p <= Math.floor(e / p) ? next() : 0))
    const out = timesLower(x, t, n, p)
    for (const i of [0, 511, 512, n - 1]) {
      for (let j = 0; j < p; j++) {
        let sum = 0
        for (let m = j; m < p; m++) sum += x[m * n + i] * t[m * p + j]
        expect(out[j * n + i]).toBeCloseTo(sum, 12)
      }
    }
  })
})
