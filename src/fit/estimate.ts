import { familyNamed } from '../families/registry.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { linkNamed } from '../links/registry.js'
import { cholesky, choleskyInverse } from '../numerics/cholesky.js'
import { negativeHessian } from '../numerics/hessian.js'
import { type Maximum, maximise, type Objective } from '../numerics/maximise.js'
import { fitGlm, type GlmFit } from './glm.js'
import type { Start } from './start.js'

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
  /** Largest absolute element of the gradient, each times its standard error. */
  readonly gradientNorm: number
  readonly converged: boolean
  readonly reason: string
  /** The variance is estimated as zero. */
  readonly singular: boolean
  readonly iterations: number
  readonly evaluations: number
}

/** The fit without random effects: start of the climb, and the answer where the variance is zero. */
export function glmOf(likelihood: Likelihood): GlmFit {
  const { model } = likelihood
  const { family } = familyNamed(model.family)
  const [predictor] = model.predictors
  return fitGlm(predictor.fixed, predictor.offset, model.response, family, linkNamed(model.link))
}

/** The Newton step at the end takes an error of 1e-5 standard errors to rounding. */
const close = { tolerance: 1e-5, maxIterations: 500 }
/** Laplace's evaluations are so cheap beside those of many nodes that a start from it may as well be good. */
const precise = { tolerance: 1e-6, maxIterations: 500 }

/** A start for more nodes: near the top of Laplace's approximation, which costs little. */
export function laplaceStart(likelihood: Likelihood, start: Start): Start {
  const { x, inverseHessian, value } = maximise(likelihood.marginal(1).evaluate, start.parameters, start.scale, precise)
  return value > Number.NEGATIVE_INFINITY ? { parameters: x, scale: inverseHessian } : start
}

/** A scaled gradient up to this counts as converged: the estimate is within that many standard errors of the top. */
const acceptable = 1e-4

/** Climbs the marginal likelihood with `nodes` nodes from `start`; `glm` is its value where all variances are zero. */
export function estimate(likelihood: Likelihood, nodes: number, start: Start, glm: GlmFit): Estimate {
  const { p, dimension: d } = likelihood
  const { evaluate } = likelihood.marginal(nodes)
  let top = maximise(evaluate, start.parameters, start.scale, close)
  let { evaluations, iterations } = top
  if (top.value === Number.NEGATIVE_INFINITY) return failed(nodes, top.x, evaluations)
  signsPositive(top, p)

  // Without the random effect every number of nodes gives the same likelihood.
  const onBoundary = new Float64Array(d)
  onBoundary.set(glm.beta)
  const atZero = d > p && glm.converged ? likelihood.marginal(1).value(onBoundary) : Number.NEGATIVE_INFINITY
  const singular = atZero >= top.value - 1e-9 * (1 + Math.abs(top.value))
  const free = singular ? p : d
  if (singular) {
    const gradient = new Float64Array(d)
    top = { ...top, x: onBoundary, value: evaluate(onBoundary, gradient), gradient }
  }

  let inverse = invertedInformation(evaluate, top, free)
  evaluations += 2 * d
  let newton = inverse && newtonStep(inverse, top.gradient, free)
  for (let again = 0; newton && newton.rise > 1e-11 && !singular && again < 3; again++) {
    // The distance was misjudged for want of a good matrix; now there is one.
    top = maximise(evaluate, top.x, inverse!, close)
    signsPositive(top, p)
    inverse = invertedInformation(evaluate, top, free)
    newton = inverse && newtonStep(inverse, top.gradient, free)
    evaluations += top.evaluations + 2 * d
    iterations += top.iterations
  }
  // So near to the top the parabola is the function to the last digit: Newton's step needs no evaluation.
  const parameters = top.x.map((value, j) => value + (newton && newton.rise < 1e-8 && j < free ? newton.step[j] : 0))
  const logLik = top.value + (newton && newton.rise < 1e-8 ? newton.rise : 0)

  const se = new Float64Array(d).fill(Number.NaN)
  let gradientNorm = 0
  for (let j = 0; j < free; j++) {
    if (inverse) se[j] = Math.sqrt(inverse[j * free + j])
    const unit = inverse ? se[j] : Math.sqrt(top.inverseHessian[j * d + j])
    gradientNorm = Math.max(gradientNorm, Math.abs(top.gradient[j]) * unit)
  }
  const converged = inverse !== null && gradientNorm <= acceptable
  const covariance = inverse && (singular ? padded(inverse, free, d) : inverse)
  const reason = reasonOf(converged, singular, inverse !== null, gradientNorm)
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
    iterations,
    evaluations,
  }
}

/** A standard deviation and its negative are the same model: the positive one is told. */
function signsPositive({ x, gradient }: Maximum, p: number): void {
  for (let j = p; j < x.length; j++) {
    if (x[j] >= 0) continue
    x[j] = -x[j]
    gradient[j] = -gradient[j]
  }
}

/** Inverse of the observed information over the first `free` parameters; null where it is not positive definite. */
function invertedInformation(evaluate: Objective, top: Maximum, free: number): Float64Array | null {
  const d = top.x.length
  const scale = top.x.map((_, j) => Math.sqrt(top.inverseHessian[j * d + j]))
  const factor = leading(negativeHessian(evaluate, top.x, scale), d, free)
  return cholesky(factor, free) ? choleskyInverse(factor, free) : null
}

/** Newton's step and the rise in log-likelihood it promises: half the squared distance from the top in standard errors. */
function newtonStep(inverse: Float64Array, gradient: Float64Array, free: number): { step: Float64Array; rise: number } {
  const step = new Float64Array(free)
  let rise = 0
  for (let i = 0; i < free; i++) {
    for (let j = 0; j < free; j++) step[i] += inverse[i * free + j] * gradient[j]
    rise += 0.5 * step[i] * gradient[i]
  }
  return { step, rise }
}

function reasonOf(converged: boolean, singular: boolean, definite: boolean, gradientNorm: number): string {
  if (converged) return singular ? 'maximum on the boundary: a variance is zero' : 'gradient is zero to rounding'
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
    iterations: 0,
    evaluations,
  }
}

/** Leading k x k block of a d x d matrix. */
function leading(matrix: Float64Array, d: number, k: number): Float64Array {
  const out = new Float64Array(k * k)
  for (let i = 0; i < k; i++) out.set(matrix.subarray(i * d, i * d + k), i * k)
  return out
}

/** A k x k matrix as the leading block of a d x d one, the rest NaN. */
function padded(matrix: Float64Array, k: number, d: number): Float64Array {
  const out = new Float64Array(d * d).fill(Number.NaN)
  for (let i = 0; i < k; i++) out.set(matrix.subarray(i * k, (i + 1) * k), i * d)
  return out
}
