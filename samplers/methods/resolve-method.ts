import type { Model } from '../../src/data/model.js'
import { type OuterLook, outerLook } from '../place/outer-look.js'
import type { SampleOptions } from '../run/sample-options.js'
import { chooseSampler } from './auto.js'
import type { PosteriorMethod } from './method.js'
import { autoName, methodNamed } from './registry.js'

/** The method of a run, and why. */
export interface ResolvedMethod {
  readonly method: PosteriorMethod
  /** Why `auto` chose it; null where it was named. */
  readonly reason: string | null
  readonly look: OuterLook
}

/** The method that is named, or the one that `auto` chooses for the model. */
export function resolveMethod(options: SampleOptions, model: Model): ResolvedMethod {
  const look = outerLook(model, options.priors ?? [])
  const { sampler = autoName } = options
  if (sampler !== autoName) return { method: methodNamed(sampler), reason: null, look }
  const chosen = chooseSampler(look, options)
  return { method: methodNamed(chosen.sampler), reason: chosen.reason, look }
}
