import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Metric } from './metric.js'
import type { PhasePoint } from './phase-point.js'

/**
 * Moves a point of phase space one step along the Hamiltonian flow, backward in time where the step is negative; returns the
 * energy it leads to, infinite out of support. It must preserve volume, and a step back must undo a step: the exactness of
 * a sampler rests on these two alone.
 */
export type Integrator = (at: PhasePoint, step: number, metric: Metric) => number

/** An energy error beyond this marks a divergence. */
export const mostEnergyError = 1000

/** The leapfrog or velocity Verlet integrator: one gradient a step, errors of the order of the square of its size. */
export function leapfrog(density: LogDensity): Integrator {
  const d = density.dimension
  return (at, step, metric) => {
    const half = 0.5 * step
    const { x, p, v, gradient, force } = at
    for (let j = 0; j < d; j++) {
      p[j] += half * gradient[j]
      v[j] += half * force[j]
      x[j] += step * v[j]
    }
    at.logDensity = density.evaluate(x, gradient)
    if (at.logDensity === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY
    metric.apply(gradient, force)
    let twice = 0
    for (let j = 0; j < d; j++) {
      p[j] += half * gradient[j]
      v[j] += half * force[j]
      twice += p[j] * v[j]
    }
    return 0.5 * twice - at.logDensity
  }
}
