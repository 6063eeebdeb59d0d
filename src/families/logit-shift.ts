import type { Space } from '../numerics/space.js'
import type { ResponseData } from './response-data.js'
import { farthest, largestDivisor, pairedExponentials, type ShiftKernel } from './shift-kernel.js'

/** The binary order of magnitude a product of 1 + exp(eta) may reach before its logarithm is taken. */
const mostBits = 900

/**
 * Binomial rows with logit link: with t = exp(eta) and r = 1 / (1 + t) the log density is y eta - n log(1 + t) and its
 * derivative (y - (n - y) t) r, both without cancellation that matters at any eta. Of single trials the factors 1 + t
 * are multiplied and one logarithm is taken for as many rows as the range of the numbers allows.
 */
export function logitShift({ y, trials }: ResponseData, constant: Float64Array, space: Space): ShiftKernel {
  const n = trials!
  const single = n.every((count) => count === 1)
  let base = space.vector(0)
  let product = space.vector(0)
  let factor = space.vector(0)
  let from = 0
  let to = 0
  let highest = 0
  let successes = 0
  let height = 0 // sum of log densities at v = 0, but for the logarithms

  /** Rows whose factors, at shifts up to v, may be multiplied. */
  const together = (v: number): number => Math.floor(mostBits / (1.45 * Math.max(highest + v, 0) + 1))

  return {
    ...(single && { logistic: y.map((success) => (success === 1 ? -1 : 1)) }),
    bind: (fixed, first, end) => {
      from = first
      to = end
      highest = Number.NEGATIVE_INFINITY
      successes = 0
      height = 0
      let within = true
      if (base.length < to - from) base = space.vector(Math.max(to - from, 2 * base.length))
      for (let i = from; i < to; i++) {
        const a = fixed[i]
        within = within && a <= farthest && a >= -farthest
        if (a > highest) highest = a
        base[i - from] = Math.exp(a)
        successes += y[i]
        height += constant[i] + y[i] * a
      }
      return within
    },
    sums: (v, out) => {
      const shift = Math.exp(v)
      let logs = 0
      let means = 0
      let second = 0
      let third = 0
      if (single) {
        const step = together(v)
        for (let first = from; first < to; first += step) {
          const end = Math.min(first + step, to)
          let factors = 1
          for (let i = first; i < end; i++) {
            const t = base[i - from] * shift
            const whole = 1 + t
            const r = 1 / whole
            const p = t * r
            const w = p * r
            factors *= whole
            means += p
            second += w
            third += w * (p - r)
          }
          logs += Math.log(factors)
        }
      } else {
        for (let i = from; i < to; i++) {
          const t = base[i - from] * shift
          const r = 1 / (1 + t)
          const p = t * r
          const w = n[i] * p * r
          logs += n[i] * Math.log1p(t)
          means += n[i] * p
          second += w
          third += w * (p - r)
        }
      }
      out[0] = height + successes * v - logs
      out[1] = successes - means
      out[2] = -second
      out[3] = third
    },
    derivatives: (v, d1, d2, d3, d4) => {
      const shift = Math.exp(v)
      for (let i = from; i < to; i++) {
        const t = base[i - from] * shift
        const r = 1 / (1 + t)
        const p = t * r
        const second = -n[i] * p * r
        d1[i] = (y[i] - (n[i] - y[i]) * t) * r
        d2[i] = second
        d3[i] = second * (r - p)
        if (d4) d4[i] = second * (1 - 6 * p * r)
      }
    },
    atShifts: (v, count, logDensity, divisor, slope, store) => {
      if (factor.length < count) {
        factor = space.vector(count)
        product = space.vector(count)
      }
      let farthestShift = Number.NEGATIVE_INFINITY
      pairedExponentials(v, count, factor)
      for (let k = 0; k < count; k++) {
        farthestShift = Math.max(farthestShift, v[k])
        logDensity[k] += height + successes * v[k]
      }
      const step = single ? together(farthestShift) : 0
      for (let i = from, at = 0, gathered = 0; i < to; i++, at += count) {
        const e = base[i - from]
        const yi = y[i]
        const ni = n[i]
        const failures = ni - yi
        if (!single) {
          for (let k = 0; k < count; k++) {
            const t = e * factor[k]
            const whole = 1 + t
            const d = (yi - failures * t) / whole
            logDensity[k] -= ni * Math.log(whole)
            slope[k] += d
            store[at + k] = d
          }
          continue
        }
        if (gathered === 0) product.fill(1)
        for (let k = 0; k < count; k++) {
          const t = e * factor[k]
          const whole = 1 + t
          const d = (yi - failures * t) / whole
          product[k] *= whole
          slope[k] += d
          store[at + k] = d
        }
        if (++gathered === step || i + 1 === to) {
          for (let k = 0; k < count; k++) {
            const whole = divisor[k] * product[k]
            if (whole < largestDivisor) divisor[k] = whole
            else logDensity[k] -= Math.log(product[k])
          }
          gathered = 0
        }
      }
    },
    mean: (share, count, store, out) => {
      for (let i = from, at = 0; i < to; i++) {
        let even = 0
        let odd = 0
        const last = at + count - 1
        let k = 0
        for (; at < last; at += 2, k += 2) {
          even += share[k] * store[at]
          odd += share[k + 1] * store[at + 1]
        }
        if (at === last) even += share[k] * store[at++]
        out[i] = even + odd
      }
    },
    moments: (x, p, share, count, store, x1, x2, d2, mean2) => {
      x1.fill(0, 0, p * count)
      x2.fill(0, 0, p * count)
      d2.fill(0, 0, count)
      for (let i = from, at = 0; i < to; i++, at += count) {
        const e = base[i - from]
        const ni = -n[i]
        let mean = 0
        for (let k = 0; k < count; k++) {
          const t = e * factor[k]
          const r = 1 / (1 + t)
          const second = ni * t * r * r
          product[k] = second
          d2[k] += second
          mean += share[k] * second
        }
        mean2[i] = mean
        for (let j = 0; j < p; j++) {
          const xij = x[i * p + j]
          if (xij === 0) continue
          for (let k = 0, a = j * count; k < count; k++, a++) {
            x1[a] += xij * store[at + k]
            x2[a] += xij * product[k]
          }
        }
      }
    },
  }
}
