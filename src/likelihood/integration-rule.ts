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

/** The trapezoidal rule on one lattice of the spherical effect for all levels. */
export interface LatticeRule {
  readonly by: 'lattice'
  /** Distance of the lattice's places, in standard deviations of the effect's prior. */
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
export const adaptive = (nodes: number | readonly number[]): LaplaceRule | AdaptiveRule =>
  (typeof nodes === 'number' ? nodes === 1 : nodes.every((one) => one === 1)) ? laplaceRule : { by: 'adaptive', nodes }

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
  /** Null for a rule that `marginal` takes. */
  readonly supports: (rule: Rule) => Refusal | null
  /** What to hold an adaptive rule against; null where there is no other. */
  readonly comparison: (rule: LaplaceRule | AdaptiveRule) => Comparison | null
}
