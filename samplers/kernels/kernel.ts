import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import type { Metric } from './metric.js'

/** Where a chain stands. A step replaces its contents. */
export interface State {
  readonly x: Float64Array
  /** Zeros where the kernel takes no gradient. */
  readonly gradient: Float64Array
  logDensity: number
}

/** What one step tells of itself. */
export interface Info {
  /** Mean Metropolis acceptance probability over the trajectory: what step size adaptation steers. */
  acceptRate: number
  treeDepth: number
  leapfrogs: number
  divergent: boolean
  /** True if the trajectory was cut at the largest depth. */
  cut: boolean
  /** Hamiltonian at the start of the trajectory, momentum included, for the E-BFMI. */
  energy: number
}

/** A Markov kernel as a value: a first state, and a step. Tuning (metric, step size) is handed in. */
export interface Kernel {
  readonly init: (x: Float64Array) => State
  /** Moves `state` on and fills `info`. */
  readonly step: (state: State, metric: Metric, stepSize: number, rng: Rng, info: Info) => void
}

export const emptyInfo = (): Info => ({
  acceptRate: 0,
  treeDepth: 0,
  leapfrogs: 0,
  divergent: false,
  cut: false,
  energy: 0,
})

/** Fills in what a step that walks no trajectory has to tell of one. */
export function noTrajectory(info: Info): void {
  info.leapfrogs = 0
  info.treeDepth = 0
  info.divergent = false
  info.cut = false
  info.energy = Number.NaN
}

/** The state at x. */
export function stateAt(density: LogDensity, x: Float64Array): State {
  const gradient = new Float64Array(density.dimension)
  const at = x.slice()
  return { x: at, gradient, logDensity: density.evaluate(at, gradient) }
}
