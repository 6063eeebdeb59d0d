import type { Model } from '../../src/data/model.js'
import { type PriorsInForce, priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { exactPlace, marginalMode, type OuterMode, type OuterPlace } from './outer-mode.js'

/**
 * What is looked up of a posterior before it is sampled: each mode once, when it is first asked for, so that the choice of a
 * sampler and the plan of its chains share them.
 */
export interface OuterLook {
  readonly likelihood: Likelihood
  readonly priors: PriorsInForce
  /** The mode of the outer coordinates by Laplace's approximation. */
  readonly laplace: () => OuterMode
  /** The mode with the cheapest rule that is exact for the purposes of a sampler. */
  readonly exact: () => OuterPlace
}

export function outerLook(model: Model, statements: readonly string[]): OuterLook {
  const like = likelihood(model)
  const priors = priorsInForce(like.stated, statements)
  const laplace = once(() => marginalMode(like, priors))
  return { likelihood: like, priors, laplace, exact: once(() => exactPlace(like, priors, laplace())) }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
