import { backwardSolve, cholesky, choleskyInverse, forwardSolve } from '../../numerics/cholesky.js'
import { coefficientSlopes, type RelativePoint } from './outer-density.js'
import type { Evaluated, RelativeDensity } from './relative-density.js'
import type { AverageInformation } from './slopes.js'

/**
 * Minus second derivatives of the log-likelihood in (c, s, tau), c the coefficients of X T (none where they are integrated out):
 *
 *   cc: S / sigma^2,  cs: 2 X'W residual / sigma^2,  ss: 2 rho^2 / sigma^2,
 *   c tau_j: X'V^-1 V_j V^-1 y / sigma^2,  s tau_j: y'V^-1 V_j V^-1 y / sigma^2,
 *
 * in closed form, V relative to sigma^2 and y less its mean; only tau tau needs more than a solve a parameter.
 */
export interface Information {
  readonly dimension: number
  /** Row after row, without the block of tau. */
  readonly matrix: Float64Array
  /** First tau. */
  readonly first: number
}

/** At the point evaluated last. */
export function knownInformation(density: RelativeDensity, found: Evaluated, average: AverageInformation): Information {
  const { rows, system, size } = density
  const { variance } = found
  const c = rows.reml ? 0 : rows.p
  const first = c + 1
  const d = first + size
  const matrix = new Float64Array(d * d)
  const set = (i: number, j: number, value: number): void => {
    matrix[i * d + j] = matrix[j * d + i] = value / variance
  }
  const inFixed = c > 0 ? coefficientSlopes(density, variance) : inNone
  for (let i = 0; i < c; i++) {
    for (let j = 0; j <= i; j++) set(i, j, system.schur[i * (c + 1) + j])
    set(i, c, 2 * inFixed[i] * variance)
    for (let k = 0; k < size; k++) set(i, first + k, average.fixed[i * size + k])
  }
  set(c, c, 2 * system.penalised())
  for (let k = 0; k < size; k++) set(c, first + k, average.ends[k])
  return { dimension: d, matrix, first }
}
const inNone = new Float64Array(0)

/** What the best coefficients and sigma explain of tau's information: the two differ by it, as Schur complements do. */
export function explained({ matrix, dimension: d, first }: Information): Float64Array {
  const size = d - first
  const known = new Float64Array(first * first)
  for (let i = 0; i < first; i++) for (let j = 0; j < first; j++) known[i * first + j] = matrix[i * d + j]
  const out = new Float64Array(size * size)
  if (!cholesky(known, first)) return out
  const columns = Array.from({ length: size }, (_, k) => {
    const column = Float64Array.from({ length: first }, (__, i) => matrix[i * d + first + k])
    forwardSolve(known, first, column)
    return column
  })
  columns.forEach((left, i) => {
    columns.forEach((right, j) => {
      for (let e = 0; e < first; e++) out[i * size + j] += left[e] * right[e]
    })
  })
  return out
}

/** The information in the outer parameters, `inTau` being tau's block and `slopes` the gradient in tau. */
export function outerInformation(
  { rows, parameters }: RelativeDensity,
  { tau, logSigma }: RelativePoint,
  { matrix: known, dimension: d, first }: Information,
  inTau: Float64Array,
  slopes: Float64Array,
): Float64Array {
  const { basis } = rows
  const size = d - first
  const s = first - 1
  const sigma = Math.exp(logSigma)
  const h = known.slice()
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) h[(first + i) * d + first + j] = inTau[i * size + j]
  // theta = exp(s) tau has second derivatives of its own, which count away from the top.
  for (const { at, power } of parameters) {
    if (power === 0) continue
    h[s * d + s] += slopes[at] * tau[at]
    h[s * d + first + at] += slopes[at]
    h[(first + at) * d + s] += slopes[at]
  }
  // From (c, s, tau) to (c, s, theta): rows, then columns. d tau = d theta / sigma - tau ds.
  const turn = (element: (k: number) => number): void => {
    for (const { at, power } of parameters) {
      if (power === 0) continue
      h[element(s)] -= tau[at] * h[element(first + at)]
      h[element(first + at)] /= sigma
    }
  }
  for (let j = 0; j < d; j++) turn((i) => i * d + j)
  for (let i = 0; i < d; i++) turn((j) => i * d + j)
  if (s > 0) throughBasis(h, d, basis, s)
  return h
}

/** From the first p coordinates of X T to those of X, in rows and columns of a d x d matrix, in place. */
function throughBasis(h: Float64Array, d: number, basis: Float64Array, p: number): void {
  const column = new Float64Array(p)
  for (let pass = 0; pass < 2; pass++) {
    for (let j = 0; j < d; j++) {
      for (let i = 0; i < p; i++) column[i] = h[pass === 0 ? i * d + j : j * d + i]
      backwardSolve(basis, p, column)
      for (let i = 0; i < p; i++) h[pass === 0 ? i * d + j : j * d + i] = column[i]
    }
  }
}

/** Inverse of a symmetric matrix; null where it is not positive definite. */
export function inverseOf(matrix: Float64Array, d: number): Float64Array | null {
  const factor = matrix.slice()
  return cholesky(factor, d) ? choleskyInverse(factor, d) : null
}
