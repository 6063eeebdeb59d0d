import { cholesky, choleskyInverse } from './cholesky.js'
import type { Objective } from './maximise.js'

/** A curvature this small beside the guessed one may be nothing but the rounding of the differences. */
const flat = 1e-5

/** Curvatures on either side of x that differ by more than this share of the larger show that the step leaves its surroundings. */
const lopsided = 0.1
/** Each time to a tenth: from steps of 10^4 standard errors to those of one. */
const mostShortened = 4

/**
 * The change of the gradient from -step to step about x along a direction, `move` writing the gradient at a step; `at` is
 * the one at x, and `along` the derivative along the direction from a gradient. Where the guessed scale is much too large, as on a plateau,
 * a step of a small part of it may lead to where the function is another: the step is shortened until both sides give the
 * same curvature.
 */
function gradientChange(
  move: (step: number, gradient: Float64Array) => void,
  along: (gradient: Float64Array) => number,
  at: Float64Array | null,
  step: number,
  above: Float64Array,
  below: Float64Array,
): number {
  let used = step
  for (let shortened = 0; ; shortened++) {
    move(used, above)
    move(-used, below)
    if (!at || shortened === mostShortened) return used
    const centre = along(at)
    const [right, left] = [(centre - along(above)) / used, (along(below) - centre) / used]
    const larger = Math.max(Math.abs(right), Math.abs(left))
    if (!(larger > flat) || Math.abs(right - left) <= lopsided * larger) return used
    used /= 10
  }
}

/**
 * Minus the Hessian at x, n x n and symmetric, by central differences of the exact gradient with step
 * `relativeStep * scale[j]` in variable j, or a shorter one where that leaves the surroundings of x, which the gradient
 * at x, where it is given, tells; with scale the standard errors and a step of 3e-4 its relative error is about 1e-8. Calls
 * the objective 2 n times.
 */
export function negativeHessian(
  objective: Objective,
  x: Float64Array,
  scale: Float64Array,
  relativeStep = 3e-4,
  gradient: Float64Array | null = null,
): Float64Array {
  const n = x.length
  const hessian = new Float64Array(n * n)
  const at = x.slice()
  const above = new Float64Array(n)
  const below = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    const move = (step: number, out: Float64Array): void => {
      at[j] = x[j] + step * scale[j]
      objective(at, out)
    }
    const step = gradientChange(move, (g) => g[j] * scale[j], gradient, relativeStep, above, below)
    const width = x[j] + step * scale[j] - (x[j] - step * scale[j])
    at[j] = x[j]
    for (let i = 0; i < n; i++) hessian[i * n + j] = (below[i] - above[i]) / width
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (hessian[i * n + j] + hessian[j * n + i])
      hessian[i * n + j] = mean
      hessian[j * n + i] = mean
    }
  }
  return hessian
}

/**
 * Inverse of minus the Hessian at x in the variables `free` (m x m), from differences along the columns of the Cholesky
 * factor L of `guess` (n x n), a guess of it: L' H L is near the identity, so that digits are not lost where the
 * variables are nearly collinear. Null where the guess or the result is not positive definite,
 * or the result is so flat that the guess cannot be trusted. Steps are shortened as in `negativeHessian`. Calls the objective
 * 2 m times.
 */
export function inverseAlong(
  objective: Objective,
  x: Float64Array,
  free: readonly number[],
  guess: Float64Array,
  relativeStep = 3e-4,
  gradient: Float64Array | null = null,
): Float64Array | null {
  const n = x.length
  const m = free.length
  const factor = new Float64Array(m * m)
  for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) factor[a * m + b] = guess[free[a] * n + free[b]]
  if (!cholesky(factor, m)) return null
  const whitened = new Float64Array(m * m)
  const at = x.slice()
  const above = new Float64Array(n)
  const below = new Float64Array(n)
  const move = (k: number, step: number, gradient: Float64Array): void => {
    at.set(x)
    for (let a = k; a < m; a++) at[free[a]] += step * factor[a * m + k]
    objective(at, gradient)
  }
  for (let k = 0; k < m; k++) {
    const along = (g: Float64Array): number => {
      let sum = 0
      for (let a = k; a < m; a++) sum += factor[a * m + k] * g[free[a]]
      return sum
    }
    const step = gradientChange((by, out) => move(k, by, out), along, gradient, relativeStep, above, below)
    for (let l = 0; l < m; l++) {
      let sum = 0
      for (let a = l; a < m; a++) sum += factor[a * m + l] * (below[free[a]] - above[free[a]])
      whitened[l * m + k] = sum / (2 * step)
    }
  }
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < a; b++) {
      const mean = 0.5 * (whitened[a * m + b] + whitened[b * m + a])
      whitened[a * m + b] = mean
      whitened[b * m + a] = mean
    }
  }
  if (!cholesky(whitened, m)) return null
  for (let k = 0; k < m; k++) if (whitened[k * m + k] ** 2 < flat) return null
  const middle = choleskyInverse(whitened, m)
  const half = new Float64Array(m * m)
  const inverse = new Float64Array(m * m)
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < m; b++) for (let k = 0; k <= a; k++) half[a * m + b] += factor[a * m + k] * middle[k * m + b]
  }
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      for (let k = 0; k <= b; k++) inverse[a * m + b] += half[a * m + k] * factor[b * m + k]
      inverse[b * m + a] = inverse[a * m + b]
    }
  }
  return inverse
}
