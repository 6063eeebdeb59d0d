/** A function of n variables with its gradient; -Infinity where it is not defined. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number

export interface Maximum {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
  /** Approximation of the inverse of minus the Hessian, n x n. */
  readonly inverseHessian: Float64Array
  readonly iterations: number
  readonly evaluations: number
  /** True if the Newton decrement fell below the tolerance. */
  readonly converged: boolean
}

export interface MaximiseOptions {
  /** Stop once sqrt(g' B g), the distance from the maximum in units of its standard error, is below this. */
  readonly tolerance: number
  readonly maxIterations: number
  /** Give up after so many evaluations; no bound where left out. */
  readonly maxEvaluations?: number | undefined
  /** The most each variable may move in one iteration; no bound where left out. */
  readonly stepBound?: Float64Array | undefined
  /** Called with every point that the climb goes on from, the one evaluated last. */
  readonly accepted?: ((x: Float64Array) => void) | null | undefined
}

const armijo = 1e-4
const wolfe = 0.9

/**
 * Relative size of what a value may owe to where the search of its conditional modes began: a mode is found to 1e-10
 * conditional standard deviations an effect, and log |H| is linear in what is left.
 */
const noise = 1e-11

/**
 * Climbs to a maximum by BFGS (Nocedal and Wright 2006, ch. 6) from `start`, with `scale` (n x n, positive
 * definite) as the first guess B of the inverse of minus the Hessian: a guess that carries the units of the
 * variables makes the path the same under any rescaling of them.
 */
export function maximise(
  objective: Objective,
  start: Float64Array,
  scale: Float64Array,
  { tolerance, maxIterations, maxEvaluations = Number.POSITIVE_INFINITY, stepBound, accepted: tell }: MaximiseOptions,
): Maximum {
  const n = start.length
  const b = scale.slice()
  let x = start.slice()
  let g = new Float64Array(n)
  let value = objective(x, g)
  let evaluations = 1
  let iterations = 0
  let converged = false
  let nextX = new Float64Array(n)
  let nextG = new Float64Array(n)
  const direction = new Float64Array(n)
  const by = new Float64Array(n)
  let restarted = false

  while (value > Number.NEGATIVE_INFINITY && iterations < maxIterations && evaluations < maxEvaluations) {
    multiply(b, g, direction)
    const slope = dot(g, direction)
    if (!(slope > tolerance * tolerance)) {
      converged = slope >= 0
      break
    }
    iterations++

    // Line search: backtrack until the rise is a fair part of what the slope promises, stretch while it stays steep.
    let low = 0
    let high = Number.POSITIVE_INFINITY
    let longest = 1e6
    if (stepBound) for (let j = 0; j < n; j++) longest = Math.min(longest, stepBound[j] / Math.abs(direction[j]))
    let step = Math.min(1, longest)
    let accepted = false
    let nextValue = value
    for (let trial = 0; trial < 40; trial++) {
      for (let j = 0; j < n; j++) nextX[j] = x[j] + step * direction[j]
      nextValue = objective(nextX, nextG)
      evaluations++
      const nextSlope = dot(nextG, direction)
      // So close to the top that the rise is lost in rounding, the slope alone decides (Hager and Zhang 2005).
      const flat = nextValue >= value - noise * (1 + Math.abs(value)) && Math.abs(nextSlope) <= wolfe * slope
      const rises = nextValue >= value + armijo * step * slope || flat
      if (!rises && accepted) {
        // Stretched too far: back to the last step that was good.
        for (let j = 0; j < n; j++) nextX[j] = x[j] + low * direction[j]
        nextValue = objective(nextX, nextG)
        evaluations++
        break
      }
      if (!rises) {
        high = step
        step =
          nextValue > Number.NEGATIVE_INFINITY
            ? interpolated(low, high, step, value, slope, nextValue)
            : low + (high - low) / 8
      } else if (nextSlope > wolfe * slope && step < longest) {
        accepted = true
        low = step
        step = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : Math.min(3 * step, longest)
        if (trial > 12) break
        continue
      } else {
        accepted = true
        break
      }
      if (high - low < 1e-12 * high) break
    }
    if (!accepted || !(nextValue > Number.NEGATIVE_INFINITY)) {
      // The matrix may have gone stale: once, try again with the first guess.
      if (restarted) break
      restarted = true
      b.set(scale)
      continue
    }

    let sy = 0
    for (let j = 0; j < n; j++) {
      direction[j] = nextX[j] - x[j]
      g[j] -= nextG[j] // y, the change of minus the gradient
      sy += direction[j] * g[j]
    }
    if (sy > 0) update(b, direction, g, sy, by)
    ;[x, nextX] = [nextX, x]
    ;[g, nextG] = [nextG, g]
    value = nextValue
    tell?.(x)
  }
  return { x, value, gradient: g, inverseHessian: b, iterations, evaluations, converged }
}

/** Minimiser of the parabola through the start's value and slope and the trial's value, kept well inside (low, high). */
function interpolated(low: number, high: number, step: number, value: number, slope: number, trial: number): number {
  const best = (slope * step * step) / (2 * (slope * step + value - trial))
  const width = high - low
  return Math.min(Math.max(best, low + 0.1 * width), low + 0.5 * width)
}

/** BFGS update of the inverse matrix b for step s and gradient change y with s'y > 0. */
function update(b: Float64Array, s: Float64Array, y: Float64Array, sy: number, by: Float64Array): void {
  const n = s.length
  multiply(b, y, by)
  const factor = (1 + dot(y, by) / sy) / sy
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) b[i * n + j] += factor * s[i] * s[j] - (by[i] * s[j] + s[i] * by[j]) / sy
  }
}

function multiply(matrix: Float64Array, vector: Float64Array, out: Float64Array): void {
  const n = vector.length
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * vector[j]
    out[i] = sum
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j]
  return sum
}
