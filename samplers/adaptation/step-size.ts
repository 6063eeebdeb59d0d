import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import type { State } from '../kernels/kernel.js'
import type { Metric } from '../kernels/metric.js'

/** Doubles or halves `from` until one leapfrog step's acceptance probability crosses 0.8. */
export function reasonableStepSize(density: LogDensity, state: State, metric: Metric, from: number, rng: Rng): number {
  const d = density.dimension
  const p = new Float64Array(d)
  const v = new Float64Array(d)
  const x = new Float64Array(d)
  const gradient = new Float64Array(d)
  /** Log acceptance probability of a step of that size from a fresh momentum. */
  const attempt = (step: number): number => {
    metric.momentum(rng, p)
    metric.apply(p, v)
    const energy = kinetic(p, v) - state.logDensity
    for (let j = 0; j < d; j++) p[j] += 0.5 * step * state.gradient[j]
    metric.apply(p, v)
    for (let j = 0; j < d; j++) x[j] = state.x[j] + step * v[j]
    const logDensity = density.evaluate(x, gradient)
    if (logDensity === Number.NEGATIVE_INFINITY) return logDensity
    for (let j = 0; j < d; j++) p[j] += 0.5 * step * gradient[j]
    metric.apply(p, v)
    const change = energy - (kinetic(p, v) - logDensity)
    return Number.isNaN(change) ? Number.NEGATIVE_INFINITY : change
  }
  const threshold = Math.log(0.8)
  let step = from
  const grows = attempt(step) > threshold
  for (let i = 0; i < 60; i++) {
    const next = grows ? step * 2 : step / 2
    const passes = attempt(next) > threshold
    if (grows && !passes) return step
    step = next
    if (!grows && passes) return step
  }
  return step
}

function kinetic(p: Float64Array, v: Float64Array): number {
  let sum = 0
  for (let j = 0; j < p.length; j++) sum += p[j] * v[j]
  return 0.5 * sum
}
