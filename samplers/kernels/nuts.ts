import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { doubling, type Growth, type GrowthParts } from './doubling.js'
import { type Kernel, stateAt, writeState } from './kernel.js'
import { type Integrator, leapfrog } from './leapfrog.js'
import { phasePoint, startAt } from './phase-point.js'
import { generalisedUTurn, type TurnTest } from './u-turn.js'

/** What a no-U-turn sampler is composed of: how it moves, when it stops, and how its trajectory grows between. */
export interface NutsParts {
  readonly integrator: (density: LogDensity) => Integrator
  readonly turns: TurnTest
  readonly growth: (parts: GrowthParts) => Growth
}

/** Doublings of a trajectory where no other number is asked for, at most. */
export const usualDepth = 10

const usual: NutsParts = { integrator: leapfrog, turns: generalisedUTurn, growth: doubling }

/**
 * The no-U-turn sampler with multinomial weights along the trajectory (Hoffman and Gelman 2014; Betancourt 2017): a new
 * momentum, a trajectory that grows until it turns, a state drawn from it.
 */
export function nuts(density: LogDensity, maxDepth: number = usualDepth, parts: NutsParts = usual): Kernel {
  const { dimension } = density
  const { turns } = parts
  const start = phasePoint(dimension)
  const grow = parts.growth({ dimension, integrator: parts.integrator(density), turns, maxDepth })
  return {
    init: (x) => stateAt(density, x),
    step: (from, tuning, rng, to) => {
      const energy = startAt(start, from, tuning.metric, rng)
      writeState(to, from)
      const { depth, steps, acceptRate, divergent, cut } = grow(start, energy, tuning, rng, to)
      return { acceptRate, treeDepth: depth, leapfrogs: steps, divergent, cut, energy }
    },
  }
}
