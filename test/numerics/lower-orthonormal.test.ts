import { expect, it } from 'vitest'
import { lowerOrthonormal } from '../../src/numerics/lower-orthonormal.js'

const n = 50
const columns = [
  Array.from({ length: n }, () => 1),
  Array.from({ length: n }, (_, i) => 1000 + i),
  Array.from({ length: n }, (_, i) => (1000 + i) ** 2 / 1e6),
  Array.from({ length: n }, (_, i) => Math.sin(i)),
]
const p = columns.length
const x = Float64Array.from(columns.flat())

it('makes the columns of X T orthogonal and of unit mean square, by a lower triangular T', () => {
  const { factor, logDeterminant } = lowerOrthonormal(x, n, p)
  const product = (j: number): number[] =>
    Array.from({ length: n }, (_, i) => columns.reduce((sum, column, m) => sum + column[i] * factor[m * p + j], 0))
  for (let j = 0; j < p; j++) {
    for (let m = 0; m < j; m++) expect(factor[m * p + j]).toBe(0)
    for (let k = 0; k <= j; k++) {
      const [a, b] = [product(j), product(k)]
      const mean = a.reduce((sum, value, i) => sum + value * b[i], 0) / n
      // The condition number of X is about 1e8.
      expect(Math.abs(mean - Number(j === k))).toBeLessThan(1e-7)
    }
  }
  let sum = 0
  for (let j = 0; j < p; j++) sum += Math.log(factor[j * (p + 1)])
  expect(logDeterminant).toBeCloseTo(sum, 12)
})
