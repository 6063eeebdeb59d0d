import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { type Kernel, stateAt } from './kernel.js'

/**
 * Length of a trajectory in units of the metric: a quarter of the period of a standard normal target, where the end says
 * least about the start.
 */
const pathLength = Math.PI / 2
/** The most leapfrog steps of a trajectory: a step size that is far too small must not take for ever. */
const mostSteps = 1024
/** An energy error beyond this marks a divergence, as for the no-U-turn sampler. */
const maxEnergyError = 1000

/**
 * Hamiltonian Monte Carlo with trajectories of one length (Duane et al. 1987; Neal 2011), the length of each drawn
 * evenly from half to one and a half times the nominal one, so that no trajectory closes on itself.
 */
export function hmc(density: LogDensity): Kernel {
  const d = density.dimension
  const vector = (): Float64Array => new Float64Array(d)
  const [p, v, x, gradient, force] = [vector(), vector(), vector(), vector(), vector()]
  return {
    init: (start) => stateAt(density, start),
    step: (state, metric, stepSize, rng, info) => {
      metric.momentum(rng, p)
      metric.apply(p, v)
      x.set(state.x)
      gradient.set(state.gradient)
      metric.apply(gradient, force)
      const energy = kinetic(p, v) - state.logDensity
      const length = pathLength * (0.5 + rng.uniform())
      const steps = Math.min(mostSteps, Math.max(1, Math.round(length / stepSize)))
      let logDensity = state.logDensity
      let taken = 0
      for (; taken < steps && logDensity > Number.NEGATIVE_INFINITY; taken++) {
        for (let j = 0; j < d; j++) {
          p[j] += 0.5 * stepSize * gradient[j]
          v[j] += 0.5 * stepSize * force[j]
          x[j] += stepSize * v[j]
        }
        logDensity = density.evaluate(x, gradient)
        if (logDensity === Number.NEGATIVE_INFINITY) continue
        metric.apply(gradient, force)
        for (let j = 0; j < d; j++) {
          p[j] += 0.5 * stepSize * gradient[j]
          v[j] += 0.5 * stepSize * force[j]
        }
      }
      const error = kinetic(p, v) - logDensity - energy
      const chance = error <= 0 ? 1 : Math.exp(-error)
      info.acceptRate = Number.isNaN(chance) ? 0 : chance
      info.leapfrogs = taken
      info.treeDepth = 0
      info.divergent = !(error <= maxEnergyError)
      info.cut = false
      info.energy = energy
      // The trajectory is walked whatever comes of it, so that the stream stands at the same place.
      if (!(rng.uniform() < info.acceptRate)) return
      state.x.set(x)
      state.gradient.set(gradient)
      state.logDensity = logDensity
    },
  }
}

function kinetic(p: Float64Array, v: Float64Array): number {
  let sum = 0
  for (let j = 0; j < p.length; j++) sum += p[j] * v[j]
  return 0.5 * sum
}
