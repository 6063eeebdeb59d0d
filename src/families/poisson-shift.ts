import type { Space } from '../numerics/space.js'
import { farthest, pairedExponentials, type ShiftKernel } from './shift-kernel.js'

/**
 * Poisson rows with log link: with Y the sum of the counts and M of exp(a), the log density at shift v is
 * sum (y a - log y!) + Y v - M exp(v), so that a level of any size costs what one row does once it is bound.
 */
export function poissonShift(y: Float64Array, constant: Float64Array, space: Space): ShiftKernel {
  let base = space.vector(0)
  let factor = space.vector(0)
  let from = 0
  let to = 0
  let total = 0
  let mass = 0
  let height = 0

  return {
    bind: (fixed, first, end) => {
      from = first
      to = end
      total = 0
      mass = 0
      height = 0
      let within = true
      if (base.length < to - from) base = space.vector(Math.max(to - from, 2 * base.length))
      for (let i = from; i < to; i++) {
        const a = fixed[i]
        within = within && a <= farthest && a >= -farthest
        const mu = Math.exp(a)
        base[i - from] = mu
        mass += mu
        total += y[i]
        height += constant[i] + y[i] * a
      }
      return within
    },
    sums: (v, out) => {
      const mu = mass * Math.exp(v)
      out[0] = height + total * v - mu
      out[1] = total - mu
      out[2] = -mu
      out[3] = -mu
    },
    derivatives: (v, d1, d2, d3, d4) => {
      const shift = Math.exp(v)
      for (let i = from; i < to; i++) {
        const mu = base[i - from] * shift
        d1[i] = y[i] - mu
        d2[i] = -mu
        d3[i] = -mu
        if (d4) d4[i] = -mu
      }
    },
    atShifts: (v, count, logDensity, _divisor, slope) => {
      if (factor.length < count) factor = space.vector(count)
      pairedExponentials(v, count, factor)
      for (let k = 0; k < count; k++) {
        const mu = mass * factor[k]
        logDensity[k] += height + total * v[k] - mu
        slope[k] += total - mu
      }
    },
    mean: (share, count, _store, out) => {
      let weight = 0
      let shift = 0
      for (let k = 0; k < count; k++) {
        weight += share[k]
        shift += share[k] * factor[k]
      }
      for (let i = from; i < to; i++) out[i] = weight * y[i] - shift * base[i - from]
    },
    moments: (x, p, share, count, _store, x1, x2, d2, mean2) => {
      let shift = 0
      for (let k = 0; k < count; k++) {
        shift += share[k] * factor[k]
        d2[k] = -mass * factor[k]
      }
      for (let i = from; i < to; i++) mean2[i] = -shift * base[i - from]
      for (let j = 0; j < p; j++) {
        let counts = 0
        let means = 0
        for (let i = from, at = from * p + j; i < to; i++, at += p) {
          counts += x[at] * y[i]
          means += x[at] * base[i - from]
        }
        for (let k = 0, at = j * count; k < count; k++, at++) {
          x2[at] = -means * factor[k]
          x1[at] = counts - means * factor[k]
        }
      }
    },
  }
}
