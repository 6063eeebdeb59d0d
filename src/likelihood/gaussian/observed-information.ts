import { cholesky } from '../../numerics/cholesky.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import { explained, inverseOf, knownInformation, outerInformation } from './information.js'
import { relativePoint } from './outer-density.js'
import type { RelativeDensity } from './relative-density.js'

/** Step of central differences of the gradient, in standard errors: their relative error is about 1e-8. */
const share = 3e-4

/**
 * Minus the Hessian of the log-likelihood at outer parameters; null out of support, and where the curvature in theta is lost in
 * rounding, as on a ridge. Closed forms but for tau's block, which is from differences
 * of the exact gradient along the columns of a factor of its expected inverse, so that collinear parameters cost no digits.
 */
export function observedInformation(
  density: RelativeDensity,
  layout: ParameterLayout,
  x: Float64Array,
): Float64Array | null {
  const { size } = density
  const point = relativePoint(density, layout, x)
  const { tau, coefficients, logSigma } = point
  const found = density.evaluate(tau, coefficients, logSigma)
  if (!found) return null
  const average = density.average()
  const known = knownInformation(density, found, average)
  const directions = differenceDirections(density, found.variance, average.pairs, average.ends, explained(known))
  // The gradient at the point itself is the mean of those on either side.
  const slopes = new Float64Array(size)
  const along = new Float64Array(size * size)
  const [above, below] = [new Float64Array(size), new Float64Array(size)]
  const gradientAt = (k: number, step: number, out: Float64Array): boolean => {
    const moved = tau.map((value, j) => value + step * directions[j * size + k])
    const there = density.evaluate(moved, coefficients, logSigma)
    if (!there) return false
    density.gradient(there, out)
    return true
  }
  for (let k = 0; k < size; k++) {
    if (!gradientAt(k, share, above) || !gradientAt(k, -share, below)) return null
    for (let j = 0; j < size; j++) slopes[j] += (above[j] + below[j]) / (2 * size)
    for (let l = 0; l < size; l++) {
      let sum = 0
      for (let j = 0; j < size; j++) sum += directions[j * size + l] * (below[j] - above[j])
      along[l * size + k] = sum / (2 * share)
    }
  }
  const inTau = backAlong(directions, along, size)
  const more = explained(known)
  // A standard deviation of zero has a curvature of its own, and is no part of a ridge.
  const moving = Array.from(tau.keys()).filter((j) => tau[j] !== 0)
  const m = moving.length
  const own = new Float64Array(m * m)
  moving.forEach((i, a) => {
    moving.forEach((j, b) => {
      own[a * m + b] = inTau[i * size + j] - more[i * size + j]
    })
  })
  const least = leastPivot(own, m)
  if (least !== null && least < lost) return null
  return outerInformation(density, point, known, inTau, slopes)
}

/** A curvature beside the others that is nothing but the rounding of differences. */
const lost = 1e-7

/** The least squared pivot of a Cholesky factor of the matrix scaled to a diagonal of ones; null where it is not positive definite. */
function leastPivot(matrix: Float64Array, size: number): number | null {
  const scaled = matrix.map(
    (value, e) => value / Math.sqrt(matrix[Math.floor(e / size) * (size + 1)] * matrix[(e % size) * (size + 1)]),
  )
  if (!cholesky(scaled, size)) return null
  let least = 1
  for (let j = 0; j < size; j++) least = Math.min(least, scaled[j * (size + 1)] ** 2)
  return least
}

/**
 * L with L L' the inverse of about the information in tau, size x size lower triangular. A parameter that has none, as a standard
 * deviation of zero, has a direction of its own, in its unit.
 */
function differenceDirections(
  { size, nu, rows, system, parameters }: RelativeDensity,
  variance: number,
  pairs: Float64Array,
  ends: Float64Array,
  more: Float64Array,
): Float64Array {
  const guess = pairs.map((value, e) => {
    const [i, j] = [Math.floor(e / size), e % size]
    return (0.5 * (value - (ends[i] * ends[j]) / (nu * variance))) / variance + more[e]
  })
  const own = Float64Array.from({ length: size }, () => 1 / Math.sqrt(nu))
  for (const { at, factor, column, power } of parameters) {
    if (power === 0) continue
    const pair = system.products.pairs.find(({ f, g }) => f === factor && g === factor)!
    const { stride } = rows.factors[factor]
    let sum = 0
    for (let k = 0; k < pair.left.length; k++) sum += pair.values[k * stride * stride + column * (stride + 1)]
    own[at] = 1 / Math.sqrt(sum)
  }
  for (let j = 0; j < size; j++) {
    if (guess[j * (size + 1)] * own[j] * own[j] > tiny) continue
    for (let k = 0; k < size; k++) guess[j * size + k] = guess[k * size + j] = 0
    guess[j * (size + 1)] = 1 / (own[j] * own[j])
  }
  const inverse = (leastPivot(guess, size) ?? 0) > lost ? inverseOf(guess, size) : null
  if (inverse && cholesky(inverse, size)) {
    for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) inverse[i * size + j] = 0
    return inverse
  }
  const diagonal = new Float64Array(size * size)
  for (let j = 0; j < size; j++) diagonal[j * (size + 1)] = Math.min(own[j], 1 / Math.sqrt(guess[j * (size + 1)]))
  return diagonal
}
const tiny = 1e-12

/** L^-T M L^-1, made symmetric. */
function backAlong(l: Float64Array, m: Float64Array, size: number): Float64Array {
  const out = m.slice()
  // Columns of L^-T X, then the same for the rows.
  const solve = (at: (i: number) => number): void => {
    for (let i = size - 1; i >= 0; i--) {
      let sum = out[at(i)]
      for (let k = i + 1; k < size; k++) sum -= l[k * size + i] * out[at(k)]
      out[at(i)] = sum / l[i * (size + 1)]
    }
  }
  for (let j = 0; j < size; j++) solve((i) => i * size + j)
  for (let i = 0; i < size; i++) solve((j) => i * size + j)
  return out.map((value, e) => 0.5 * (value + out[(e % size) * size + Math.floor(e / size)]))
}
