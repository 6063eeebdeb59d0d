import { meanOf } from '../../data/roles.js'
import type { RandomTerm } from '../../data/model.js'
import { observations } from '../../data/response-rows.js'
import { soleScalarEffect } from '../../likelihood/frame/sole-scalar-effect.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { pairIndex } from '../../families/derivative-order.js'
import { rowModel } from '../../likelihood/frame/row-model.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { cholesky, choleskyInverse } from '../../numerics/cholesky.js'
import { maximise, type Objective } from '../../numerics/maximise.js'
import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import { type FixedStart, familyStart, meanSquare } from './family-start.js'
import type { GlmFit } from './glm.js'

/** Where a climb starts: parameters, and a guess of their covariance (d x d), which sets the scale of the steps. */
export interface Start {
  readonly parameters: Float64Array
  readonly scale: Float64Array
  /** The most each parameter may move in one iteration of the climb. */
  readonly stepBound?: Float64Array | undefined
}

/**
 * A start from the fit without random effects, or from the family's starting values where there is none; near enough for the
 * climb whatever the units of the data.
 */
export function startFrom(likelihood: Likelihood, glm: GlmFit | null): Start {
  const term = soleScalarEffect(likelihood.stated)
  if (term && glm) return scalarStart(likelihood, term, glm)
  return wideStart(likelihood, glm)
}

/**
 * Any structure. The spread of the working residuals is shared out: a part to each random term, in the units of its
 * columns and by the method of moments in the mean, the rest to the residual where the family has one.
 */
function wideStart(likelihood: Likelihood, glm: GlmFit | null): Start {
  const { model, layout, dimension: d } = likelihood
  const { parameters, scale, stepBound, effectSize } = glm ? glmStart(likelihood, glm) : familyStart(likelihood)
  for (const laid of layout.terms) {
    const { term, covariance, start, size } = laid
    const q = term.names.length
    if (size === 0) continue
    const theta = covariance.start(q)
    const units = covariance.units(q)
    const needed = new Set(units)
    const none = { sd: 1, known: term.levels.length }
    const columns = term.names.map((_, column) => {
      if (!needed.has(column)) return none
      const z = term.z.subarray(column * model.nobs, (column + 1) * model.nobs)
      return effectSize(laid, column, z)
    })
    for (let j = 0; j < size; j++) {
      const { sd, known } = units[j] >= 0 ? columns[units[j]] : none
      parameters[start + j] = theta[j] * sd
      scale[(start + j) * (d + 1)] = (sd * sd) / (2 * known)
    }
  }
  const information = likelihood.roughInformation(parameters)
  const fixed = layout.fixed
  if (information && cholesky(information, fixed)) {
    const covariance = choleskyInverse(information, fixed)
    for (let i = 0; i < fixed; i++) scale.set(covariance.subarray(i * fixed, (i + 1) * fixed), i * d)
  }
  return { parameters, scale, stepBound }
}

/** The fixed effects of the glm, the constants of the further predictors that suit them, and what is left for random effects. */
function glmStart({ stated, dimension: d }: Likelihood, glm: GlmFit): FixedStart {
  const { model, family, layout } = stated
  const parameters = new Float64Array(d)
  const scale = new Float64Array(d * d)
  const stepBound = new Float64Array(d).fill(Number.POSITIVE_INFINITY)
  // Under a restricted likelihood the mean's fixed effects are no parameters.
  const { from, to } = meanIn(layout).fixed
  const p = to - from
  if (p > 0) parameters.set(glm.beta, from)
  let chi = 0
  let weight = 0
  for (let i = 0; i < model.nobs; i++) {
    chi += glm.weights[i] * glm.working[i] ** 2
    weight += glm.weights[i]
  }
  const spread = Math.sqrt(chi / weight) || 1
  const dispersed = family.further.length > 0
  const dispersion = dispersed ? chi / observations(model) : 1
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++) scale[(from + i) * d + from + j] = dispersion * glm.covariance[i * p + j]
  const constants = furtherIntercepts(stated, glm.eta)
  layout.further.forEach(({ stated: { fixed }, fixed: { from: first } }, k) => {
    const intercept = fixed.names.indexOf('(Intercept)')
    if (intercept >= 0) parameters[first + intercept] = constants[k]
    fixed.names.forEach((_, j) => {
      const column = fixed.x.subarray(j * model.nobs, (j + 1) * model.nobs)
      scale[(first + j) * (d + 1)] = 1 / (0.5 * model.nobs * meanSquare(column))
      // A leap of a log or a logit can end on a plateau, where the likelihood has no slope to come back by.
      stepBound[first + j] = 1 / Math.sqrt(meanSquare(column))
    })
  })
  const share = (0.5 * spread) / Math.sqrt(layout.terms.length)
  return {
    parameters,
    scale,
    stepBound,
    effectSize: ({ term, predictorOf }, column, z) => {
      const guess = share / Math.sqrt(meanSquare(z))
      return predictorOf[column] === layout.location?.k
        ? momentOf(term, z, glm, guess, dispersed)
        : { sd: guess, known: term.levels.length }
    },
  }
}

/**
 * The standard deviation of one column's effects by the method of moments, as if they were the only ones: within a
 * level the sum of z w r has variance phi t + sd^2 t^2, with t that of z^2 w, working residuals r and weights w. The
 * column is centred within levels, unless it is constant there. Phi is 1, or the variance left within levels, if any. Kept
 * within a factor of `guess`. `known` is the effective number of levels: as many observed effects would have the same information on it.
 */
function momentOf(
  term: RandomTerm,
  z: Float64Array,
  { weights, working }: GlmFit,
  guess: number,
  dispersed: boolean,
): { sd: number; known: number } {
  const { index, levels } = term
  if (dispersed && levels.length >= index.length) return { sd: guess, known: levels.length }
  const sums = (summand: (i: number) => number): Float64Array => {
    const out = new Float64Array(levels.length)
    for (let i = 0; i < index.length; i++) out[index[i]] += summand(i)
    return out
  }
  const weight = sums((i) => weights[i])
  // A level whose rows count for nothing has no mean.
  const perWeight = (sum: number, g: number): number => (weight[g] > 0 ? sum / weight[g] : 0)
  const mean = sums((i) => weights[i] * z[i]).map(perWeight)
  const within = sums((i) => weights[i] * (z[i] - mean[index[i]]) ** 2)
  const constant = within.every((sum, g) => !(sum > 1e-8 * weight[g] * mean[g] ** 2))
  const centre = constant ? mean.fill(0) : mean
  const t = constant ? sums((i) => weights[i] * z[i] ** 2) : within
  const pull = sums((i) => weights[i] * (z[i] - centre[index[i]]) * working[i])
  const level = sums((i) => weights[i] * working[i]).map(perWeight)
  let [phi, numerator, denominator] = [1, 0, 0]
  if (dispersed) {
    let chi = 0
    for (let i = 0; i < index.length; i++) chi += weights[i] * (working[i] - level[index[i]]) ** 2
    phi = chi / (index.length - levels.length)
  }
  for (let g = 0; g < levels.length; g++) {
    numerator += pull[g] ** 2 - phi * t[g]
    denominator += t[g] ** 2
  }
  const sd = Math.min(Math.max(numerator > 0 ? Math.sqrt(numerator / denominator) : 0, 0.3 * guess), 5 * guess)
  const known = t.reduce((sum, one) => sum + ((sd * sd * one) / (phi + sd * sd * one)) ** 2, 0)
  return { sd, known: Math.max(known, 0.05 * levels.length) }
}

/** The constants of the further predictors that fit best beside the mean's predictor as it is. */
function furtherIntercepts(stated: Stated, eta: Float64Array): Float64Array {
  const { model, layout } = stated
  const rows = rowModel(stated)
  rows.eta[meanIn(layout).k].set(eta)
  const { further } = layout
  const start = Float64Array.from(further, ({ kind }) => kind?.start ?? 0)
  const m = start.length
  const scale = new Float64Array(m * m)
  const set = (constants: Float64Array): void =>
    constants.forEach((value, j) => {
      const { k, stated: of } = further[j]
      const { offset } = of
      if (offset) for (let i = 0; i < model.nobs; i++) rows.eta[k][i] = value + offset[i]
      else rows.eta[k].fill(value)
    })
  set(start)
  rows.evaluate(0, model.nobs)
  for (let j = 0; j < m; j++) {
    const { k } = further[j]
    const information = rows.d2[pairIndex(k, k)].reduce((sum, second) => sum - second, 0)
    scale[j * (m + 1)] = 1 / Math.max(information, model.nobs / 2)
  }
  const objective: Objective = (x, gradient) => {
    set(x)
    const value = rows.evaluate(0, model.nobs)
    for (let j = 0; j < m; j++) gradient[j] = rows.d1[further[j].k].reduce((sum, slope) => sum + slope, 0)
    return value
  }
  // Steps of one: where a residual is far from 1 the slope leaps past the top of its logarithm.
  const stepBound = new Float64Array(m).fill(1)
  const { x, value } = maximise(objective, start, scale, { tolerance: 1e-2, maxIterations: 100, stepBound })
  if (!(value > Number.NEGATIVE_INFINITY) || x.some((constant) => Math.abs(constant) > 60)) return start
  // A probability near 0 or 1 has no slope to climb out by, and the random effects may yet ask for another.
  return x.map((constant, j) => (further[j].kind?.link === 'logit' ? Math.min(Math.max(constant, -1), 1) : constant))
}

/**
 * One scalar effect. Around the fit without it the model is nearly Gaussian, with working residuals
 * r and weights w; there a few EM steps (Laird and Ware 1982) give sigma, and the marginal information
 * X'V^-1 X and sum (t / (1 + sigma^2 t))^2 / 2 for sigma^2 give the scale, t being a cluster's summed z^2 w.
 */
function scalarStart(likelihood: Likelihood, term: RandomTerm, glm: GlmFit): Start {
  const { dimension: d } = likelihood
  const p = d - 1
  const parameters = new Float64Array(d)
  parameters.set(glm.beta)
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
  const { model } = likelihood
  const { x } = meanOf(model).fixed
  const p = glm.beta.length
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
