import { meanOf } from '../../data/roles.js'
import { copies } from '../../data/response-rows.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { logit } from '../../links/logit.js'
import { choleskyInverse } from '../../numerics/cholesky.js'
import { type GlmFit, weightedLeastSquares } from '../start/glm.js'

/**
 * In separated data the product tends to 1 as the climb goes on, and rounding may take it a little below; in others it
 * tends to 0 at the top.
 */
const settled = 0.5
/** Newton's steps that are tried before the cone itself is asked. */
const steps = 4

/**
 * True if a logistic regression proves that no direction moves rows of successes and failures the right way only. Along
 * any line |f'''| <= S f'' with S the largest change of a row's predictor, so that f''(t) >= f''(0) exp(-S t), and
 * f' stays above 0 where Newton's decrement times the largest (x_i' H^-1 x_i)^(1/2) is below 1, at whichever beta. False
 * proves nothing. Directions are the same for every link onto probabilities.
 */
export function provedBounded(stated: Stated, glm: GlmFit): boolean {
  const { model, family, link } = stated
  const { response, nobs: n } = model
  const { fixed, offset } = meanOf(model)
  const p = fixed.names.length
  const { x } = fixed
  if (link === logit) return bounded(x, n, p, glm.weights, glm.working, glm.covariance)

  if (boundedBeside(stated, glm)) return true
  const weights = new Float64Array(n)
  const working = new Float64Array(n)
  const eta = Float64Array.from(glm.eta, (value) => logit.link(Math.min(Math.max(link.inverse(value), 1e-3), 1 - 1e-3)))
  for (let step = 0; step <= steps; step++) {
    for (let i = 0; i < n; i++) {
      const slope = logit.slope(eta[i])
      weights[i] = copies(response, i) * family.weight(response, i) * slope
      working[i] = slope > 0 ? (family.observed(response, i) - logit.inverse(eta[i])) / slope : 0
      // The first predictor is not one of the model's: the step from it leads to one that is.
      if (step === 0) working[i] += eta[i] - (offset ? offset[i] : 0)
    }
    const solved = weightedLeastSquares(x, working, weights, p)
    if (!solved) return false
    if (step > 0 && bounded(x, n, p, weights, working, choleskyInverse(solved.factor, p))) return true
    for (let i = 0; i < n; i++) {
      let change = step === 0 && offset ? offset[i] : 0
      for (let j = 0; j < p; j++) change += x[j * n + i] * solved.beta[j]
      eta[i] = step === 0 ? change : eta[i] + change
    }
  }
  return false
}

/**
 * The same at once, at the fitted coefficients stretched by the ratio of the slopes at a half: H is at least the fit's own
 * information times the smallest ratio of their weights.
 */
function boundedBeside({ model, family, link }: Stated, glm: GlmFit): boolean {
  const { response, nobs: n } = model
  const { fixed, offset } = meanOf(model)
  const stretch = 4 * link.slope(link.link(0.5))
  const weights = new Float64Array(n)
  const working = new Float64Array(n)
  let share = Number.POSITIVE_INFINITY
  for (let i = 0; i < n; i++) {
    const reported = offset ? offset[i] : 0
    const eta = reported + stretch * (glm.eta[i] - reported)
    const slope = logit.slope(eta)
    weights[i] = copies(response, i) * family.weight(response, i) * slope
    working[i] = slope > 0 ? (family.observed(response, i) - logit.inverse(eta)) / slope : 0
    if (glm.weights[i] > 0) share = Math.min(share, weights[i] / glm.weights[i])
  }
  return (
    share > 0 &&
    bounded(
      fixed.x,
      n,
      fixed.names.length,
      weights,
      working,
      glm.covariance.map((one) => one / share),
    )
  )
}

/** Newton's decrement times the largest standard error of a predictor is small; `covariance` is H^-1, g is X'W r. */
function bounded(
  x: Float64Array,
  n: number,
  p: number,
  weights: Float64Array,
  working: Float64Array,
  covariance: Float64Array,
): boolean {
  const score = new Float64Array(p)
  // No covariance is above the product of standard errors: most often this coarse bound is enough.
  let coarse = 0
  for (let j = 0; j < p; j++) {
    let sum = 0
    let largest = 0
    for (let i = 0, at = j * n; i < n; i++, at++) {
      const value = x[at]
      sum += value * weights[i] * working[i]
      if (value > largest) largest = value
      else if (-value > largest) largest = -value
    }
    score[j] = sum
    coarse += largest * Math.sqrt(covariance[j * (p + 1)])
  }
  let decrement = 0
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) decrement += score[j] * covariance[j * p + k] * score[k]
  const most = (settled * settled) / decrement
  if (!(decrement >= 0)) return false
  if (coarse * coarse < most) return true
  for (let i = 0; i < n; i++) {
    let variance = 0
    for (let j = 0; j < p; j++) {
      let sum = 0
      for (let k = 0; k < j; k++) sum += covariance[j * p + k] * x[k * n + i]
      variance += x[j * n + i] * (2 * sum + covariance[j * p + j] * x[j * n + i])
    }
    if (!(variance < most)) return false
  }
  return true
}
