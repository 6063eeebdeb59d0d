import type { RandomTerm } from '../../data/model.js'
import type { MarginalDensity } from '../frame/log-density.js'
import type { Stated } from '../frame/stated.js'
import type { Rule, RuleSet } from '../frame/integration-rule.js'
import type { NormalMarginal } from '../normal/normal-marginal.js'

/**
 * A way to integrate out the random effects of some models. A new one is a folder with one of these, and a line in
 * `engines.ts` before those that would take its models, too.
 */
export interface Engine {
  readonly name: string
  /** Binds a model, with work space for one thread; null for a model that is not the engine's. */
  readonly bind: (stated: Stated) => Bound | null
}

/**
 * What an engine makes of a model. A Likelihood is this and what is the same for every engine: coordinates, the joint density,
 * importance sampling. `x` are outer parameters, as ParameterLayout numbers them. The same x gives the same bits, whatever was
 * evaluated before: only `density.near(x)`, a value of its own, starts its searches elsewhere.
 */
export interface Bound {
  /** `ruleSet` makes them of the most nodes and the grouping factors. */
  readonly rules: RuleSet
  /** The term of the only factor, or of the outermost, over whose levels the integral is a product; null where it is none. */
  readonly factor: RandomTerm | null
  /**
   * The density by a rule that `rules.supports`, importance sampling apart, which needs no engine. `marginalDensity` makes one of an
   * evaluator and the conditional effects. An engine with closed forms overrides `negativeHessian`, and `top` where it climbs in fewer parameters (fixed
   * effects and a residual profiled out, say): the fitter climbs by `density.top` and asks nothing of how that is done, so that
   * `top` returns the maximum over all outer parameters, with gradient and inverse Hessian over all of them.
   */
  readonly marginal: (rule: Rule) => MarginalDensity
  /**
   * Roughly the information about the fixed effects of all predictors at x, row after row: the scale of a climb. Null out of
   * support, and where no estimate is cheaper than the climb itself.
   */
  readonly roughInformation: (x: Float64Array) => Float64Array | null
  /** The response's marginal normal distribution at x; null out of support, and where it is not normal. */
  readonly normal: (x: Float64Array) => NormalMarginal | null
}
