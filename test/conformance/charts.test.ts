import { describe, expect, it } from 'vitest'
import { deviations } from '../../src/covariance/chart.js'
import { covariances } from '../../src/covariance/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'

const sizes = [1, 2, 3, 4]
const pointOf = (m: number): Float64Array => Float64Array.from({ length: m }, (_, j) => Math.sin(2 * j + 1) * 0.8)

describe.each(covariances.map((covariance) => [covariance.name, covariance] as const))(
  'chart of %s',
  (_, covariance) => {
    const { chart } = covariance

    it.each(sizes)('of %i effects: L has rows of length 1, and its derivative is that of differences', (q) => {
      const m = chart.correlationSize(q)
      const y = pointOf(m)
      const L = new Float64Array(q * q)
      const derivative = new Float64Array(q * q)
      chart.correlationFactor(y, q, L)
      for (let i = 0; i < q; i++) expect(Math.hypot(...L.subarray(i * q, i * q + i + 1))).toBeCloseTo(1, 14)
      for (let j = 0; j < m; j++) {
        chart.correlationFactorDerivative(y, q, j, derivative)
        for (let e = 0; e < q * q; e++) {
          const at = (value: number): number => {
            const out = new Float64Array(q * q)
            chart.correlationFactor(y.with(j, value), q, out)
            return out[e]
          }
          expect(Math.abs(derivative[e] - slopeOf(at, y[j], 1e-3))).toBeLessThan(1e-9)
        }
      }
    })

    it.each(sizes)('of %i effects: draws satisfy the identities of their density', (q) => {
      // Integration by parts: the score g of a density of y has mean 0, and y_j g_j mean -1, y_j^3 g_j mean -3 E y_j^2.
      const m = chart.correlationSize(q)
      const rng = stream({ seed: 4, replicate: q, purpose: 'start' })
      const count = 4000
      for (const shape of [1, 2.5]) {
        const sums = Array.from({ length: m }, () => Array.from({ length: 3 }, () => ({ sum: 0, squares: 0 })))
        for (let s = 0; s < count && m > 0; s++) {
          const y = new Float64Array(m)
          const gradient = new Float64Array(m)
          chart.drawLkj(q, shape, rng, y, 0)
          chart.lkj(y, q, shape, gradient, 0)
          for (let j = 0; j < m; j++) {
            const told = [gradient[j], y[j] * gradient[j] + 1, y[j] ** 3 * gradient[j] + 3 * y[j] ** 2]
            told.forEach((value, k) => {
              sums[j][k].sum += value
              sums[j][k].squares += value * value
            })
          }
        }
        for (const { sum, squares } of sums.flat()) {
          expect(Math.abs(sum), `shape ${shape}`).toBeLessThan(4.5 * Math.sqrt(squares))
        }
      }
    })

    it.each(sizes)('of %i effects: theta is of the same covariance D R D, and R leads back to y', (q) => {
      const m = chart.correlationSize(q)
      const y = pointOf(m)
      const of = chart.deviationOf(q)
      const sd = Float64Array.from({ length: deviations(chart, q) }, (__, k) => 0.5 + 0.3 * k)
      const theta = new Float64Array(covariance.size(q))
      chart.theta(sd, y, q, theta)
      const L = new Float64Array(q * q)
      chart.correlationFactor(y, q, L)
      const told = covariance.standardDeviations(theta, q)
      const R = covariance.correlations(theta, q)
      for (let i = 0; i < q; i++) {
        expect(told[i]).toBeCloseTo(sd[of[i]], 13)
        for (let j = 0; j < q; j++) {
          let sum = 0
          for (let k = 0; k < q; k++) sum += L[i * q + k] * L[j * q + k]
          expect(R[i * q + j]).toBeCloseTo(sum, 13)
        }
      }
      const back = chart.fromCorrelations(R, q)
      for (let j = 0; j < m; j++) expect(back[j]).toBeCloseTo(y[j], 9)
    })

    it.each(sizes)('of %i effects: a gradient in theta is pulled back as by differences', (q) => {
      const m = chart.correlationSize(q)
      const count = deviations(chart, q)
      const point = Float64Array.of(...Array.from({ length: count }, (__, k) => 0.5 + 0.3 * k), ...pointOf(m))
      const theta = new Float64Array(covariance.size(q))
      const weights = Float64Array.from(theta, (__, j) => Math.cos(j))
      const weighted = (x: Float64Array): number => {
        chart.theta(x.subarray(0, count), x.subarray(count), q, theta)
        return theta.reduce((sum, value, j) => sum + weights[j] * value, 0)
      }
      const inSd = new Float64Array(count)
      const inY = new Float64Array(m)
      chart.pull(point.subarray(0, count), point.subarray(count), q, weights, inSd, inY)
      const got = [...inSd, ...inY]
      for (let j = 0; j < got.length; j++) {
        const numeric = slopeOf((value: number) => weighted(point.with(j, value)), point[j], 1e-3)
        expect(Math.abs(got[j] - numeric)).toBeLessThan(1e-9)
      }
    })

    it('LKJ: the density of y integrates to one, and its slope is that of differences', () => {
      for (const shape of [0.6, 1, 2.5]) {
        const ignored = new Float64Array(6)
        if (chart.correlationSize(2) === 1) {
          let mass = 0
          for (let i = -4000; i <= 4000; i++) mass += Math.exp(chart.lkj([i / 100], 2, shape, ignored, 0)) / 100
          expect(mass, `shape ${shape}`).toBeCloseTo(1, 8)
        }
        for (const q of [2, 3, 4]) {
          const m = chart.correlationSize(q)
          const y = pointOf(m)
          const gradient = new Float64Array(m)
          chart.lkj(y, q, shape, gradient, 0)
          for (let j = 0; j < m; j++) {
            const numeric = slopeOf(
              (value: number) => chart.lkj(y.with(j, value), q, shape, new Float64Array(m), 0),
              y[j],
              1e-3,
            )
            expect(distance(gradient[j], numeric)).toBeLessThan(1e-8)
          }
        }
      }
    })
  },
)

describe('LKJ over three effects', () => {
  const { chart } = covariances[0]

  it('is proportional to |R|^(shape - 1) over the correlations, with its own constant', () => {
    // c_3 = integral of |R|^(shape - 1) over 3 x 3 correlation matrices; for shape 1 it is pi^2 / 2 (Joe 2006).
    const constant: Readonly<Record<number, number>> = { 1: Math.log(Math.PI ** 2 / 2) }
    const gradient = new Float64Array(3)
    const logAt = (y: Float64Array, shape: number): number => {
      const L = new Float64Array(9)
      chart.correlationFactor(y, 3, L)
      const logDeterminant = 2 * (Math.log(L[4]) + Math.log(L[8]))
      // log |d (r21, r31, r32) / d y| by differences of the correlations themselves.
      const correlations = (at: Float64Array): number[] => {
        chart.correlationFactor(at, 3, L)
        return [L[3], L[6], L[3] * L[6] + L[4] * L[7]]
      }
      const h = 1e-5
      const J = [0, 1, 2].map((j) => {
        const [above, below] = [correlations(y.with(j, y[j] + h)), correlations(y.with(j, y[j] - h))]
        return above.map((value, i) => (value - below[i]) / (2 * h))
      })
      const [a, b, c] = J
      const determinant =
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
      return (shape - 1) * logDeterminant + Math.log(Math.abs(determinant))
    }
    for (const shape of [1, 2, 0.7]) {
      const differences = [pointOf(3), Float64Array.of(-0.3, 0.9, 0.1), Float64Array.of(0, 0, 0)].map(
        (y) => chart.lkj(y, 3, shape, gradient, 0) - logAt(y, shape),
      )
      expect(differences[1]).toBeCloseTo(differences[0], 7)
      expect(differences[2]).toBeCloseTo(differences[0], 7)
      if (constant[shape] !== undefined) expect(-differences[0]).toBeCloseTo(constant[shape], 7)
    }
  })
})
