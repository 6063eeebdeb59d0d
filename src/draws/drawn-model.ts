import type { Model } from '../data/model.js'
import { GlmmError } from '../errors.js'
import { chainCount, type Draws } from './draws.js'

/** A model with draws of its parameters and random effects. */
export interface DrawnModel {
  readonly model: Model
  readonly draws: Draws
  /** True where the draws are of the prior: the response has had no part in them. */
  readonly priorOnly: boolean
}

/** What `sample` and `samplePosterior` return holds its draws as `sample`. */
export interface Sampled {
  readonly sample: DrawnModel
}

/** Refuses a posterior without draws, such as that of the sampler quadrature. */
export function requireDraws(draws: Draws): void {
  if (draws.ndraws * chainCount(draws) > 0) return
  throw new GlmmError(
    'USAGE',
    'expected a posterior with draws, got one without',
    'use a sampler that draws, such as marginal',
  )
}
