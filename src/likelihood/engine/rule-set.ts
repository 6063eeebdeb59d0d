import { flat } from '../../covariance/flat.js'
import type { Stated } from '../frame/stated.js'
import {
  type AdaptiveRule,
  adaptive,
  type Comparison,
  type LaplaceRule,
  nodesOf,
  type Refusal,
  type RuleSet,
} from '../frame/integration-rule.js'
import { mostPointNumbers } from '../sparse/importance-points.js'

/** Largest number of quadrature nodes. */
export const maxNodes = 101

/** What an engine says of its rules. */
export interface RuleFacts {
  /** The most nodes that all effects can have. */
  readonly mostNodes: number
  /** Factors that take numbers of nodes of their own, the outermost first, and whether such numbers can be computed. */
  readonly groups?: readonly string[]
  readonly fits?: (nodes: readonly number[]) => boolean
  /** Whether it takes the trapezoidal rule over u. */
  readonly lattice?: boolean
  /** Whether the integral is a product over a factor's levels, so that rules can be compared by level. */
  readonly factored: boolean
}

/** The rules of a model, from what its engine says of them. */
export function ruleSet(stated: Stated, facts: RuleFacts): RuleSet {
  const { groups = [], mostNodes } = facts
  return {
    groups,
    mostNodes,
    supports: (rule) => {
      if (rule.by === 'laplace') return null
      if (rule.by === 'adaptive') return refusedNodes(stated, facts, rule)
      if (rule.by === 'lattice') return facts.lattice ? null : noLattice(stated)
      return isExact(stated) ? nothingToSample(stated) : tooManyDraws(stated, rule.draws)
    },
    comparison: (rule) =>
      facts.factored && (rule.by === 'laplace' || rule.by === 'adaptive') ? comparison(stated, facts, rule) : null,
  }
}

/** Whether Laplace's approximation of the model's integral is exact. */
export const isExact = ({ model, family, layout }: Stated): boolean =>
  layout.terms.length === 0 || (family.quadratic?.(model.link) ?? false)

function refusedNodes(stated: Stated, { mostNodes, groups = [], fits }: RuleFacts, rule: AdaptiveRule): Refusal | null {
  const { model, layout } = stated
  const { nodes } = rule
  if (layout.terms.some(({ covariance }) => covariance === flat)) {
    return {
      code: 'MODEL',
      message: `expected no nodes with restricted maximum likelihood, whose integral is exact, got ${nodes} nodes`,
      hint: 'leave --nodes out; without --reml, too, the integral of a gaussian model needs none',
    }
  }
  if (layout.terms.length === 0) {
    return {
      code: 'MODEL',
      message: `expected random effects to integrate over with ${nodes} nodes, got none in ${model.formula}`,
      hint: 'leave --nodes out: a model without random effects has no integral to approximate',
    }
  }
  if (typeof nodes === 'number') return nodes > mostNodes ? tooManyNodes(stated, nodes, mostNodes) : null
  if (groups.length === 0) {
    const factors = [...new Set(layout.terms.map(({ term }) => term.group))]
    return {
      code: 'USAGE',
      message: `expected nested factors for ${nodes.length} numbers of nodes, got ${factors.join(', ')}`,
      hint: 'give one number',
    }
  }
  if (groups.length !== nodes.length) {
    return {
      code: 'USAGE',
      message: `expected ${groups.length} numbers of nodes, for ${groups.join(', ')} in this order, got ${nodes.length}: ${nodes.join(',')}`,
      hint: 'or give one number, for all',
    }
  }
  return fits?.(nodes) ? null : tooManyNodes(stated, nodes.join(','), mostNodes)
}

function tooManyNodes({ model }: Stated, nodes: number | string, most: number): Refusal {
  if (most > 1) {
    return {
      code: 'MODEL',
      message: `expected at most ${most} nodes for the effects of ${model.formula}, got ${nodes}`,
      hint: `the points of a rule are a power of its nodes: give --nodes ${most} or fewer`,
    }
  }
  return {
    code: 'MODEL',
    message: `expected random effects of one factor, or of nested ones, for quadrature with ${nodes} nodes, got ${model.formula}`,
    hint: 'give --importance 4000 in its place, or --nodes auto, which goes on to importance sampling by itself',
  }
}

const noLattice = ({ model }: Stated): Refusal => ({
  code: 'MODEL',
  message: `expected one random intercept and 0 or 1 in each row of a binomial(logit) response for a lattice, got ${model.formula}, ${model.family}(${model.link})`,
  hint: 'integrate with nodes',
})

const nothingToSample = ({ model }: Stated): Refusal => ({
  code: 'MODEL',
  message: `expected an integral without closed form for importance sampling, got ${model.formula}, ${model.family}(${model.link})`,
  hint: 'leave --importance out: the fit without it is exact',
})

/** More draws than memory holds. */
function tooManyDraws({ model, layout }: Stated, draws: number): Refusal | null {
  const effects = layout.terms.reduce((sum, { term }) => sum + term.levels.length * term.names.length, 0)
  const most = Math.floor(mostPointNumbers / effects)
  if (draws <= most) return null
  return {
    code: 'MODEL',
    message: `expected at most ${most} draws of the ${effects} random effects of ${model.formula}, got ${draws}`,
    hint: `their points take ${Math.ceil((draws * effects * 8) / 2 ** 20)} MB: give --importance ${most} or fewer`,
  }
}

/** Nodes for each of so many effects up to which few are compared with: the more effects, the fewer, as points are a power of them. */
const enough = (effects: number, nodes: number): number =>
  effects === 1 ? (nodes <= 7 ? 13 : 25) : effects === 2 ? 7 : effects === 3 ? 5 : 4

/** Half as many nodes again for one effect, twice as many points for several. */
const ratio = (effects: number): number => (effects === 1 ? 1.5 : 2 ** (1 / effects))

/**
 * More nodes where there are as many, else fewer. The errors of rules of 25 nodes and more fall so fast in the number of nodes
 * that the difference to one of half as many again is the error of the coarser one, be it this or that: compared with
 * fewer nodes a rule is not reported to be better than it is. Rules that differ by less may share their error.
 */
function compared(nodes: number, most: number, effects: number): number {
  const again = ratio(effects) * nodes
  const wanted = Math.max(enough(effects, nodes), nodes + 1, effects === 1 ? Math.ceil(again) : Math.floor(again))
  if (wanted <= most) return wanted
  return effects > 1 && nodes < most ? most : fewer(nodes, effects)
}

const fewer = (nodes: number, effects: number): number => Math.min(nodes - 1, Math.ceil(nodes / ratio(effects)))

function comparison(
  { model }: Stated,
  { mostNodes, fits }: RuleFacts,
  rule: LaplaceRule | AdaptiveRule,
): Comparison | null {
  const effects = model.predictors.flatMap(({ random }) => random).reduce((sum, { names }) => sum + names.length, 0)
  if (rule.by === 'laplace' || typeof rule.nodes === 'number') {
    const own = nodesOf(rule)
    const nodes = compared(own, mostNodes, effects)
    if (nodes < 1) return null
    return {
      rule: adaptive(nodes),
      nodes,
      than: nodes > own ? 'finer' : 'coarser',
      short: nodes < enough(effects, own),
    }
  }
  const own = rule.nodes
  const finer = own.map((one) => compared(one, maxNodes, effects))
  const nodes = fits?.(finer) ? finer : own.map((one) => Math.max(1, fewer(one, effects)))
  const grown = nodes.filter((one, level) => one > own[level]).length
  const than = grown === nodes.length ? 'finer' : grown === 0 ? 'coarser' : 'mixed'
  return { rule: adaptive(nodes), nodes, than, short: false }
}
