import type { Model } from '../src/data/model.js'
import { likelihood } from '../src/likelihood/likelihood.js'

/** A sampler, and why it was chosen. */
export interface ChosenSampler {
  readonly sampler: string
  readonly reason: string
}

/** Beyond so many outer parameters the walk over them alone no longer repays its quadrature. */
const mostWalked = 30

/** The sampler that suits a model's structure: what `auto` stands for. */
export function chooseSampler(model: Model): ChosenSampler {
  const { coordinates, factored, dimension } = likelihood(model)
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
  const reason = `one random effect a level is integrated out: ${dimension} dimensions instead of ${dimension + coordinates.effects}`
  return { sampler: 'marginal', reason }
}
