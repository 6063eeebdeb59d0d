import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import type { Metric } from './metric.js'

/** Where a chain stands: all that its next step depends on, beside the tuning and the stream. */
export interface State {
  readonly x: Float64Array
  /** Of no meaning where the kernel takes no gradient. */
  readonly gradient: Float64Array
  readonly logDensity: number
}

/** Room for a state. */
export interface StateRoom extends State {
  logDensity: number
}

/** What one step reports of itself. */
export interface Info {
  /** Mean Metropolis acceptance probability over the trajectory: what step size adaptation steers. */
  readonly acceptRate: number
  readonly treeDepth: number
  readonly leapfrogs: number
  readonly divergent: boolean
  /** True if the trajectory was cut at the largest depth. */
  readonly cut: boolean
  /** Hamiltonian at the start of the trajectory, momentum included, for the E-BFMI. */
  readonly energy: number
}

/** What adaptation finds, and a step is handed. */
export interface Tuning {
  readonly metric: Metric
  /** NaN where the kernel has none. */
  readonly stepSize: number
}

/**
 * A Markov kernel as a value: a first state, and a step from a state to the next, which is written into the room `to`.
 * A step writes over nothing else but the stream, and remembers nothing: what a chain carries along is in its state.
 */
export interface Kernel {
  readonly init: (x: Float64Array) => State
  readonly step: (from: State, tuning: Tuning, rng: Rng, to: StateRoom) => Info
}

/** A chain on its way. */
export interface Walk {
  /** Where it stands; of use until the step after the next. */
  readonly state: () => State
  readonly step: (tuning: Tuning, rng: Rng) => Info
}

/** A chain of a kernel's steps, which go to and fro between two rooms. */
export function walkFrom(kernel: Kernel, start: State): Walk {
  let here = copyState(start)
  let there = copyState(start)
  return {
    state: () => here,
    step: (tuning, rng) => {
      const info = kernel.step(here, tuning, rng, there)
      ;[here, there] = [there, here]
      return info
    },
  }
}

const copyState = ({ x, gradient, logDensity }: State): StateRoom => ({
  x: x.slice(),
  gradient: gradient.slice(),
  logDensity,
})

export function writeState(to: StateRoom, { x, gradient, logDensity }: State): void {
  to.x.set(x)
  to.gradient.set(gradient)
  to.logDensity = logDensity
}

/** What a step that walks no trajectory reports of itself. */
export const withoutTrajectory = (acceptRate: number): Info => ({
  acceptRate,
  treeDepth: 0,
  leapfrogs: 0,
  divergent: false,
  cut: false,
  energy: Number.NaN,
})

/** The state at x. */
export function stateAt(density: LogDensity, x: Float64Array): State {
  const gradient = new Float64Array(density.dimension)
  const at = x.slice()
  return { x: at, gradient, logDensity: density.evaluate(at, gradient) }
}
