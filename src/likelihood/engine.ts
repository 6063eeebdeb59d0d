import type { RandomTerm } from '../data/model.js'
import type { ConditionalEffects } from './frame/conditional-effects.js'
import type { MarginalDensity } from './frame/log-density.js'
import type { Stated } from './frame/stated.js'
import type { Rule, RuleSet } from './integration-rule.js'
import type { NormalMarginal } from './normal/normal-marginal.js'

/**
 * A way to integrate out the random effects of some models. A new one is a folder with one of these, and a line in
 * `engines.ts` before those that would suit its models, too.
 */
export interface Engine {
  readonly name: string
  /** Whether it takes the model, from its structure alone: no arithmetic on the rows. */
  readonly suits: (stated: Stated) => boolean
  /** Work space for one thread. */
  readonly bind: (stated: Stated) => Bound
}

/**
 * What an engine makes of a model; a Likelihood is this with what is the same for every engine (coordinates, the joint density,
 * importance sampling). `x` are outer parameters, as ParameterLayout numbers them. The same x gives the same bits, whatever was
 * evaluated before: only `density.near(x)`, a value of its own, starts a search elsewhere.
 */
export interface Bound {
  /** Rules but importance sampling, which needs no engine. */
  readonly rules: RuleSet
  /** The term of the only factor, or of the outermost, over whose levels the integral is a product; null where it is none. */
  readonly factor: RandomTerm | null
  /**
   * The density by a rule that `rules.supports`. `marginalDensity` completes one that can be evaluated and no more. An engine that
   * has closed forms of its own overrides `top` (profiling out fixed effects and a residual, say) and `negativeHessian`: the
   * fitter climbs by `density.top`, and asks nothing else of how that is done. `top` returns the maximum over all
   * outer parameters, its gradient and inverse Hessian complete.
   */
  readonly marginal: (rule: Rule) => MarginalDensity
  /** The conditional distribution of the random effects at x; null out of support. `rule` may serve its draws. */
  readonly effectsAt: (x: Float64Array, rule?: Rule) => ConditionalEffects | null
  /**
   * Roughly the information about the fixed effects of all predictors at x, row after row: the scale of a climb. Null out of
   * support, and where `marginal` has nothing rougher and cheaper.
   */
  readonly roughInformation: (x: Float64Array) => Float64Array | null
  /** The response's marginal normal distribution at x; null out of support, and where it is not normal. */
  readonly normal: (x: Float64Array) => NormalMarginal | null
}
