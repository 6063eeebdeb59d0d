import { symmetricEigen } from '../../numerics/symmetric-eigen.js'
import type { GaussianRows } from './gaussian-rows.js'
import type { Evaluated, RelativeDensity } from './relative-density.js'
import type { AverageInformation, Direction } from './slopes.js'

/**
 * Information in tau for steps of the profiled climb, at the point evaluated last: the average information less what sigma
 * explains,
 *
 *   (y'P V_i P V_j P y / s2 - y'P V_i P y y'P V_j P y / (nu s2^2)) / 2 + B+,   B_ij = tr(D_i'G D_j) + tr(Lambda'G D_ij).
 *
 * B is from the second derivatives of V = Z Lambda Lambda'Z' + ... in Lambda, D_i = dLambda / d tau_i, the log-likelihood's gradient in
 * Lambda being -G Lambda (the `moments`). Its positive part keeps the whole positive semidefinite. At the top B vanishes but for effects
 * without variance: there the rest vanishes, and steps to a variance of zero are quadratic. `units` are standard deviations.
 */
export function stepInformation(
  { nu, size, rows, system, directions: derivatives, fixed, lifted }: RelativeDensity,
  tau: Float64Array,
  point: Evaluated,
  { pairs, ends }: AverageInformation,
  given: readonly Float64Array[],
  units: Float64Array,
): Float64Array {
  const { variance } = point
  const moments = given.map((one) => one.slice())
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++)
      out[i * size + j] = (0.5 * (pairs[i * size + j] - (ends[i] * ends[j]) / (nu * variance))) / variance
    // Where sigma explains all, as of one row a level, a step still has a direction.
    out[i * (size + 1)] = Math.max(out[i * (size + 1)], (rounding * pairs[i * (size + 1)]) / variance)
  }
  const bend = new Float64Array(size * size)
  const directions = derivatives()
  const bends = rows.factors.map(({ stride }, f) => bendOf(moments[f], system.lambdas[f], stride))
  // A single column without variance needs no bend: it stays, or leaves along its slope.
  const isLost = rows.factors.some(({ stride }, f) => stride > 1 && !bends[f])
  const beside = isLost ? lifted(point) : null
  rows.factors.forEach(({ stride }, f) => {
    const g = bends[f] ?? (beside && stride > 1 ? bendOf(beside.moments[f], beside.lambdas[f], stride) : null)
    if (g) addBend(bend, directions, f, g, stride)
  })
  addCurves(bend, rows, fixed, tau, moments)
  const unit = units.map((sd) => sd || 1)
  const scaled = bend.map((value, e) => value * unit[Math.floor(e / size)] * unit[e % size])
  const { values, vectors } = symmetricEigen(scaled, size)
  for (let k = 0; k < size; k++) {
    if (!(values[k] > 0)) continue
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        out[i * size + j] += (values[k] * vectors[i * size + k] * vectors[j * size + k]) / (unit[i] * unit[j])
  }
  return out
}

/** A share that is what a difference of equals leaves. */
const rounding = 1e-12

/** G from -G Lambda; null where Lambda is singular. */
function bendOf(moment: Float64Array, lambda: Float64Array, q: number): Float64Array | null {
  const g = new Float64Array(q * q)
  for (let i = 0; i < q; i++) {
    for (let j = q - 1; j >= 0; j--) {
      let sum = -moment[i * q + j]
      for (let k = j + 1; k < q; k++) sum -= g[i * q + k] * lambda[k * q + j]
      g[i * q + j] = sum / lambda[j * q + j]
    }
  }
  return g.every(Number.isFinite) ? g.map((value, e) => 0.5 * (value + g[(e % q) * q + Math.floor(e / q)])) : null
}

/** Adds tr(D_i'G D_j) for the directions of factor f. */
function addBend(out: Float64Array, directions: readonly Direction[], f: number, g: Float64Array, q: number): void {
  const size = directions.length
  directions.forEach((one, i) => {
    if (one.factor !== f) return
    directions.forEach((other, j) => {
      if (other.factor !== f) return
      let sum = 0
      for (let a = 0; a < q; a++)
        for (let b = 0; b < q; b++)
          for (let k = 0; k < q; k++) sum += g[a * q + b] * one.slope[a * q + k] * other.slope[b * q + k]
      out[i * size + j] += sum
    })
  })
}

/** Step of a central difference of Lambda's derivatives, in units of 1 + |tau|: enough digits for a step. */
const share = 1e-5

/** Adds what Lambda's own second derivatives D_ij give, for terms that have some: those with parameters without unit. */
function addCurves(
  out: Float64Array,
  { factors }: GaussianRows,
  fixed: number,
  tau: Float64Array,
  moments: readonly Float64Array[],
): void {
  const size = tau.length
  factors.forEach(({ terms, stride }, f) => {
    for (const { laid, column } of terms) {
      const { covariance, size: own, start } = laid
      const q = laid.term.names.length
      if (covariance.units(q).every((unit) => unit >= 0)) continue
      const first = start - fixed
      const theta = tau.slice(first, first + own)
      const [above, below] = [new Float64Array(q * q), new Float64Array(q * q)]
      for (let i = 0; i < own; i++) {
        const step = share * (1 + Math.abs(theta[i]))
        const slopeAt = (shift: number, j: number, to: Float64Array): void => {
          const moved = theta.slice()
          moved[i] += shift
          covariance.factorDerivative(moved, q, j, to)
        }
        for (let j = 0; j < own; j++) {
          slopeAt(step, j, above)
          slopeAt(-step, j, below)
          let sum = 0
          for (let a = 0; a < q; a++)
            for (let b = 0; b < q; b++)
              sum += moments[f][(column + a) * stride + column + b] * (above[a * q + b] - below[a * q + b])
          out[(first + i) * size + first + j] -= sum / (2 * step)
        }
      }
    }
  })
}
