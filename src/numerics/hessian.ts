import type { Objective } from './maximise.js'

/**
 * Minus the Hessian at x, n x n and symmetric, by central differences of the exact gradient with step
 * `relativeStep * scale[j]` in variable j; with scale the standard errors and a step of 3e-4 its relative error is
 * about 1e-8. Calls the objective 2 n times.
 */
export function negativeHessian(
  objective: Objective,
  x: Float64Array,
  scale: Float64Array,
  relativeStep = 3e-4,
): Float64Array {
  const n = x.length
  const hessian = new Float64Array(n * n)
  const at = x.slice()
  const above = new Float64Array(n)
  const below = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    const step = relativeStep * scale[j]
    at[j] = x[j] + step
    objective(at, above)
    const upper = at[j]
    at[j] = x[j] - step
    objective(at, below)
    const width = upper - at[j]
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
