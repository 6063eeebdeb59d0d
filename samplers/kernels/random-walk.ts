import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { type Kernel, noTrajectory, stateAt } from './kernel.js'

/** Random-walk Metropolis with normal steps of covariance stepSize^2 Sigma (Roberts, Gelman and Gilks 1997). */
export function randomWalk(density: LogDensity): Kernel {
  const d = density.dimension
  const vector = (): Float64Array => new Float64Array(d)
  const [p, move, x, gradient] = [vector(), vector(), vector(), vector()]
  return {
    init: (start) => stateAt(density, start),
    step: (state, metric, stepSize, rng, info) => {
      // A momentum is N(0, Sigma^-1), so that Sigma times it is N(0, Sigma).
      metric.momentum(rng, p)
      metric.apply(p, move)
      for (let j = 0; j < d; j++) x[j] = state.x[j] + stepSize * move[j]
      const logDensity = density.evaluate(x, gradient)
      const chance = Math.min(1, Math.exp(logDensity - state.logDensity))
      info.acceptRate = Number.isNaN(chance) ? 0 : chance
      noTrajectory(info)
      if (!(rng.uniform() < info.acceptRate)) return
      state.x.set(x)
      state.gradient.set(gradient)
      state.logDensity = logDensity
    },
  }
}
