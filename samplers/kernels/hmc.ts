import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { type Kernel, stateAt, writeState } from './kernel.js'
import { leapfrog, mostEnergyError } from './leapfrog.js'
import { phasePoint, startAt } from './phase-point.js'

/**
 * Length of a trajectory in units of the metric: a quarter of the period of a standard normal target, where the end says
 * least about the start.
 */
const pathLength = Math.PI / 2
/** The most leapfrog steps of a trajectory: a step size that is far too small must not take for ever. */
const mostSteps = 1024

/**
 * Hamiltonian Monte Carlo with trajectories of one length (Duane et al. 1987; Neal 2011), the length of each drawn
 * evenly from half to one and a half times the nominal one, so that no trajectory closes on itself.
 */
export function hmc(density: LogDensity): Kernel {
  const at = phasePoint(density.dimension)
  const integrator = leapfrog(density)
  return {
    init: (start) => stateAt(density, start),
    step: (from, { metric, stepSize }, rng, to) => {
      const energy = startAt(at, from, metric, rng)
      const length = pathLength * (0.5 + rng.uniform())
      const steps = Math.min(mostSteps, Math.max(1, Math.round(length / stepSize)))
      let end = energy
      let taken = 0
      for (; taken < steps && end < Number.POSITIVE_INFINITY; taken++) end = integrator(at, stepSize, metric)
      const error = end - energy
      const chance = error <= 0 ? 1 : Math.exp(-error)
      const acceptRate = Number.isNaN(chance) ? 0 : chance
      // The trajectory is walked whatever comes of it, so that the stream stands at the same place.
      writeState(to, rng.uniform() < acceptRate ? at : from)
      const divergent = !(error <= mostEnergyError)
      return { acceptRate, treeDepth: 0, leapfrogs: taken, divergent, cut: false, energy }
    },
  }
}
