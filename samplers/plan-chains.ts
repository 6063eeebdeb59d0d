import type { Model } from '../src/data/model.js'
import { glmOf } from '../src/fit/estimate.js'
import { startFrom } from '../src/fit/start.js'
import { type Likelihood, likelihood } from '../src/likelihood/likelihood.js'
import { clusteredOf, jointPosterior, marginalPosterior } from '../src/likelihood/posterior.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { cholesky, choleskyInverse } from '../src/numerics/cholesky.js'
import { negativeHessian } from '../src/numerics/hessian.js'
import { maximise } from '../src/numerics/maximise.js'
import type { ChainPlan } from './chain-plan.js'

/** Settings of a run, resolved. */
export type ChainSettings = Omit<ChainPlan, 'model' | 'centring' | 'center' | 'spread'>

/** Up to this many parameters a chain adapts a whole matrix; beyond, its diagonal: a product a step costs d^2. */
const largestDense = 100

/**
 * Looks at the posterior before any chain walks it: the mode of the marginal posterior (Laplace), the conditional
 * modes there, how far each random effect should be centred, and the covariance around that point.
 */
export function planChains(model: Model, settings: ChainSettings): ChainPlan {
  const like = likelihood(model)
  const { dimension: outer } = like
  const { p, clusters, varianceRatio } = clusteredOf(like)
  const priors = priorsInForce(model, settings.priors)
  const { parameters, sd } = marginalMode(like, settings)
  const natural = parameters.slice()
  for (let k = p; k < outer; k++) natural[k] = Math.exp(parameters[k])
  const [modes] = like.modes(natural).terms
  // The share of an effect's precision that its rows bring, rather than its prior: 1 asks for centring.
  const centring = varianceRatio(natural).map((ratio) => 1 - ratio)

  const d = outer + clusters
  const center = new Float64Array(d)
  const scale = new Float64Array(d)
  center.set(parameters)
  scale.set(sd)
  for (let g = 0; g < clusters; g++) {
    const unit = natural[p] ** (1 - centring[g])
    center[outer + g] = modes.mode[g] / unit
    scale[outer + g] = Math.max(modes.sd[g], 1e-8) / unit
  }
  const spread =
    (d <= largestDense && laplaceCovariance(like, priors, centring, center, scale)) || scale.map((s) => s * s)
  return { ...settings, model, centring, center, spread }
}

/** Mode of the marginal posterior of (beta, log sigma) by Laplace's approximation, and standard deviations around it. */
function marginalMode(like: Likelihood, settings: ChainSettings): { parameters: Float64Array; sd: Float64Array } {
  const { dimension: d, model } = like
  const { p } = clusteredOf(like)
  const first = startFrom(like, glmOf(like.model))
  const start = first.parameters.slice()
  const scale = first.scale.slice()
  for (let k = p; k < d; k++) {
    for (let j = 0; j < d; j++) {
      scale[k * d + j] /= start[k]
      scale[j * d + k] /= start[k]
    }
    start[k] = Math.log(start[k])
  }
  const density = marginalPosterior(like, priorsInForce(model, settings.priors), 1)
  const top = maximise(density.evaluate, start, scale, { tolerance: 1e-4, maxIterations: 200 })
  const found = top.value > Number.NEGATIVE_INFINITY && top.x.every(Number.isFinite)
  const covariance = found ? top.inverseHessian : scale
  const sd = new Float64Array(d)
  for (let j = 0; j < d; j++) sd[j] = Math.sqrt(Math.max(covariance[j * d + j], 1e-12))
  return { parameters: found ? top.x : start, sd }
}

/** Inverse of minus the Hessian of the joint log posterior at `center`; null where that is not positive definite. */
function laplaceCovariance(
  like: Likelihood,
  priors: ReturnType<typeof priorsInForce>,
  centring: Float64Array,
  center: Float64Array,
  scale: Float64Array,
): Float64Array | null {
  const d = center.length
  const posterior = jointPosterior(like, priors, centring)
  const information = negativeHessian(posterior.evaluate, center, scale)
  return cholesky(information, d) ? choleskyInverse(information, d) : null
}
