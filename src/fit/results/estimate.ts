import type { Warning } from '../../errors.js'
import type { MarginalDensity } from '../../likelihood/frame/log-density.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Rule } from '../../likelihood/frame/integration-rule.js'
import type { Runaway } from './runaway.js'

/** Maximum likelihood estimates of the outer parameters by one rule. */
export interface Estimate {
  /** How the random effects were integrated out. */
  readonly rule: Rule
  /** Its nodes an effect, of nested factors the largest number; draws, where it is sampled. */
  readonly nodes: number
  /** (beta, theta), standard deviations not negative. */
  readonly parameters: Float64Array
  readonly logLik: number
  /** Inverse of the observed information over all outer parameters, or null where it is not positive definite. */
  readonly covariance: Float64Array | null
  /** Standard errors; NaN where they do not exist. */
  readonly se: Float64Array
  /**
   * sqrt(g'Vg) with the gradient g and the covariance V: the distance from the top in standard errors, before the last
   * step; without V the largest element of g, each times about its standard error.
   */
  readonly gradientNorm: number
  readonly converged: boolean
  readonly reason: string
  /** The covariance matrix of some random effects is estimated as singular. */
  readonly singular: boolean
  /** The outer parameters that are at their end because of it: roots of variances at zero, correlations of 1 or -1. */
  readonly zeroed: readonly number[]
  /** The constants of further predictors that have run to where the family becomes a simpler one. */
  readonly limits: readonly number[]
  /** Parameters without a finite maximum; empty where there are none. All others are those of the limit. */
  readonly runs: readonly Runaway[]
  /** The warnings about them. */
  readonly reported: readonly Warning[]
  /** Whether a standard deviation is among them: no other number of nodes would then be better. */
  readonly unbounded: boolean
  readonly iterations: number
  readonly evaluations: number
  /** The density that was climbed last, its searches of modes started from those near the top; null where it has gone. */
  readonly near: { readonly of: Likelihood; readonly density: MarginalDensity } | null
}

/** The density of the estimate's rule, its searches of modes started where the climb left them if it was this likelihood's. */
export const densityOf = (likelihood: Likelihood, { near, rule }: Pick<Estimate, 'near' | 'rule'>): MarginalDensity =>
  near?.of === likelihood ? near.density : likelihood.marginal(rule)
