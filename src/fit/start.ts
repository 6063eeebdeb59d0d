import type { RandomTerm } from '../data/model.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { cholesky, choleskyInverse } from '../numerics/cholesky.js'
import type { GlmFit } from './glm.js'

/** Where a climb starts: parameters, and a guess of their covariance (d x d), which sets the scale of the steps. */
export interface Start {
  readonly parameters: Float64Array
  readonly scale: Float64Array
}

/**
 * A start from the fit without random effects. Around that fit the model is nearly Gaussian, with working residuals
 * r and weights w; there a few EM steps (Laird and Ware 1982) give sigma, and the marginal information
 * X'V^-1 X and sum (t / (1 + sigma^2 t))^2 / 2 for sigma^2 give the scale, t being a cluster's summed z^2 w.
 */
export function startFrom(likelihood: Likelihood, glm: GlmFit): Start {
  const { p, dimension: d, term } = likelihood
  const parameters = new Float64Array(d)
  parameters.set(glm.beta)
  if (!term) return { parameters, scale: glm.covariance }
  const { precision, pull, crossed } = clusterSums(likelihood, term, glm)

  let variance = 1
  for (let step = 0; step < 10; step++) {
    let sum = 0
    for (let g = 0; g < precision.length; g++) {
      const posterior = variance / (1 + variance * precision[g])
      sum += posterior + (posterior * pull[g]) ** 2
    }
    variance = sum / precision.length
  }
  const sigma = Math.min(Math.max(Math.sqrt(variance), 0.05), 5)
  parameters[p] = sigma
  variance = sigma * sigma

  const information = crossed.information
  let informationOnVariance = 0
  for (let g = 0; g < precision.length; g++) {
    const shrink = variance / (1 + variance * precision[g])
    informationOnVariance += 0.5 * (precision[g] / (1 + variance * precision[g])) ** 2
    for (let j = 0; j < p; j++) {
      for (let k = 0; k <= j; k++) {
        information[j * p + k] -= shrink * crossed.sums[g * p + j] * crossed.sums[g * p + k]
      }
    }
  }
  const scale = new Float64Array(d * d)
  const covariance = cholesky(information, p) ? choleskyInverse(information, p) : glm.covariance
  for (let i = 0; i < p; i++) scale.set(covariance.subarray(i * p, (i + 1) * p), i * d)
  scale[d * d - 1] = Math.min(1 / (4 * variance * informationOnVariance), variance)
  return { parameters, scale }
}

/** Per cluster: sum z^2 w, sum z w r, and the p-vector sum z w x; over all rows: the lower triangle of X'WX. */
function clusterSums(likelihood: Likelihood, term: RandomTerm, glm: GlmFit) {
  const { p, model } = likelihood
  const { x } = model.predictors[0].fixed
  const { index, z } = term
  const n = model.nobs
  const precision = new Float64Array(term.levels.length)
  const pull = new Float64Array(term.levels.length)
  const sums = new Float64Array(term.levels.length * p)
  const information = new Float64Array(p * p)
  for (let i = 0; i < n; i++) {
    const w = glm.weights[i]
    const g = index[i]
    precision[g] += z[i] * z[i] * w
    pull[g] += z[i] * w * glm.working[i]
    for (let j = 0; j < p; j++) {
      const wx = w * x[j * n + i]
      sums[g * p + j] += z[i] * wx
      for (let k = 0; k <= j; k++) information[j * p + k] += wx * x[k * n + i]
    }
  }
  return { precision, pull, crossed: { sums, information } }
}
