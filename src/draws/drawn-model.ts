import type { Model } from '../data/model.js'
import type { Draws } from './draws.js'

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
