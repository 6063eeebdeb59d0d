import type { ImportanceRule } from '../../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { wholeDraws } from '../../likelihood/sparse/importance.js'
import type { Estimate } from '../results/estimate.js'
import type { ImportanceEstimate } from '../results/importance-estimate.js'
import type { Start } from '../start/start.js'
import { estimate } from './estimate.js'

/** Above this neither an estimate by importance sampling nor its error can be trusted (Vehtari et al. 2024). */
export const trustedParetoK = 0.7
/** Parts of the draws whose gradients' scatter gives the Monte Carlo error of the estimates, known to a sixth. */
const batches = 20
/** The fewest draws: some in each batch. */
export const leastDraws = 200

/** Climbs the likelihood that `draws` fixed draws give, from `start`, best the estimates of Laplace's approximation. */
export function importanceEstimate(
  likelihood: Likelihood,
  draws: number,
  seed: number,
  start: Start,
): ImportanceEstimate {
  const rule: ImportanceRule = { by: 'importance', draws: wholeDraws(draws), seed, around: start.parameters }
  const density = likelihood.marginal(rule)
  const fitted = estimate(likelihood, rule, start)
  const covariance = monteCarloCovariance(fitted, density.batchGradients(fitted.parameters, batches))
  const d = fitted.parameters.length
  let maxMcseInSe = 0
  for (let j = 0; j < d; j++) {
    if (fitted.se[j] > 0) maxMcseInSe = Math.max(maxMcseInSe, Math.sqrt(covariance[j * d + j]) / fitted.se[j])
  }
  const diagnosis = density.diagnose(fitted.parameters)
  return { ...diagnosis, estimate: fitted, draws: rule.draws, seed, covariance, maxMcseInSe }
}

/** C V C with V the covariance of the mean of the batches' gradients and C that of the estimates; NaN without C. */
function monteCarloCovariance({ covariance, se }: Estimate, gradients: readonly Float64Array[]): Float64Array {
  const d = se.length
  const count = gradients.length
  const out = new Float64Array(d * d)
  if (!covariance) return out.fill(Number.NaN)
  const steps = gradients.map((gradient) =>
    Float64Array.from({ length: d }, (_, i) => {
      let step = 0
      for (let j = 0; j < d; j++) if (se[i] > 0 && se[j] > 0) step += covariance[i * d + j] * gradient[j]
      return step
    }),
  )
  const mean = Float64Array.from({ length: d }, (_, i) => steps.reduce((sum, step) => sum + step[i], 0) / count)
  for (const step of steps) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) out[i * d + j] += ((step[i] - mean[i]) * (step[j] - mean[j])) / (count * (count - 1))
    }
  }
  return out
}
