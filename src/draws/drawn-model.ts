import type { Model } from '../data/model.js'
import { GlmmError } from '../errors.js'
import { chainCount, type Draws } from './draws.js'

/** A model with draws of its parameters and random effects. */
export interface DrawnModel {
  readonly model: Model
  /** Of the parameters as they are reported, then of the random effects. */
  readonly draws: Draws
  /** True where the draws are of the prior: the response has had no part in them. */
  readonly priorOnly: boolean
}

/** What `sample` and `samplePosterior` return holds its draws as `sample`. */
export interface Sampled {
  readonly sample: DrawnModel
}

/** The draws of a posterior; a USAGE error where it was found without any, as by the sampler quadrature. */
export function drawnModel<Drawn extends DrawnModel>({ sample }: { readonly sample: Drawn | null }): Drawn {
  if (sample && sample.draws.ndraws * chainCount(sample.draws) > 0) return sample
  const hint = 'use a sampler that draws, such as marginal'
  throw new GlmmError('USAGE', 'expected a posterior with draws, got one without', hint)
}
