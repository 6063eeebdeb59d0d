import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import type { State } from '../kernels/kernel.js'
import { leapfrog } from '../kernels/leapfrog.js'
import type { Metric } from '../kernels/metric.js'
import { phasePoint, startAt } from '../kernels/phase-point.js'

/** Doubles or halves `from` until one leapfrog step's acceptance probability crosses 0.8. */
export function reasonableStepSize(density: LogDensity, state: State, metric: Metric, from: number, rng: Rng): number {
  const at = phasePoint(density.dimension)
  const integrator = leapfrog(density)
  /** Log acceptance probability of a step of that size from a fresh momentum. */
  const attempt = (step: number): number => {
    const energy = startAt(at, state, metric, rng)
    const change = energy - integrator(at, step, metric)
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
