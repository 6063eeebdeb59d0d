import type { Model } from '../data/model.js'
import { familyNamed } from '../families/registry.js'
import type { Likelihood, MarginalDensity } from '../likelihood/likelihood.js'
import { linkNamed } from '../links/registry.js'
import { cholesky, choleskyInverse } from '../numerics/cholesky.js'
import { inverseAlong, negativeHessian } from '../numerics/hessian.js'
import { type Maximum, maximise } from '../numerics/maximise.js'
import { type BoundaryPoint, boundaryPoint } from './boundary-point.js'
import { fitGlm, type GlmFit } from './glm.js'
import type { Start } from './start.js'
import { whyNot } from './why-not.js'
import { type HeldParameter, holding, withoutResidual } from './without-residual.js'

/** Maximum likelihood estimates of the outer parameters at one number of nodes. */
export interface Estimate {
  readonly nodes: number
  /** (beta, theta), standard deviations not negative. */
  readonly parameters: Float64Array
  readonly logLik: number
  /** Inverse of the observed information over all outer parameters, or null where it is not positive definite. */
  readonly covariance: Float64Array | null
  /** Standard errors; NaN where they do not exist. */
  readonly se: Float64Array
  /**
   * sqrt(g'Vg) with the gradient g and the covariance V: the distance from the top in standard errors, before the last
   * step; without V the largest element of g, each times about its standard error.
   */
  readonly gradientNorm: number
  readonly converged: boolean
  readonly reason: string
  /** The covariance matrix of some random effects is estimated as singular. */
  readonly singular: boolean
  /** The outer parameters that are at their end because of it: roots of variances at zero, correlations of 1 or -1. */
  readonly zeroed: readonly number[]
  /** The constants of further predictors that have run to where the family becomes a simpler one. */
  readonly limits: readonly number[]
  readonly iterations: number
  readonly evaluations: number
}

/** The fit without random effects: start of the climb, and the answer where the variance is zero. */
export function glmOf(model: Model): GlmFit {
  const { family } = familyNamed(model.family)
  const [predictor] = model.predictors
  return fitGlm(predictor.fixed, predictor.offset, model.response, family, linkNamed(model.link))
}

/**
 * Two millionths of a standard error from the top: the Newton step at the end takes that to rounding, and the Hessian
 * differs from the one at the top by less than the seventh digit.
 */
const close = { tolerance: 2e-6, maxIterations: 500, maxEvaluations: 500 }
/** Laplace's evaluations are so cheap beside those of many nodes that a start from it may as well be good. */
const precise = { tolerance: 1e-6, maxIterations: 500, maxEvaluations: 500 }

/** A start for more nodes: near the top of Laplace's approximation, which costs little. */
export function laplaceStart(likelihood: Likelihood, start: Start): Start {
  const { x, inverseHessian, value } = maximise(likelihood.marginal(1).evaluate, start.parameters, start.scale, {
    ...precise,
    limit: start.limit,
    accepted: likelihood.anchor,
  })
  return value > Number.NEGATIVE_INFINITY ? { parameters: x, scale: inverseHessian } : start
}

/** A scaled gradient up to this counts as converged: the estimate is within that many standard errors of the top. */
const acceptable = 1e-4

/**
 * Climbs the marginal likelihood with `nodes` nodes from `start`. Where a residual is on its way to zero, or cannot be told
 * from the random effects, the top is that of its limit, if it is as high.
 */
export function estimate(likelihood: Likelihood, nodes: number, start: Start): Estimate {
  const free = climbed(likelihood, nodes, start, null)
  return withoutResidual(likelihood, free, start, (from, held) => climbed(likelihood, nodes, from, held)) ?? free
}

/** Step of differences, in standard errors, where a small residual takes eight digits of the gradient. */
const wideStep = 3e-3

/** With `held`, one parameter is not climbed but held at its limit. */
function climbed(likelihood: Likelihood, nodes: number, start: Start, held: HeldParameter | null): Estimate {
  const { dimension: d } = likelihood
  const density = held ? holding(likelihood.marginal(nodes), held) : likelihood.marginal(nodes)
  const { evaluate } = density
  // Laplace's searches of the mode start from the point that the climb has reached.
  const anchor = nodes === 1 ? likelihood.anchor : null
  anchor?.(start.parameters)
  // A residual that is held small leaves no digits for searches by an older factor.
  const near = { ...close, accepted: held ? null : anchor }
  let top = maximise(evaluate, start.parameters, start.scale, { ...near, limit: start.limit })
  if (top.value === Number.NEGATIVE_INFINITY) {
    const from = insideSupport(likelihood, density.value, start.parameters)
    top = maximise(evaluate, from, start.scale, { ...near, limit: start.limit })
  }
  let { evaluations, iterations } = top
  if (top.value === Number.NEGATIVE_INFINITY) return failed(nodes, top.x, evaluations)
  const again = offPlateau(likelihood, top.x)
  if (again) {
    const other = maximise(evaluate, again, start.scale, { ...near, limit: start.limit })
    evaluations += other.evaluations
    iterations += other.iterations
    if (other.value > top.value) top = other
  }
  makeCanonical(likelihood, top)

  let boundary: BoundaryPoint | null = null
  for (const withLimits of [true, false]) {
    const point = boundaryPoint(likelihood, top, start.parameters, withLimits)
    if (!point || density.value(point.x) < top.value - 1e-7 * (1 + Math.abs(top.value))) continue
    // The gradient in a variance's root is zero where that is zero: the climb goes on along the boundary.
    const along = maximise(evaluate, point.x, top.inverseHessian, near)
    evaluations += along.evaluations + 1
    iterations += along.iterations
    if (along.value < top.value - 1e-9 * (1 + Math.abs(top.value))) continue
    boundary = point
    top = along
    for (const j of [...point.covariance, ...point.limits]) top.x[j] = point.x[j]
    break
  }
  const zeroed: readonly number[] = boundary?.covariance ?? []
  const limits: readonly number[] = [...(boundary?.limits ?? []), ...(held ? [held.at] : [])]
  const singular = zeroed.length > 0
  const free = Array.from({ length: d }, (_, j) => j).filter((j) => !zeroed.includes(j) && !limits.includes(j))

  if (!held) anchor?.(top.x)
  let inverse = invertedInformation(density, top, free, held ? wideStep : undefined)
  evaluations += 2 * d
  let newton = inverse && newtonStep(inverse, top.gradient, free)
  for (let round = 0; newton && newton.rise > 1e-11 && !boundary && !held && round < 3; round++) {
    // The distance was misjudged for want of a good matrix; now there is one.
    top = maximise(evaluate, top.x, inverse!, near)
    makeCanonical(likelihood, top)
    inverse = invertedInformation(density, top, free, held ? wideStep : undefined)
    newton = inverse && newtonStep(inverse, top.gradient, free)
    evaluations += top.evaluations + 2 * d
    iterations += top.iterations
  }
  // So near to the top the parabola is the function to the last digit: Newton's step needs no evaluation.
  const last = newton && newton.rise < 1e-8 ? newton : { step: new Float64Array(d), rise: 0 }
  const parameters = top.x.map((value, j) => value + last.step[j])
  if (held) parameters[held.at] = held.value
  const logLik = top.value + last.rise

  const se = new Float64Array(d).fill(Number.NaN)
  let gradientNorm = newton ? Math.sqrt(2 * Math.max(0, newton.rise)) : 0
  for (const j of free) {
    if (inverse) se[j] = Math.sqrt(inverse[j * d + j])
    else gradientNorm = Math.max(gradientNorm, Math.abs(top.gradient[j]) * Math.sqrt(top.inverseHessian[j * d + j]))
  }
  const converged = inverse !== null && gradientNorm <= acceptable
  const known = converged ? null : whyNot(likelihood, parameters, nodes)
  const reason = known ?? reasonOf(converged, zeroed, limits, inverse !== null, gradientNorm)
  const covariance = inverse
  return {
    nodes,
    parameters,
    logLik,
    covariance,
    se,
    gradientNorm,
    converged,
    reason,
    singular,
    zeroed,
    limits,
    iterations,
    evaluations,
  }
}

/**
 * The start with smaller random effects, where the likelihood is zero at the start itself: effects of that size may
 * leave the support of a link such as the identity.
 */
function insideSupport({ layout }: Likelihood, value: (x: Float64Array) => number, start: Float64Array): Float64Array {
  const x = start.slice()
  for (let attempt = 0; attempt < 8 && value(x) === Number.NEGATIVE_INFINITY; attempt++) {
    for (let j = layout.fixed; j < x.length; j++) x[j] *= 0.3
  }
  return x
}

/** A logit beyond `plateau` leaves a probability without slope; one of `shoulder` has some. */
const plateau = 7
const shoulder = 3

/**
 * Where a predictor of a probability has run out onto the plateau near 0 or 1 in some rows, the parameters with that
 * predictor drawn in to where there is slope again: the top may lie between. Null where there is none.
 */
export function offPlateau(
  { model, layout }: Pick<Likelihood, 'model' | 'layout'>,
  x: Float64Array,
): Float64Array | null {
  const { further } = familyNamed(model.family).family
  const again = x.slice()
  let found = false
  further.forEach(({ link }, k) => {
    if (link !== 'logit') return
    const { fixed } = model.predictors[k + 1]
    const first = layout.fixedStart[k + 1]
    let farthest = 0
    for (let i = 0; i < model.nobs; i++) {
      let eta = 0
      for (let j = 0; j < fixed.names.length; j++) eta += fixed.x[j * model.nobs + i] * x[first + j]
      farthest = Math.max(farthest, Math.abs(eta))
    }
    if (farthest <= plateau) return
    found = true
    for (let j = 0; j < fixed.names.length; j++) again[first + j] *= shoulder / farthest
  })
  return found ? again : null
}

/** Of the thetas that stand for one covariance the one told has positive standard deviations. */
function makeCanonical({ layout }: Likelihood, { x, gradient, inverseHessian }: Maximum): void {
  const d = x.length
  for (const { term, covariance, start, size } of layout.terms) {
    const signs = covariance.canonicalSigns(x.subarray(start, start + size), term.names.length)
    for (let j = 0; j < size; j++) {
      if (signs[j] > 0) continue
      const at = start + j
      x[at] = -x[at]
      gradient[at] = -gradient[at]
      for (let k = 0; k < d; k++) {
        inverseHessian[at * d + k] = -inverseHessian[at * d + k]
        inverseHessian[k * d + at] = -inverseHessian[k * d + at]
      }
    }
  }
}

/** Inverse of the observed information over the free parameters, d x d, NaN elsewhere; null if not positive definite. */
function invertedInformation(
  density: MarginalDensity,
  top: Maximum,
  free: readonly number[],
  step?: number,
): Float64Array | null {
  const d = top.x.length
  const size = free.length
  const scale = top.x.map((_, j) => Math.sqrt(top.inverseHessian[j * d + j]))
  const small = density.negativeHessian
    ? inverted(density.negativeHessian(top.x), d, free)
    : (inverseAlong(density.evaluate, top.x, free, top.inverseHessian, step) ??
      inverted(negativeHessian(density.evaluate, top.x, scale, step), d, free))
  if (!small) return null
  // A variance so far beyond what the climb found is that of a direction without curvature but rounding's.
  const beyond = free.some((j, a) => small[a * (size + 1)] > 1e5 * top.inverseHessian[j * (d + 1)])
  if (beyond && !density.negativeHessian) return null
  if (size === d) return small
  const inverse = new Float64Array(d * d).fill(Number.NaN)
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      inverse[i * d + j] = small[a * size + b]
    })
  })
  return inverse
}

/** Inverse of the free rows and columns of a d x d matrix; null where it is not positive definite. */
function inverted(matrix: Float64Array | null, d: number, free: readonly number[]): Float64Array | null {
  const size = free.length
  if (!matrix) return null
  const factor = new Float64Array(size * size)
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      factor[a * size + b] = matrix[i * d + j]
    })
  })
  return cholesky(factor, size) ? choleskyInverse(factor, size) : null
}

/** Newton's step and the rise in log-likelihood it promises: half the squared distance from the top in standard errors. */
function newtonStep(
  inverse: Float64Array,
  gradient: Float64Array,
  free: readonly number[],
): { step: Float64Array; rise: number } {
  const d = gradient.length
  const step = new Float64Array(d)
  let rise = 0
  for (const i of free) {
    for (const j of free) step[i] += inverse[i * d + j] * gradient[j]
    rise += 0.5 * step[i] * gradient[i]
  }
  return { step, rise }
}

function reasonOf(
  converged: boolean,
  zeroed: readonly number[],
  limits: readonly number[],
  definite: boolean,
  gradientNorm: number,
): string {
  if (converged) {
    if (zeroed.length + limits.length === 0) return 'gradient is zero to rounding'
    return zeroed.length > 0
      ? 'maximum on the boundary: a variance or a combination of effects is zero'
      : 'maximum at a limit of the family'
  }
  if (definite) return `stopped with a gradient of ${gradientNorm.toExponential(1)} standard errors`
  return 'the information matrix is not positive definite: a parameter is not identified'
}

/** The start of the next rung: this estimate with its covariance. */
export function startAt(estimate: Estimate, fallback: Start): Start {
  if (!estimate.covariance || estimate.singular) return fallback
  return { parameters: estimate.parameters, scale: estimate.covariance }
}

function failed(nodes: number, parameters: Float64Array, evaluations: number): Estimate {
  return {
    nodes,
    parameters,
    logLik: Number.NEGATIVE_INFINITY,
    covariance: null,
    se: new Float64Array(parameters.length).fill(Number.NaN),
    gradientNorm: Number.POSITIVE_INFINITY,
    converged: false,
    reason: 'the likelihood is zero at the starting values',
    singular: false,
    zeroed: [],
    limits: [],
    iterations: 0,
    evaluations,
  }
}
