import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import { furtherOf, locationOf, meanOf } from '../../data/roles.js'
import { isConstant } from '../../data/constant-predictor.js'
import type { Model } from '../../data/model.js'
import { copies, observations } from '../../data/response-rows.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { ConditionalModes } from '../../likelihood/frame/conditional-effects.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'
import { weightedLeastSquares } from '../start/glm.js'
import { choleskyInverse } from '../../numerics/cholesky.js'

/** No random effects, and a dispersion that is one number over known weights. */
export const isPlain = (model: Model): boolean =>
  locationOf(model)?.random.length === 0 && furtherOf(model).every(isConstant)

/**
 * Residual degrees of freedom as R counts them: rows less coefficients for what R fits as lm or glm, where a dispersion does
 * not count; rows less all parameters elsewhere, as lme4 and glmmTMB.
 */
export const residualDf = ({ model, family }: Stated, parameters: number): number => {
  const { exponentialDispersion = false } = family
  const counted = exponentialDispersion && isPlain(model) ? meanOf(model).fixed.names.length : parameters
  return observations(model) - counted
}

/** Whether the model is fitted by least squares: normal errors, no random effects, one residual variance. */
export const isLeastSquares = ({ model, family }: Stated): boolean => (family.normal ?? false) && isPlain(model)

/**
 * A fit by maximum likelihood as least squares report it: sigma^2 is the residual sum of squares over its degrees of freedom
 * n - p in place of n, and all variances are in that proportion, those of the coefficients sigma^2 (X'WX)^-1 (R's lm, and glm
 * for a gaussian). The log-likelihood stays that of the maximum. As it is for other models, and for a restricted likelihood.
 */
export function asLeastSquares(
  { stated, effectsAt }: Likelihood,
  fitted: Estimate,
  modesAt: (x: Float64Array) => ConditionalModes | null = effectsAt,
): Estimate {
  const { model, family, link, links, layout } = stated
  const { covariance, parameters: top } = fitted
  if (layout.terms.length > 0 || !isLeastSquares(stated) || !covariance) return fitted
  const p = meanIn(layout).fixed.to
  const d = top.length
  const n = observations(model)
  const ratio = n > p ? n / (n - p) : Number.NaN
  const parameters = top.slice()
  parameters[p] += 0.5 * Math.log(ratio)
  const modes = modesAt(parameters)
  if (!modes) return fitted
  const { inverse, slope } = link
  const scale = links[1].inverse
  const [eta, dispersion] = modes.eta
  const weights = eta.map(
    (at, i) => (copies(model.response, i) * slope(at) ** 2) / family.variance(inverse(at), scale(dispersion[i])),
  )
  const solved = weightedLeastSquares(meanOf(model).fixed.x, eta, weights, p)
  const scaled = covariance.map((value) => value * ratio)
  if (solved) {
    const ofMean = choleskyInverse(solved.factor, p)
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) scaled[i * d + j] = ofMean[i * p + j]
  }
  const se = fitted.se.map((_, j) => Math.sqrt(scaled[j * (d + 1)]))
  return { ...fitted, parameters, covariance: scaled, se }
}
