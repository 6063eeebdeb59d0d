import { type Likelihood, maxNodes } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'

/** A rule to compare that of a fit with. */
export interface ComparisonRule {
  /** Nodes of each effect, or of each nested factor from the outermost on. */
  readonly nodes: number | readonly number[]
  /** Finer than the fit's; coarser where the model takes no finer one; mixed where some of several factors take one. */
  readonly rule: 'finer' | 'coarser' | 'mixed'
  readonly factored: NonNullable<Likelihood['factored']>
  /** The model takes fewer nodes than would be enough to compare with. */
  readonly short: boolean
}

/** Nodes for each of so many effects up to which few are compared with: the more effects, the fewer, as points are a power of them. */
const enough = (effects: number, nodes: number): number =>
  effects === 1 ? (nodes <= 7 ? 13 : 25) : effects === 2 ? 7 : effects === 3 ? 5 : 4

/** Half as many nodes again for one effect, twice as many points for several. */
const ratio = (effects: number): number => (effects === 1 ? 1.5 : 2 ** (1 / effects))

/**
 * More nodes where there are as many, else fewer. The errors of rules of 25 nodes and more fall so fast in the number of nodes
 * that the difference to one of half as many again is the error of the coarser one, be it this or that: compared with
 * fewer nodes a rule is not told better than it is. Rules that differ by less may share their error.
 */
function compared(nodes: number, most: number, effects: number): number {
  const again = ratio(effects) * nodes
  const wanted = Math.max(enough(effects, nodes), nodes + 1, effects === 1 ? Math.ceil(again) : Math.floor(again))
  if (wanted <= most) return wanted
  return effects > 1 && nodes < most ? most : fewer(nodes, effects)
}

const fewer = (nodes: number, effects: number): number => Math.min(nodes - 1, Math.ceil(nodes / ratio(effects)))

/** The rule to compare the fit's with; null where the fit's has one node and there is none but that. */
export function comparisonRule(likelihood: Likelihood, fitted: Estimate): ComparisonRule | null {
  const { model, factored, mostNodes, perLevel } = likelihood
  const effects = model.predictors.flatMap(({ random }) => random).reduce((sum, { names }) => sum + names.length, 0)
  if (!factored) return null
  if (!perLevel?.nodes) {
    const nodes = compared(fitted.nodes, mostNodes, effects)
    if (nodes < 1) return null
    const short = nodes < enough(effects, fitted.nodes)
    return { nodes, rule: nodes > fitted.nodes ? 'finer' : 'coarser', factored, short }
  }
  const own = perLevel.nodes
  const finer = own.map((one) => compared(one, maxNodes, effects))
  const nodes = perLevel.fits(finer) ? finer : own.map((one) => Math.max(1, fewer(one, effects)))
  const grown = nodes.filter((one, level) => one > own[level]).length
  const rule = grown === nodes.length ? 'finer' : grown === 0 ? 'coarser' : 'mixed'
  return { nodes, rule, factored: perLevel.at(nodes).factored!, short: false }
}
