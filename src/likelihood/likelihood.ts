import type { Model, RandomTerm } from '../data/model.js'
import type { Bound } from './engine/engine.js'
import { engines } from './engines.js'
import type { ConditionalEffects } from './frame/conditional-effects.js'
import type { Coordinates } from './frame/coordinates.js'
import type { ParameterLayout } from './frame/parameter-layout.js'
import { isPlain } from './frame/row-kernel.js'
import type { LogDensity, MarginalDensity } from './frame/log-density.js'
import { type Stated, state } from './frame/stated.js'
import { type ImportanceRule, laplaceRule, type Rule, type RuleSet } from './frame/integration-rule.js'
import { structuredJoint } from './joint/structured-joint.js'
import { type ImportanceDensity, importance } from './sparse/importance.js'

/**
 * A model's log densities. The outer parameters are the fixed effects of each predictor, then the parameters theta of
 * each random term's covariance (for a scalar effect its standard deviation, with either sign); see ParameterLayout.
 * Functions share work space: one likelihood belongs to one thread. The same parameters give the same bits, whatever was
 * evaluated before.
 */
export interface Likelihood extends Omit<Bound, 'marginal'> {
  readonly stated: Stated
  readonly model: Model
  /** Where each parameter stands among the outer ones. */
  readonly layout: ParameterLayout
  /** Number of outer parameters. */
  readonly dimension: number
  /** The vector that priors and samplers see. */
  readonly coordinates: Coordinates
  /** Which rules the random effects can be integrated out by. */
  readonly rules: RuleSet
  /** The term of the only grouping factor, or of the outermost one; null where factors are crossed, and without random effects. */
  readonly factor: RandomTerm | null
  /** Log marginal likelihood by a rule that `rules.supports`. */
  readonly marginal: Marginal
  /** The conditional distribution of the random effects at x, from Laplace's approximation; null out of support. */
  readonly effectsAt: (x: Float64Array) => ConditionalEffects | null
  /**
   * Log joint density of the response and the random effects over (outer coordinates, v), v one number an effect; see
   * effectsMap on it and its centring. With `rows` false the response is left out.
   */
  readonly joint: (centring: Float64Array, rows?: boolean) => LogDensity
}

/** The density that a rule makes; those by importance sampling report how far they are to be trusted. */
export interface Marginal {
  (rule: ImportanceRule): ImportanceDensity
  (rule: Rule): MarginalDensity
}

/**
 * Turns a model into its log densities. One that is not stated yet is stated first, so that whoever has a model need not
 * know of it; who has both hands on the stated one.
 *
 * @param given - Of `model` or `buildModel`, or the stated model.
 * @returns The model's densities: marginal ones by any rule that `rules.supports`, and the joint one.
 * @throws GlmmError USAGE where the family, link or a covariance is not known in this thread.
 * @example
 * import { likelihood, model, tableFrom } from 'glmm/core'
 * const stated = model('y ~ 1', tableFrom({ y: [2, 3] }), { family: 'poisson' })
 * const density = likelihood(stated).marginal({ by: 'laplace' })
 * const gradient = new Float64Array(1)
 * // At a mean of 2: 5 log 2 - 4 - log(2! 3!), and its slope 5 - 4.
 * console.log(density.evaluate(Float64Array.of(Math.log(2)), gradient).toFixed(4), gradient[0].toFixed(4)) // -3.0192 1.0000
 */
export function likelihood(given: Model | Stated): Likelihood {
  const stated = state(given)
  const { model, layout } = stated
  const bound = boundBy(stated)
  let laplace: MarginalDensity | null = null
  const byLaplace = (): MarginalDensity => {
    laplace ??= bound.marginal(laplaceRule)
    return laplace
  }
  const sampled = new WeakMap<ImportanceRule, ImportanceDensity>()
  function marginal(rule: ImportanceRule): ImportanceDensity
  function marginal(rule: Rule): MarginalDensity
  function marginal(rule: Rule): MarginalDensity {
    if (rule.by === 'laplace') return byLaplace()
    if (rule.by !== 'importance') return bound.marginal(rule)
    // Draws and scales cost more than an evaluation: a rule in use keeps its density.
    const made = sampled.get(rule) ?? importance(stated, rule, byLaplace().effectsAt)
    sampled.set(rule, made)
    return made
  }
  return new OfBound(stated, bound, {
    marginal,
    effectsAt: (x) => byLaplace().effectsAt(x),
    joint: (centring, rows = true) =>
      rows && layout.terms.length === 0 && isPlain(model) ? byLaplace() : structuredJoint(stated, centring, rows),
  })
}

/** A class, because V8 keeps an object with accessors of its own as a dictionary, whose every field is slow to read. */
class OfBound implements Likelihood {
  readonly stated: Stated
  readonly model: Model
  readonly layout: ParameterLayout
  readonly dimension: number
  readonly rules: RuleSet
  readonly marginal: Marginal
  readonly effectsAt: Likelihood['effectsAt']
  readonly joint: Likelihood['joint']
  readonly roughInformation: Likelihood['roughInformation']
  readonly normal: Likelihood['normal']
  readonly #bound: Bound

  constructor(stated: Stated, bound: Bound, made: Pick<Likelihood, 'marginal' | 'effectsAt' | 'joint'>) {
    this.stated = stated
    this.model = stated.model
    this.layout = stated.layout
    this.dimension = stated.layout.dimension
    this.rules = bound.rules
    this.marginal = made.marginal
    this.effectsAt = made.effectsAt
    this.joint = made.joint
    this.roughInformation = bound.roughInformation
    this.normal = bound.normal
    this.#bound = bound
  }

  get coordinates(): Coordinates {
    return this.stated.coordinates
  }

  get factor(): RandomTerm | null {
    return this.#bound.factor
  }
}

function boundBy(stated: Stated): Bound {
  for (const engine of engines) {
    const bound = engine.bind(stated)
    if (bound) return bound
  }
  throw new TypeError('no engine takes the model')
}
