import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { type Kernel, stateAt, withoutTrajectory, writeState } from './kernel.js'

/** Random-walk Metropolis with normal steps of covariance stepSize^2 Sigma (Roberts, Gelman and Gilks 1997). */
export function randomWalk(density: LogDensity): Kernel {
  const d = density.dimension
  const vector = (): Float64Array => new Float64Array(d)
  const [p, move] = [vector(), vector()]
  return {
    init: (start) => stateAt(density, start),
    step: (from, { metric, stepSize }, rng, to) => {
      // A momentum is N(0, Sigma^-1), so that Sigma times it is N(0, Sigma).
      metric.momentum(rng, p)
      metric.apply(p, move)
      for (let j = 0; j < d; j++) to.x[j] = from.x[j] + stepSize * move[j]
      to.logDensity = density.evaluate(to.x, to.gradient)
      const chance = Math.min(1, Math.exp(to.logDensity - from.logDensity))
      const acceptRate = Number.isNaN(chance) ? 0 : chance
      if (!(rng.uniform() < acceptRate)) writeState(to, from)
      return withoutTrajectory(acceptRate)
    },
  }
}
