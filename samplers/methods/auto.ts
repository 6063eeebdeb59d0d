import { laplaceRule, nodesOf, type Rule } from '../../src/likelihood/frame/integration-rule.js'
import { mostTransported } from '../place/find-transport.js'
import type { OuterLook } from '../place/outer-look.js'
import { transportAt } from '../place/outer-transport.js'
import type { SampleOptions } from '../run/sample-options.js'

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

/** The cheapest lattice that is tried. */
const widest = { by: 'lattice', step: 0.5 } as const

/** Proposals accepted less often than this are no match of the posterior. */
const leastAcceptance = 0.4

/** The sampler that every model has, and whose trajectories have settings of their own. */
const walks = (reason: string): ChosenSampler => ({ sampler: 'nuts', reason })

/** What is asked of a run beside its model. */
export type Wanted = Pick<SampleOptions, 'priorOnly' | 'targetAccept' | 'maxDepth'>

/** The sampler that suits a model's structure, its integrals and what is asked for: what `auto` stands for. */
export function chooseSampler(look: OuterLook, { priorOnly, targetAccept, maxDepth }: Wanted = {}): ChosenSampler {
  const { likelihood: like, priors } = look
  const { coordinates, factor, rules, dimension } = like
  if (priorOnly) return walks('the prior alone has no likelihood to integrate')
  if (targetAccept !== undefined) return walks('a target acceptance is asked for, which needs a step size')
  if (maxDepth !== undefined) return walks('a largest tree depth is asked for, which needs trajectories that double')
  if (coordinates.effects === 0) return walks('there are no random effects to integrate out')
  if (!factor) return walks('crossed random effects cannot be integrated out by quadrature')
  const columns = coordinates.terms.reduce((sum, { q }) => sum + q, 0)
  if (columns > 1) return walks(`integrating out ${columns} effects a level costs more than walking them`)
  if (dimension > mostTransported) {
    return walks(`${dimension} outer parameters are too many for quadrature at every step`)
  }
  const { effects } = coordinates
  const slower = `${effects} random effects are walked faster than integrated out`
  // Where the cheapest rule there is costs more, the one that is exact need not be looked for.
  const cheapest = rules.supports(widest) === null ? widest : laplaceRule
  if (integrated(cheapest) > walked(effects)) return walks(slower)
  const place = look.exact()
  if (integrated(place.rule) > walked(effects)) return walks(`${slower} with ${nodesOf(place.rule)} nodes each`)
  const { acceptance } = transportAt({ likelihood: like, priors, rows: true }, place, 0)
  if (acceptance < leastAcceptance) {
    const share = Math.round(100 * acceptance)
    return walks(`of independent proposals of the outer parameters ${share} in 100 would be accepted`)
  }
  const reason = `one random effect a level is integrated out: ${dimension} dimensions instead of ${dimension + coordinates.effects}`
  return { sampler: 'independence', reason }
}
