import type { Model } from '../src/data/model.js'

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
  readonly maxDepth: number
  /** True where the prior alone is sampled, the response left out. */
  readonly priorOnly: boolean
  /** Quadrature nodes a random effect, where the sampler integrates effects out; 1 elsewhere. */
  readonly nodes: number
  /** False where more nodes would still change what the sampler walks, and cannot be had. */
  readonly settled: boolean
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
}

/** Counters of progress a chain writes. */
export const progressCounters = { iterations: 0, divergences: 1 } as const
