import type { Rng } from '../../src/random/stream.js'
import type { State } from './kernel.js'
import type { Metric } from './metric.js'

/** A point of phase space: position, momentum, velocity Sigma p, gradient, and Sigma gradient. Integrators move it in place. */
export interface PhasePoint {
  readonly x: Float64Array
  readonly p: Float64Array
  readonly v: Float64Array
  readonly gradient: Float64Array
  readonly force: Float64Array
  logDensity: number
}

export function phasePoint(d: number): PhasePoint {
  const vector = (): Float64Array => new Float64Array(d)
  return { x: vector(), p: vector(), v: vector(), gradient: vector(), force: vector(), logDensity: 0 }
}

/** Puts a point at a state with a new momentum; returns the energy there. */
export function startAt(at: PhasePoint, { x, gradient, logDensity }: State, metric: Metric, rng: Rng): number {
  at.x.set(x)
  at.gradient.set(gradient)
  at.logDensity = logDensity
  metric.momentum(rng, at.p)
  metric.apply(at.p, at.v)
  metric.apply(at.gradient, at.force)
  let twice = 0
  for (let j = 0; j < at.p.length; j++) twice += at.p[j] * at.v[j]
  return 0.5 * twice - logDensity
}

export function copyPoint(into: PhasePoint, from: PhasePoint): void {
  into.x.set(from.x)
  into.p.set(from.p)
  into.v.set(from.v)
  into.gradient.set(from.gradient)
  into.force.set(from.force)
  into.logDensity = from.logDensity
}
