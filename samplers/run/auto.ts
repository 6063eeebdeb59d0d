import type { Model } from '../../src/data/model.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { mostTransported } from '../place/find-transport.js'
import { exactPlace, marginalMode } from '../place/outer-mode.js'
import { transportAt } from '../place/outer-transport.js'
import { nodesOf, type Rule } from '../../src/likelihood/frame/integration-rule.js'

/** A sampler, and why it was chosen. */
export interface ChosenSampler {
  readonly sampler: string
  readonly reason: string
}

/**
 * What an effective draw costs, in passes over the rows: of a trajectory over so many effects (a power of 1/4: Beskos et
 * al. 2013), and of an independent proposal with its integral and effects drawn. Measured on data with 18 to 350 effects.
 */
const walked = (effects: number): number => 4 * effects ** 0.25
const integrated = (rule: Rule): number => (rule.by === 'lattice' ? 5 + 0.06 * nodesOf(rule) : 12 + 0.4 * nodesOf(rule))

/** Proposals accepted less often than this are no match of the posterior. */
const leastAcceptance = 0.4

/** The sampler that suits a model's structure and its integrals: what `auto` stands for. */
export function chooseSampler(model: Model, statements: readonly string[] = []): ChosenSampler {
  const like = likelihood(model)
  const { coordinates, factor, dimension } = like
  if (coordinates.effects === 0) return { sampler: 'nuts', reason: 'there are no random effects to integrate out' }
  if (!factor) {
    return { sampler: 'nuts', reason: 'crossed random effects cannot be integrated out by quadrature' }
  }
  const columns = coordinates.terms.reduce((sum, { q }) => sum + q, 0)
  if (columns > 1) {
    return { sampler: 'nuts', reason: `integrating out ${columns} effects a level costs more than walking them` }
  }
  if (dimension > mostTransported) {
    return { sampler: 'nuts', reason: `${dimension} outer parameters are too many for quadrature at every step` }
  }
  const priors = priorsInForce(like.stated, statements)
  const place = exactPlace(like, priors, marginalMode(like, priors))
  const nodes = nodesOf(place.rule)
  if (integrated(place.rule) > walked(coordinates.effects)) {
    const reason = `${coordinates.effects} random effects are walked faster than integrated out with ${nodes} nodes each`
    return { sampler: 'nuts', reason }
  }
  const { acceptance } = transportAt({ likelihood: like, priors, rows: true }, place, 0)
  if (acceptance < leastAcceptance) {
    const reason = `of independent proposals of the outer parameters ${Math.round(100 * acceptance)} in 100 would be accepted`
    return { sampler: 'nuts', reason }
  }
  const reason = `one random effect a level is integrated out: ${dimension} dimensions instead of ${dimension + coordinates.effects}`
  return { sampler: 'independence', reason }
}
