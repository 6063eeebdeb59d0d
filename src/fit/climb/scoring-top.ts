import { meanOf } from '../../data/roles.js'
import { laplaceRule } from '../../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { acceptable, estimate } from './estimate.js'
import { type GlmFit, glmAt } from '../start/glm.js'

/** The point where scoring ended, with the likelihood's value and gradient there. */
export interface ScoringTop {
  readonly top: GlmFit
  readonly logLik: number
  /** The largest element of the gradient of the log-likelihood, each times its standard error. */
  readonly gradientNorm: number
  readonly reason: string
}

/**
 * The maximum of the likelihood of a model without random effects, from where scoring ended. Scoring stops when the deviance
 * no longer moves, which does not prove a maximum; a gradient of zero of the log-likelihood does. Where it is not zero, the
 * climb goes on with it.
 */
export function scoringTop(like: Likelihood, scored: GlmFit): ScoringTop {
  const { evaluate } = like.marginal(laplaceRule)
  const at = (glm: GlmFit): Pick<ScoringTop, 'logLik' | 'gradientNorm'> => {
    const p = glm.beta.length
    const gradient = new Float64Array(p)
    const logLik = evaluate(glm.beta, gradient)
    const gradientNorm = gradient.reduce(
      (largest, slope, j) => Math.max(largest, Math.abs(slope) * Math.sqrt(glm.covariance[j * p + j])),
      0,
    )
    return { logLik, gradientNorm }
  }
  const first = at(scored)
  if (scored.converged && first.gradientNorm <= acceptable)
    return { top: scored, ...first, reason: 'the deviance stands still' }
  const climbed = estimate(like, laplaceRule, { parameters: scored.beta, scale: scaleOf(like, scored) })
  const { model, family, link } = like.stated
  const { fixed, offset } = meanOf(model)
  const again = glmAt(climbed.parameters, fixed, offset, model.response, family, link)
  const iterations = scored.iterations + climbed.iterations
  const top = { ...again, iterations, converged: climbed.converged }
  return { top, ...at(top), reason: climbed.reason }
}

/** The covariance that scoring found, or what the columns' lengths suggest. */
function scaleOf({ model }: Likelihood, { covariance, beta }: GlmFit): Float64Array {
  if (covariance.every(Number.isFinite)) return covariance
  const p = beta.length
  const { x } = meanOf(model).fixed
  const scale = new Float64Array(p * p)
  for (let j = 0; j < p; j++) {
    const column = x.subarray(j * model.nobs, (j + 1) * model.nobs)
    scale[j * (p + 1)] = 1 / (column.reduce((sum, value) => sum + value * value, 0) || 1)
  }
  return scale
}
