/** Laplace's approximation: the adaptive rule with one node an effect. */
export interface LaplaceRule {
  readonly by: 'laplace'
}

/** Adaptive Gauss-Hermite quadrature. */
export interface AdaptiveRule {
  readonly by: 'adaptive'
  /** Nodes an effect, or of each nested factor, the outermost first. */
  readonly nodes: number | readonly number[]
}

/** The trapezoidal rule over the spherical effect u, on the same points for all levels. */
export interface LatticeRule {
  readonly by: 'lattice'
  /** Distance of the points, in standard deviations of the effect's prior. */
  readonly step: number
}

/** Importance sampling with fixed draws. */
export interface ImportanceRule {
  readonly by: 'importance'
  readonly draws: number
  readonly seed: number
  /** Outer parameters at which the proposal is made to fit. */
  readonly around: Float64Array
}

/** How random effects are integrated out. */
export type Rule = LaplaceRule | AdaptiveRule | LatticeRule | ImportanceRule

/** Laplace's approximation. */
export const laplaceRule: LaplaceRule = { by: 'laplace' }

/** The adaptive rule of so many nodes an effect, or a factor; one node for all is Laplace's approximation. */
export function adaptive(nodes: number | readonly number[]): LaplaceRule | AdaptiveRule {
  if (typeof nodes !== 'number') {
    return nodes.every((one) => one === nodes[0]) ? adaptive(nodes[0]) : { by: 'adaptive', nodes }
  }
  return nodes === 1 ? laplaceRule : { by: 'adaptive', nodes }
}

/** Range of the trapezoidal rule on either side of 0, in standard deviations of the effect's prior: the probability beyond is 1e-12. */
const latticeReach = 7

/** Points of the trapezoidal rule with that step: a multiple of four, as many on both sides of 0. */
export const latticePoints = (step: number): number => 4 * Math.ceil(latticeReach / step / 2)

/** Nodes an effect, of nested factors the largest number of them; points of the trapezoidal rule; draws of importance sampling. */
export function nodesOf(rule: Rule): number {
  if (rule.by === 'laplace') return 1
  if (rule.by === 'importance') return rule.draws
  if (rule.by === 'lattice') return latticePoints(rule.step)
  return typeof rule.nodes === 'number' ? rule.nodes : Math.max(...rule.nodes)
}

/** Why a rule is not taken: the parts of a GlmmError. */
export interface Refusal {
  readonly code: 'MODEL' | 'USAGE'
  readonly message: string
  readonly hint: string
}

/** A rule to compare that of a fit with, for an estimate of its error. */
export interface Comparison {
  readonly rule: LaplaceRule | AdaptiveRule
  /** Nodes of each effect, or of each nested factor from the outermost on. */
  readonly nodes: number | readonly number[]
  /** Finer than the fit's; coarser where the model takes no finer one; mixed where some of several factors take one. */
  readonly than: 'finer' | 'coarser' | 'mixed'
  /** The model takes fewer nodes than would be enough to compare with. */
  readonly short: boolean
}

/** Which rules a model's random effects can be integrated by. */
export interface RuleSet {
  /** Factors that take numbers of nodes of their own, the outermost first; empty where all effects have the same. */
  readonly groups: readonly string[]
  /** The largest number of nodes that all effects can have; 1 where there is Laplace's approximation only. */
  readonly mostNodes: number
  /** Why `marginal` does not take a rule, to be thrown as a GlmmError; null for one that it takes. */
  readonly supports: (rule: Rule) => Refusal | null
  /** What to compare Laplace's approximation or an adaptive rule with; null where there is no other rule. */
  readonly comparison: (rule: Rule) => Comparison | null
}

/** The adaptive rule of so many nodes, or of as many as the model takes. */
export const atMost = (nodes: number, { mostNodes }: RuleSet): LaplaceRule | AdaptiveRule =>
  adaptive(Math.min(nodes, mostNodes))
