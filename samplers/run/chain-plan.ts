import type { Model } from '../../src/data/model.js'
import type { ChainSpace } from '../../src/draws/chain-space.js'
import type { Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { MapTerms } from '../place/triangular-map.js'

/** What all chains of a run share, as plain data: the same plan and the same chain number give the same draws. */
export interface ChainPlan {
  readonly model: Model
  readonly priors: readonly string[]
  /** Name in the sampler registry. */
  readonly sampler: string
  readonly seed: number
  readonly warmup: number
  readonly draws: number
  /** Null where the sampler has no step size. */
  readonly targetAccept: number | null
  /** Null where its trajectories do not double. */
  readonly maxDepth: number | null
  /** True where the prior alone is sampled, the response left out. */
  readonly priorOnly: boolean
  /** How the sampler integrates effects out; 1 node where it does not. */
  readonly rule: Rule
  /** Where it proposes from a transported normal distribution, the terms of the transport map in whitened coordinates; else null. */
  readonly mapTerms: MapTerms | null
  /** False where the integral over the random effects has not converged and the model takes no more nodes. */
  readonly converged: boolean
  /** How far each random effect is centred; see effectsMap. */
  readonly centring: Float64Array
  /** Centre of the starting points. */
  readonly center: Float64Array
  /** Cholesky factor of the precision they are scattered with, and chains are whitened by; see precisionFactor. */
  readonly factor: Float64Array
}

export interface ChainJob {
  /** From 1. */
  readonly chain: number
  /** Where its draws go. */
  readonly space: ChainSpace
  /** Where it goes on, draws before that being in their space; null for a chain that starts and warms up. */
  readonly from: ChainPoint | null
}

/** All there is of a chain after one of its draws, as plain data: from here it goes on as if it had never stopped. */
export interface ChainPoint {
  /** Draws made. */
  readonly draws: number
  /** The coordinates the kernel walks, the gradient and the log density there. */
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly logDensity: number
  /** States of the streams of the chain and of its effects. */
  readonly stream: Uint32Array
  readonly effects: Uint32Array
  readonly stepSize: number
  readonly metric: {
    readonly variance: Float64Array
    readonly stretch: Float64Array
    readonly directions: Float64Array
  }
}

/** Counters of progress a chain writes. */
export const progressCounters = { iterations: 0, divergences: 1 } as const
