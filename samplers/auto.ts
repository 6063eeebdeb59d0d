import type { Model } from '../src/data/model.js'
import { likelihood } from '../src/likelihood/likelihood.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { exactMode, marginalMode } from './plan-chains.js'

/** A sampler, and why it was chosen. */
export interface ChosenSampler {
  readonly sampler: string
  readonly reason: string
}

/** Beyond so many outer parameters the walk over them alone no longer repays its quadrature. */
const mostWalked = 30

/**
 * A trajectory over d effects has about 3.5 d^(1/4) steps (the power: Beskos et al. 2013; the factor: measured on data with
 * 18 to 350 effects), one over the outer parameters five or six, each with a pass of about 0.4 of a plain one a node. So
 * quadrature repays up to this many nodes.
 */
const repaidNodes = (effects: number): number => 1.5 * effects ** 0.25

/** The sampler that suits a model's structure and its integrals: what `auto` stands for. */
export function chooseSampler(model: Model, statements: readonly string[] = []): ChosenSampler {
  const like = likelihood(model)
  const { coordinates, factored, dimension } = like
  if (coordinates.effects === 0) return { sampler: 'nuts', reason: 'there are no random effects to integrate out' }
  if (!factored) {
    return { sampler: 'nuts', reason: 'crossed random effects cannot be integrated out by quadrature' }
  }
  const columns = coordinates.terms.reduce((sum, { q }) => sum + q, 0)
  if (columns > 1) {
    return { sampler: 'nuts', reason: `integrating out ${columns} effects a level costs more than walking them` }
  }
  if (dimension > mostWalked) {
    return { sampler: 'nuts', reason: `${dimension} outer parameters are too many for quadrature at every step` }
  }
  const priors = priorsInForce(model, statements)
  const { nodes } = exactMode(like, priors, marginalMode(like, priors))
  if (nodes > repaidNodes(coordinates.effects)) {
    const reason = `${coordinates.effects} random effects are walked faster than integrated out with ${nodes} nodes each`
    return { sampler: 'nuts', reason }
  }
  const reason = `one random effect a level is integrated out: ${dimension} dimensions instead of ${dimension + coordinates.effects}`
  return { sampler: 'marginal', reason }
}
