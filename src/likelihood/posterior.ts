import { GlmmError } from '../errors.js'
import type { Clustered, Likelihood, LogDensity } from './likelihood.js'
import type { PriorsInForce } from './priors-in-force.js'

/** The log posterior over an unconstrained vector, and the way back to the quantities people read. */
export interface Posterior extends LogDensity {
  /** Names as brms gives them, of all that `write` writes. */
  readonly names: readonly string[]
  /** How many of the names are outer parameters (fixed effects and standard deviations); they come first. */
  readonly outer: number
  /** Writes the named quantities at x into `out` from position `at`. */
  readonly write: (x: Float64Array, out: Float64Array, at: number) => void
}

/**
 * Adds log priors at (beta, tau = log sigma), with the Jacobian of the logarithm, to a log density of which these
 * are the first coordinates, and their slopes to its gradient. Returns the summed log prior.
 */
function addPriors(priors: PriorsInForce, p: number, x: Float64Array, gradient: Float64Array): number {
  let sum = 0
  for (let j = 0; j < p; j++) {
    const prior = priors.fixed[j]
    sum += prior.logDensity(x[j])
    gradient[j] += prior.slope(x[j])
  }
  for (let k = 0; k < priors.sd.length; k++) {
    const prior = priors.sd[k]
    const sigma = Math.exp(x[p + k])
    sum += prior.logDensity(sigma) + x[p + k]
    gradient[p + k] += prior.slope(sigma) * sigma + 1
  }
  return sum
}

/** Joint posterior of (beta, log sigma, v): what a sampler walks. On the centring of v see scalarJoint. */
export function jointPosterior(likelihood: Likelihood, priors: PriorsInForce, centring: Float64Array): Posterior {
  const { p, clusters, joint: jointOf } = clusteredOf(likelihood)
  const { dimension: outer } = likelihood
  const joint = jointOf(centring)
  return {
    dimension: joint.dimension,
    names: drawNames(likelihood),
    outer,
    evaluate: (x, gradient) => {
      const value = joint.evaluate(x, gradient)
      return value === Number.NEGATIVE_INFINITY ? value : value + addPriors(priors, p, x, gradient)
    },
    write: (x, out, at) => {
      for (let j = 0; j < p; j++) out[at + j] = x[j]
      if (clusters === 0) return
      const tau = x[p]
      out[at + p] = Math.exp(tau)
      for (let g = 0; g < clusters; g++) out[at + outer + g] = Math.exp((1 - centring[g]) * tau) * x[outer + g]
    },
  }
}

/** Posterior of (beta, log sigma) alone, the random effects integrated out with `nodes` quadrature nodes. */
export function marginalPosterior(likelihood: Likelihood, priors: PriorsInForce, nodes: number): LogDensity {
  const { p } = clusteredOf(likelihood)
  const { dimension } = likelihood
  const marginal = likelihood.marginal(nodes)
  const natural = new Float64Array(dimension)
  return {
    dimension,
    evaluate: (x, gradient) => {
      natural.set(x)
      for (let k = p; k < dimension; k++) natural[k] = Math.exp(x[k])
      const value = marginal.evaluate(natural, gradient)
      if (value === Number.NEGATIVE_INFINITY) return value
      for (let k = p; k < dimension; k++) gradient[k] *= natural[k]
      return value + addPriors(priors, p, x, gradient)
    },
  }
}

/** brms' names: 'b_Intercept', 'sd_center__Intercept', 'r_center[1,Intercept]'. */
export function drawNames(likelihood: Likelihood): string[] {
  const { model } = likelihood
  const { term } = clusteredOf(likelihood)
  const plain = (name: string): string => (name === '(Intercept)' ? 'Intercept' : name)
  const fixed = model.predictors[0].fixed.names.map((name) => `b_${plain(name)}`)
  if (!term) return fixed
  const [column] = term.names
  const sd = `sd_${term.group}__${plain(column)}`
  const effects = term.levels.map((level) => `r_${term.group}[${level.replaceAll(' ', '.')},${plain(column)}]`)
  return [...fixed, sd, ...effects]
}

/** The view samplers and checks work on, or a MODEL error that says what they take. */
export function clusteredOf({ model, clustered }: Likelihood): Clustered {
  if (clustered) return clustered
  throw new GlmmError(
    'MODEL',
    `expected a ${kernelFamilies} model with one random effect of one column, got ${model.formula} (${model.family})`,
    'glmm fit takes this model; sampling and checking it are not supported yet',
  )
}

const kernelFamilies = 'binomial or Poisson'
