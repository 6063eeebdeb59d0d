import type { FixedEffects } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import { type Family, noDeviance } from '../../families/family.js'
import type { ResponseData } from '../../families/response-data.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Link } from '../../links/link.js'
import { backwardSolve, cholesky, choleskyInverse, forwardSolve } from '../../numerics/cholesky.js'
import { columnProducts, gram, manyColumns } from '../../numerics/gram.js'

/** A generalized linear model fitted by maximum likelihood. */
export interface GlmFit {
  readonly beta: Float64Array
  /** Inverse of the expected information X'WX, p x p. */
  readonly covariance: Float64Array
  readonly eta: Float64Array
  /** Working weights and residuals at the estimate, length n. */
  readonly weights: Float64Array
  readonly working: Float64Array
  /** Pearson's sum where the family has no deviance. */
  readonly deviance: number
  readonly iterations: number
  readonly converged: boolean
}

const tolerance = 1e-8
const maxIterations = 25

/**
 * Iteratively reweighted least squares (Fisher scoring; McCullagh and Nelder 1989, section 2.5), stopped as R's glm
 * stops: when the deviance changes by less than 1e-8 of itself, or after 25 iterations. Each iteration after the
 * first solves for the change of beta, so that an ill-conditioned X costs iterations, not digits.
 */
export function fitGlm(
  fixed: Pick<FixedEffects, 'names' | 'x'>,
  offset: Float64Array | null,
  response: ResponseData,
  family: Family,
  link: Link,
): GlmFit {
  const n = response.y.length
  const p = fixed.names.length
  const { x } = fixed
  const eta = new Float64Array(n)
  const weights = new Float64Array(n)
  const working = new Float64Array(n)
  let beta = new Float64Array(p)
  for (let i = 0; i < n; i++) {
    eta[i] = link.link(family.start(family.observed(response, i), family.weight(response, i), link.name))
  }
  let deviance = discrepancy(response, family, link, eta)
  let converged = p === 0
  let iterations = 0
  let last: Regression | null = null
  const reweight = (first: boolean): void => {
    for (let i = 0; i < n; i++) {
      const mu = link.inverse(eta[i])
      const slope = link.slope(eta[i])
      weights[i] = workingWeight(response, family, i, mu, slope)
      const residual = weights[i] === 0 ? 0 : (family.observed(response, i) - mu) / slope
      working[i] = first ? residual + eta[i] - (offset ? offset[i] : 0) : residual
    }
  }
  while (!converged && iterations < maxIterations) {
    iterations++
    reweight(iterations === 1)
    const solved = weightedLeastSquares(x, working, weights, p)
    if (!solved) break
    last = solved
    const previous = beta
    const previousDeviance = deviance
    beta = solved.beta.map((change, j) => previous[j] + change)
    deviance = linearPredictor(x, beta, offset, eta, response, family, link)
    // As R does: a step that leaves the support, or (after the first) raises the deviance without bound, is halved.
    for (let half = 0; half < 30 && !Number.isFinite(deviance); half++) {
      for (let j = 0; j < p; j++) beta[j] = (beta[j] + previous[j]) / 2
      deviance = linearPredictor(x, beta, offset, eta, response, family, link)
    }
    converged = Math.abs(deviance - previousDeviance) / (Math.abs(deviance) + 0.1) < tolerance
  }
  // One step more, which R does not count or take: it brings the information to the estimate, and the estimate to
  // the precision of the numbers. Where the weights have run out, as in separated data, the information before stands.
  reweight(false)
  const final = p > 0 ? weightedLeastSquares(x, working, weights, p) : null
  if (final && converged) for (let j = 0; j < p; j++) beta[j] += final.beta[j]
  last = final ?? last
  deviance = linearPredictor(x, beta, offset, eta, response, family, link)
  const covariance = last ? choleskyInverse(last.factor, p) : new Float64Array(p * p).fill(Number.NaN)
  return { beta, covariance, eta, weights, working, deviance, iterations, converged }
}

/** The working weights and residuals of a generalized linear model at coefficients found otherwise, and the rest of its fit. */
export function glmAt(
  beta: Float64Array,
  fixed: Pick<FixedEffects, 'names' | 'x'>,
  offset: Float64Array | null,
  response: ResponseData,
  family: Family,
  link: Link,
): Omit<GlmFit, 'iterations' | 'converged'> {
  const n = response.y.length
  const p = beta.length
  const eta = new Float64Array(n)
  const weights = new Float64Array(n)
  const working = new Float64Array(n)
  const deviance = linearPredictor(fixed.x, beta, offset, eta, response, family, link)
  for (let i = 0; i < n; i++) {
    const mu = link.inverse(eta[i])
    const slope = link.slope(eta[i])
    weights[i] = workingWeight(response, family, i, mu, slope)
    working[i] = weights[i] === 0 ? 0 : (family.observed(response, i) - mu) / slope
  }
  const solved = p > 0 ? weightedLeastSquares(fixed.x, working, weights, p) : null
  const covariance = solved ? choleskyInverse(solved.factor, p) : new Float64Array(p * p).fill(Number.NaN)
  return { beta, covariance, eta, weights, working, deviance }
}

/** A row's weight; a variance that rounds to zero makes it infinite: such a row has no information left. */
function workingWeight(response: ResponseData, family: Family, i: number, mu: number, slope: number): number {
  const weight = (copies(response, i) * family.weight(response, i) * slope * slope) / family.variance(mu)
  return weight > 0 && weight < Number.POSITIVE_INFINITY && slope !== 0 ? weight : 0
}

interface Regression {
  readonly beta: Float64Array<ArrayBuffer>
  /** The Cholesky factor of X'WX. */
  readonly factor: Float64Array<ArrayBuffer>
}

/** The regression of y on x; null where X'WX is not definite. */
export const weightedLeastSquares = (
  x: Float64Array,
  y: Float64Array,
  weights: Float64Array,
  p: number,
): Regression | null => (p >= manyColumns ? byTiles(x, y, weights, p) : byDots(x, y, weights, p))

/** A function of its own, which leaves V8 room to inline the family into the loops of `fitGlm`. */
const byTiles = (x: Float64Array, y: Float64Array, weights: Float64Array, p: number): Regression | null =>
  solved(gram(x, y.length, p, weights), columnProducts(x, y.length, p, y, weights), p)

function byDots(x: Float64Array, y: Float64Array, weights: Float64Array, p: number): Regression | null {
  const n = y.length
  const factor = new Float64Array(p * p)
  const beta = new Float64Array(p)
  for (let j = 0; j < p; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = 0
      for (let i = 0, a = j * n, b = k * n; i < n; i++, a++, b++) sum += x[a] * x[b] * weights[i]
      factor[j * p + k] = sum
    }
    let sum = 0
    for (let i = 0, a = j * n; i < n; i++, a++) sum += x[a] * weights[i] * y[i]
    beta[j] = sum
  }
  return solved(factor, beta, p)
}

function solved(factor: Float64Array<ArrayBuffer>, beta: Float64Array<ArrayBuffer>, p: number): Regression | null {
  if (!cholesky(factor, p)) return null
  forwardSolve(factor, p, beta)
  backwardSolve(factor, p, beta)
  return { beta, factor }
}

function linearPredictor(
  x: Float64Array,
  beta: Float64Array,
  offset: Float64Array | null,
  eta: Float64Array,
  response: ResponseData,
  family: Family,
  link: Link,
): number {
  const n = eta.length
  if (offset) eta.set(offset)
  else eta.fill(0)
  for (let j = 0; j < beta.length; j++) {
    const coefficient = beta[j]
    for (let i = 0, at = j * n; i < n; i++, at++) eta[i] += x[at] * coefficient
  }
  return discrepancy(response, family, link, eta)
}

/** Deviance of the linear predictor: twice the distance of its log-likelihood from the saturated model's. */
export function totalDeviance(response: ResponseData, family: Family, link: Link, eta: Float64Array): number {
  let sum = 0
  for (let i = 0; i < eta.length; i++) {
    const weight = copies(response, i) * family.weight(response, i)
    if (weight > 0) sum += weight * family.unitDeviance(family.observed(response, i), link.inverse(eta[i]))
  }
  return sum
}

/** What has to stay finite and come to a stand: the deviance, or Pearson's sum where the family has no deviance. */
function discrepancy(response: ResponseData, family: Family, link: Link, eta: Float64Array): number {
  if (family.unitDeviance !== noDeviance) return totalDeviance(response, family, link, eta)
  let sum = 0
  for (let i = 0; i < eta.length; i++) {
    const mu = link.inverse(eta[i])
    sum +=
      (copies(response, i) * family.weight(response, i) * (family.observed(response, i) - mu) ** 2) /
      family.variance(mu)
  }
  return sum
}

/**
 * The generalized linear model of the mean without random effects: start of the climb, and the answer where the variance is
 * zero. Null for a model without one predictor of the mean, which begins with its family's `starts`.
 */
export function glmOf({ model, family, link, layout }: Stated): GlmFit | null {
  const mean = layout.location?.stated
  return mean ? fitGlm(mean.fixed, mean.offset, model.response, family, link) : null
}
