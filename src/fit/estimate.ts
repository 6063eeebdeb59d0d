import { familyNamed } from '../families/registry.js'
import { linkNamed } from '../links/registry.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { cholesky, choleskyInverse } from '../numerics/cholesky.js'
import { negativeHessian } from '../numerics/hessian.js'
import { maximise } from '../numerics/maximise.js'
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

const tight = { tolerance: 1e-7, maxIterations: 500 }
/** A scaled gradient up to this counts as converged: the estimate is within that many standard errors of the top. */
const acceptable = 1e-4

/** Climbs the marginal likelihood with `nodes` nodes from `start`; `glm` is its value where all variances are zero. */
export function estimate(likelihood: Likelihood, nodes: number, start: Start, glm: GlmFit): Estimate {
  const { p, dimension: d } = likelihood
  const { evaluate, value } = likelihood.marginal(nodes)
  const top = maximise(evaluate, start.parameters, start.scale, tight)
  let { x: parameters, value: logLik, evaluations } = top
  if (logLik === Number.NEGATIVE_INFINITY) return failed(nodes, top.x, evaluations)

  // A standard deviation and its negative are the same model.
  for (let j = p; j < d; j++) parameters[j] = Math.abs(parameters[j])
  const onBoundary = new Float64Array(d)
  onBoundary.set(glm.beta)
  const atZero = d > p && glm.converged ? value(onBoundary) : Number.NEGATIVE_INFINITY
  const singular = atZero >= logLik - 1e-9 * (1 + Math.abs(logLik))
  if (singular) {
    parameters = onBoundary
    logLik = atZero
  }

  const scale = new Float64Array(d)
  for (let j = 0; j < d; j++) scale[j] = Math.sqrt(top.inverseHessian[j * d + j])
  const free = singular ? p : d
  const information = leading(negativeHessian(evaluate, parameters, scale), d, free)
  evaluations += 2 * d
  const factor = information.slice()
  const definite = cholesky(factor, free)
  const inner = definite ? choleskyInverse(factor, free) : null
  const gradient = new Float64Array(d)
  if (inner && !singular) {
    // One Newton step with the differenced Hessian takes the quadratic convergence BFGS does not have.
    evaluate(parameters, gradient)
    const polished = parameters.slice()
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) polished[i] += inner[i * d + j] * gradient[j]
    const polishedGradient = new Float64Array(d)
    const polishedValue = evaluate(polished, polishedGradient)
    evaluations += 2
    if (polishedValue >= logLik - 1e-12 * Math.abs(logLik) && polished.subarray(p).every((sd) => sd > 0)) {
      parameters = polished
      logLik = polishedValue
      gradient.set(polishedGradient)
    }
  } else {
    evaluate(parameters, gradient)
    evaluations++
  }

  const se = new Float64Array(d).fill(Number.NaN)
  let gradientNorm = 0
  for (let j = 0; j < free; j++) {
    if (inner) se[j] = Math.sqrt(inner[j * free + j])
    gradientNorm = Math.max(gradientNorm, Math.abs(gradient[j]) * (inner ? se[j] : scale[j]))
  }
  const converged = definite && gradientNorm <= acceptable
  const reason = converged
    ? singular
      ? 'maximum on the boundary: a variance is zero'
      : 'gradient is zero to rounding'
    : definite
      ? `stopped with a gradient of ${gradientNorm.toExponential(1)} standard errors`
      : 'the information matrix is not positive definite: a parameter is not identified'
  const covariance = inner && (singular ? padded(inner, free, d) : inner)
  const { iterations } = top
  return { nodes, parameters, logLik, covariance, se, gradientNorm, converged, reason, singular, iterations, evaluations }
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
