import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backwardSolve, cholesky, choleskyInverse, forwardSolve } from '../../src/numerics/cholesky.js'

/** A = G G' + ridge I with the elements of G in [-1, 1] and rows of very different size, and a right-hand side. */
const positiveDefinite = fc.integer({ min: 1, max: 8 }).chain((n) =>
  fc
    .record({
      g: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n * n, maxLength: n * n }),
      sizes: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: n, maxLength: n }),
      b: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n, maxLength: n }),
    })
    .map(({ g, sizes, b }) => {
      const a = new Float64Array(n * n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = i === j ? 0.1 : 0
          for (let k = 0; k < n; k++) sum += g[i * n + k] * g[j * n + k]
          a[i * n + j] = sum * 10 ** (sizes[i] + sizes[j])
        }
      }
      return { n, a, b: Float64Array.from(b), sizes }
    }),
)

const options = { seed: 42, numRuns: 300 }
const factored = (a: Float64Array, n: number): Float64Array => {
  const l = a.slice()
  expect(cholesky(l, n)).toBe(true)
  return l
}

describe('cholesky', () => {
  it('L L^T is A, to rounding in units of the diagonal', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ n, a }) => {
        const l = factored(a, n)
        for (let i = 0; i < n; i++) {
          expect(l[i * n + i]).toBeGreaterThan(0)
          for (let j = 0; j <= i; j++) {
            let sum = 0
            for (let k = 0; k <= j; k++) sum += l[i * n + k] * l[j * n + k]
            const unit = Math.sqrt(a[i * n + i] * a[j * n + j])
            expect(Math.abs(sum - a[i * n + j])).toBeLessThan(4e-15 * unit)
          }
          // The upper triangle is as it was.
          for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(a[i * n + j])
        }
      }),
      options,
    )
  })

  it('reads the lower triangle alone, and never the upper in a solve', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ n, a, b }) => {
        const marked = a.slice()
        for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) marked[i * n + j] = Number.NaN
        const x = b.slice()
        const l = factored(marked, n)
        forwardSolve(l, n, x)
        backwardSolve(l, n, x)
        const y = b.slice()
        const whole = factored(a, n)
        forwardSolve(whole, n, y)
        backwardSolve(whole, n, y)
        expect(x).toEqual(y)
      }),
      options,
    )
  })

  it('forward and backward solves undo multiplication by L and its transpose', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ n, a, b }) => {
        const l = factored(a, n)
        const forward = b.slice()
        forwardSolve(l, n, forward)
        const backward = b.slice()
        backwardSolve(l, n, backward)
        for (let i = 0; i < n; i++) {
          let sum = 0
          let size = Math.abs(b[i])
          for (let k = 0; k <= i; k++) {
            sum += l[i * n + k] * forward[k]
            size += Math.abs(l[i * n + k] * forward[k])
          }
          expect(Math.abs(sum - b[i])).toBeLessThanOrEqual(4e-15 * size + 1e-300)
          let transposed = 0
          let scale = Math.abs(b[i])
          for (let k = i; k < n; k++) {
            transposed += l[k * n + i] * backward[k]
            scale += Math.abs(l[k * n + i] * backward[k])
          }
          expect(Math.abs(transposed - b[i])).toBeLessThanOrEqual(4e-15 * scale + 1e-300)
        }
      }),
      options,
    )
  })

  it('inverse times A is the identity, and is symmetric', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ n, a, sizes }) => {
        const inverse = choleskyInverse(factored(a, n), n)
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0
            for (let k = 0; k < n; k++) sum += inverse[i * n + k] * a[k * n + j]
            // Row i of the inverse and column j of A are in units of 10^-size and 10^size; the condition is below 1e3.
            const unit = 10 ** (sizes[j] - sizes[i])
            expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-11 * unit)
            const symmetric = Math.sqrt(inverse[i * n + i] * inverse[j * n + j])
            expect(Math.abs(inverse[i * n + j] - inverse[j * n + i])).toBeLessThan(1e-12 * symmetric)
          }
        }
      }),
      options,
    )
  })

  it('refuses what is not positive definite', () => {
    const refused = (n: number, ...a: number[]): void => expect(cholesky(Float64Array.from(a), n)).toBe(false)
    refused(1, 0)
    refused(1, -1)
    refused(1, Number.NaN)
    refused(2, 1, 2, 2, 1)
    refused(2, 1, 1, 1, 1)
    refused(2, 4, 0, 0, -1e-12)
    refused(2, 1, 0, Number.NaN, 1)
    refused(2, Number.NaN, 0, 0, 1)
    refused(3, 1, 0, 0, 0, 1, 0, 0, Number.NaN, 1)
    expect(cholesky(new Float64Array(0), 0)).toBe(true)
  })

  it('refuses any matrix with a negative eigenvalue', () => {
    fc.assert(
      fc.property(positiveDefinite, fc.nat(), ({ n, a }, at) => {
        // x' A x < 0 for the unit vector of a negative diagonal element.
        const j = at % n
        const indefinite = a.slice()
        indefinite[j * n + j] = -Math.abs(indefinite[j * n + j])
        expect(cholesky(indefinite, n)).toBe(false)
      }),
      options,
    )
  })
})
