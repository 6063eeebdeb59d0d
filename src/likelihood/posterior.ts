import type { Rng } from '../random/stream.js'
import type { Coordinates } from './frame/coordinates.js'
import type { Stated } from './frame/stated.js'
import { effectsMap } from './coordinates/effects-map.js'
import type { Likelihood } from './likelihood.js'
import type { LogDensity, MarginalDensity } from './frame/log-density.js'
import type { Rule } from './frame/integration-rule.js'
import { outerParameters } from './coordinates/outer-parameters.js'
import type { PriorsInForce } from './coordinates/priors-in-force.js'

/** A log density that may have its value alone, where that is cheaper than with the gradient. */
export interface ValuedDensity extends LogDensity {
  readonly value?: (x: Float64Array) => number
}

/** The value alone of any log density, by its gradient where there is no cheaper way. */
export function valueAlone(density: ValuedDensity): (x: Float64Array) => number {
  const unused = new Float64Array(density.dimension)
  return density.value ?? ((x) => density.evaluate(x, unused))
}

/** The log posterior over an unconstrained vector, and the way back to the quantities people read. */
export interface Posterior extends ValuedDensity {
  /** Names as brms gives them, of all that `write` writes. */
  readonly names: readonly string[]
  /** How many of the names are outer parameters (fixed effects, dispersions, standard deviations, correlations); they come first. */
  readonly outer: number
  /**
   * Writes the named quantities at x into `out` from position `at`. Effects that x does not hold are drawn from `rng`
   * given x.
   */
  readonly write: (x: Float64Array, out: Float64Array, at: number, rng: Rng) => void
}

/**
 * Adds log priors at the outer coordinates, Jacobians included, to a log density of which these are the first
 * coordinates, and their slopes to its gradient. Returns the summed log prior.
 */
function addPriors(priors: PriorsInForce, at: Coordinates, x: Float64Array, gradient: Float64Array): number {
  let sum = 0
  for (let j = 0; j < at.fixed; j++) {
    const prior = priors.fixed[j]
    sum += prior.logDensity(x[j])
    gradient[j] += prior.slope(x[j])
  }
  let next = 0
  at.terms.forEach(({ laid, q, start, deviations, correlationStart, correlations }, t) => {
    for (let k = start; k < start + deviations; k++) {
      const prior = priors.sd[next++]
      const sd = Math.exp(x[k])
      sum += prior.logDensity(sd) + x[k]
      gradient[k] += prior.slope(sd) * sd + 1
    }
    if (correlations === 0) return
    const y = x.subarray(correlationStart, correlationStart + correlations)
    sum += laid.covariance.chart.lkj(y, q, priors.lkj[t], gradient, correlationStart)
  })
  return sum
}

const boundedAbove = (value: number): number => (value < Number.POSITIVE_INFINITY ? value : Number.NEGATIVE_INFINITY)

/**
 * Joint posterior of the outer coordinates and the effects' vector v: what a sampler walks.
 *
 * @param likelihood - Of the model.
 * @param priors - Of `priorsInForce`.
 * @param centring - Of each effect, from 0 (v is the spherical effect u) to 1 (v is b itself); see effectsMap.
 * @param rows - False leaves the response out, which leaves the joint prior.
 * @returns The log density over R^dimension, all constants included, and the way back to named quantities.
 * @example
 * import { jointPosterior, likelihood, model, priorsInForce, tableFrom } from 'glmm/core'
 * const like = likelihood(model('y ~ 1 + (1 | g)', tableFrom({ y: [4, 6, 9, 11], g: [1, 1, 2, 2] }), { family: 'poisson' }))
 * const posterior = jointPosterior(like, priorsInForce(like.model, []), new Float64Array(2))
 * console.log(posterior.names.join()) // b_Intercept,sd_g__Intercept,r_g[1,Intercept],r_g[2,Intercept]
 */
export function jointPosterior(
  likelihood: Likelihood,
  priors: PriorsInForce,
  centring: Float64Array,
  rows = true,
): Posterior {
  const { stated, coordinates } = likelihood
  const { outer, effects } = coordinates
  const joint = likelihood.joint(centring, rows)
  const parameters = outerParameters(stated)
  const map = effectsMap(coordinates, centring)
  return {
    dimension: outer + effects,
    names: [...parameters.names, ...parameters.effectNames],
    outer,
    evaluate: (x, gradient) => {
      const value = joint.evaluate(x, gradient)
      return value === Number.NEGATIVE_INFINITY
        ? value
        : boundedAbove(value + addPriors(priors, coordinates, x, gradient))
    },
    write: (x, out, at) => {
      parameters.write(x, out, at)
      if (effects > 0) out.set(map.write(x), at + outer)
    },
  }
}

export type OuterPosterior = LogDensity & Pick<MarginalDensity, 'value'>

/**
 * Posterior of the outer coordinates alone, the random effects integrated out by a rule.
 *
 * @param likelihood - Of the model.
 * @param priors - Of `priorsInForce`.
 * @param rule - One that `likelihood.rules.supports`, such as { by: 'adaptive', nodes: 9 }.
 * @returns The log density over R^dimension, all constants included, and the way back to named quantities.
 * @example
 * import { likelihood, marginalPosterior, model, priorsInForce, tableFrom } from 'glmm/core'
 * const like = likelihood(model('y ~ 1', tableFrom({ y: [2, 3] }), { family: 'poisson' }))
 * const posterior = marginalPosterior(like, priorsInForce(like.model, ['b ~ normal(0, 1)']), { by: 'laplace' })
 * // The log-likelihood at a mean of 1, -2 - log(2! 3!), and the prior's log density at 0.
 * console.log(posterior.evaluate(Float64Array.of(0), new Float64Array(1)).toFixed(4)) // -5.4038
 */
export const marginalPosterior = (likelihood: Likelihood, priors: PriorsInForce, rule: Rule): OuterPosterior =>
  outerPosterior(likelihood, priors, likelihood.marginal(rule))

/** The same from the log marginal likelihood. */
export function outerPosterior(
  { coordinates, dimension }: Likelihood,
  priors: PriorsInForce,
  marginal: Pick<MarginalDensity, 'evaluate' | 'value'>,
): OuterPosterior {
  const natural = new Float64Array(dimension)
  const ignored = new Float64Array(dimension)
  return {
    dimension,
    evaluate: (x, gradient) => {
      coordinates.toParameters(x, natural)
      const value = marginal.evaluate(natural, gradient)
      if (value === Number.NEGATIVE_INFINITY) return value
      coordinates.pull(x, gradient)
      return boundedAbove(value + addPriors(priors, coordinates, x, gradient))
    },
    value: (x) => {
      coordinates.toParameters(x, natural)
      const value = marginal.value(natural)
      return value === Number.NEGATIVE_INFINITY
        ? value
        : boundedAbove(value + addPriors(priors, coordinates, x, ignored))
    },
  }
}

/** Joint prior of the outer coordinates. */
export function outerPrior({ coordinates }: Pick<Stated, 'coordinates'>, priors: PriorsInForce): LogDensity {
  return {
    dimension: coordinates.outer,
    evaluate: (x, gradient) => {
      gradient.fill(0)
      return boundedAbove(addPriors(priors, coordinates, x, gradient))
    },
  }
}

/** brms' names of the outer parameters and of the effects. */
export function drawNames(stated: Stated): string[] {
  const { names, effectNames } = outerParameters(stated)
  return [...names, ...effectNames]
}
