import type { Warning } from '../../errors.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Maximum } from '../../numerics/maximise.js'
import { laplaceRule, nodesOf, type Rule } from '../../likelihood/frame/integration-rule.js'
import { type BoundaryPoint, boundaryPoint } from './boundary-point.js'
import { invertedInformation, newtonStep } from './information.js'
import { type FurtherRuns, furtherRuns, provedRuns } from '../runaway/further-runs.js'
import { atLimit, unknownWhere, without } from '../runaway/held.js'
import type { Estimate } from '../results/estimate.js'
import { limitEstimate } from '../runaway/limit-estimate.js'
import { toldOffTheScale } from '../runaway/off-the-scale.js'
import type { Runaway } from '../results/runaway.js'
import { withRunawayTerms } from '../runaway/runaway-terms.js'
import { runawayVariance } from '../runaway/runaway-variance.js'
import { offPlateau } from './off-plateau.js'
import type { Start } from '../start/start.js'
import { reproducesExactly, whyNot } from './why-not.js'
import { type HeldParameter, holding, withoutResidual } from './without-residual.js'

/**
 * Two millionths of a standard error from the top: the Newton step at the end takes that to rounding, and the Hessian
 * differs from the one at the top by less than the seventh digit.
 */
const close = { tolerance: 2e-6, maxIterations: 500, maxEvaluations: 500 }
/** Laplace's approximation is climbed closely, since its evaluations are cheap beside those of many nodes. */
const precise = { tolerance: 1e-6, maxIterations: 500, maxEvaluations: 500 }

/** A start for more nodes: near the top of Laplace's approximation, which costs little. */
export function laplaceStart(likelihood: Likelihood, start: Start): Start {
  const options = { ...precise, stepBound: start.stepBound }
  const { x, inverseHessian, value } = likelihood.marginal(laplaceRule).top(start.parameters, start.scale, options)
  return value > Number.NEGATIVE_INFINITY ? { parameters: x, scale: inverseHessian } : start
}

/** A scaled gradient up to this counts as converged: the estimate is within that many standard errors of the top. */
export const acceptable = 1e-4

/** The far ends of ranges that are tried, twice as far out where many rows still see the first, and then none. */
const reaches = [1, 2, 0]

/**
 * Climbs the marginal likelihood by a rule from `start`. Where a residual is on its way to zero, or cannot be distinguished
 * from the random effects, the top is that of its limit, if it is as high.
 */
export function estimate(likelihood: Likelihood, rule: Rule, given: Start): Estimate {
  const verdict = runawayVariance(likelihood, given)
  if (verdict?.runs) return limitEstimate(likelihood, verdict.runs, rule)
  if (verdict) {
    const found = climbed(likelihood, rule, { ...given, parameters: verdict.maximum }, null)
    // Where exact integration has found a maximum, one off the scale is the rule's error.
    return found.logLik > Number.NEGATIVE_INFINITY ? toldOffTheScale(likelihood, found, verdict.maximum) : found
  }
  const free = climbed(likelihood, rule, given, null)
  const found = withoutResidual(likelihood, free, given, (from, held) => climbed(likelihood, rule, from, held)) ?? free
  return found.logLik > Number.NEGATIVE_INFINITY ? withRunawayTerms(likelihood, found) : found
}

/** Step of differences, in standard errors, where a small residual takes eight digits of the gradient. */
const wideStep = 3e-3

/** With `residual`, its parameter is fixed at its limit. */
function climbed(likelihood: Likelihood, rule: Rule, start: Start, residual: HeldParameter | null): Estimate {
  const { dimension: d } = likelihood
  const nodes = nodesOf(rule)
  const whole = likelihood.marginal(rule)
  // Searches of the modes start from the point that the climb has reached. A residual that is fixed near zero leaves no digits
  // for searches by an older factor.
  let density = residual ? holding(whole, residual) : whole.near(start.parameters)
  const held: number[] = []
  const runs: Runaway[] = []
  const reported: Warning[] = []
  const hold = (found: FurtherRuns): Float64Array => {
    held.push(...found.held)
    runs.push(...found.runs)
    reported.push(found.warning)
    density = density.near(found.x)
    return found.x
  }
  const climb = (from: Float64Array): Maximum => {
    const reached = density.top(from, without(start.scale, held), { ...close, stepBound: start.stepBound })
    density = reached.near
    return reached
  }
  let from = start.parameters
  for (let found = provedRuns(likelihood, from, held); found; found = provedRuns(likelihood, from, held))
    from = hold(found)
  let top = climb(from)
  if (top.value === Number.NEGATIVE_INFINITY) top = climb(insideSupport(likelihood, density.value, from))
  let { evaluations, iterations } = top
  if (top.value === Number.NEGATIVE_INFINITY) return failed(rule, top.x, evaluations)
  const again = offPlateau(likelihood.stated, top.x, held)
  if (again) {
    const other = climb(again)
    evaluations += other.evaluations
    iterations += other.iterations
    if (other.value > top.value) top = other
  }
  top = canonical(likelihood, top)
  for (
    let found = furtherRuns(likelihood, density, top.x, held);
    found;
    found = furtherRuns(likelihood, density, top.x, held)
  ) {
    top = canonical(likelihood, climb(hold(found)))
    evaluations += top.evaluations + 4
    iterations += top.iterations
  }

  let boundary: BoundaryPoint | null = null
  for (const reach of reaches) {
    const point = boundaryPoint(likelihood, top, start.parameters, reach)
    if (!point || density.value(point.x) < top.value - 1e-7 * (1 + Math.abs(top.value))) continue
    // The gradient in a variance's root is zero where that is zero: the climb goes on along the boundary.
    const along = density.near(point.x).top(point.x, top.inverseHessian, close)
    evaluations += along.evaluations + 1
    iterations += along.iterations
    if (along.value < top.value - 1e-9 * (1 + Math.abs(top.value))) continue
    boundary = point
    density = along.near
    const kept = new Set([...point.covariance, ...point.limits])
    top = { ...along, x: along.x.map((value, j) => (kept.has(j) ? point.x[j] : value)) }
    break
  }
  const zeroed: readonly number[] = boundary?.covariance ?? []
  const limits: readonly number[] = [...(boundary?.limits ?? []), ...(residual ? [residual.at] : [])]
  for (const at of boundary?.limits ?? []) runs.push(atLimit(likelihood, at))
  const singular = zeroed.length > 0
  const free = Array.from({ length: d }, (_, j) => j).filter(
    (j) => !zeroed.includes(j) && ![...limits, ...held].includes(j),
  )

  density = density.near(top.x)
  let inverse = invertedInformation(density, top, free, residual ? wideStep : undefined)
  evaluations += 2 * d
  let newton = inverse && newtonStep(inverse, top.gradient, free)
  for (let round = 0; newton && newton.rise > 1e-11 && !boundary && !residual && round < 3; round++) {
    // The distance was misjudged for want of a good matrix; now there is one.
    top = canonical(likelihood, density.top(top.x, without(inverse!, held), close))
    inverse = invertedInformation(density, top, free)
    newton = inverse && newtonStep(inverse, top.gradient, free)
    evaluations += top.evaluations + 2 * d
    iterations += top.iterations
  }
  // So near to the top the parabola is the function to the last digit: Newton's step needs no evaluation.
  const last = newton && newton.rise < 1e-8 ? newton : { step: new Float64Array(d), rise: 0 }
  const parameters = top.x.map((value, j) => value + last.step[j])
  const logLik = top.value + last.rise

  const se = new Float64Array(d).fill(Number.NaN)
  let gradientNorm = newton ? Math.sqrt(2 * Math.max(0, newton.rise)) : 0
  for (const j of free) {
    if (inverse) se[j] = runs.some(({ at }) => at === j) ? Number.NaN : Math.sqrt(inverse[j * d + j])
    else gradientNorm = Math.max(gradientNorm, Math.abs(top.gradient[j]) * Math.sqrt(top.inverseHessian[j * d + j]))
  }
  const converged =
    inverse !== null && gradientNorm <= acceptable && (residual !== null || !reproducesExactly(likelihood, parameters))
  const known = converged ? null : whyNot(likelihood, parameters, nodes)
  const reason = known ?? reasonOf(converged, zeroed, limits, runs, inverse !== null, gradientNorm)
  const covariance = inverse && unknownWhere(inverse, runs)
  return {
    rule,
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
    runs,
    reported,
    unbounded: false,
    iterations,
    evaluations,
    near: residual ? null : { of: likelihood, density },
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

/** The same maximum at the theta with standard deviations that are not negative, of all that stand for its covariances. */
function canonical({ layout }: Likelihood, top: Maximum): Maximum {
  const d = top.x.length
  const sign = new Float64Array(d).fill(1)
  for (const { term, covariance, start, size } of layout.terms)
    sign.set(covariance.canonicalSigns(top.x.subarray(start, start + size), term.names.length), start)
  if (sign.every((one) => one > 0)) return top
  return {
    ...top,
    x: top.x.map((value, j) => sign[j] * value),
    gradient: top.gradient.map((value, j) => sign[j] * value),
    inverseHessian: top.inverseHessian.map((value, at) => sign[Math.floor(at / d)] * sign[at % d] * value),
  }
}

function reasonOf(
  converged: boolean,
  zeroed: readonly number[],
  limits: readonly number[],
  runs: readonly Runaway[],
  definite: boolean,
  gradientNorm: number,
): string {
  if (converged) {
    if (runs.some(({ at }) => !limits.includes(at))) return `${endOfRuns}: gradient is zero to rounding for all else`
    if (zeroed.length + limits.length === 0) return 'gradient is zero to rounding'
    return zeroed.length > 0
      ? 'maximum on the boundary: a variance or a combination of effects is zero'
      : 'maximum at a limit of the family'
  }
  if (definite) return `stopped with a gradient of ${gradientNorm.toExponential(1)} standard errors`
  return 'the information matrix is not positive definite: a parameter is not identified'
}

/** What a climb with parameters that run has reached. */
const endOfRuns = 'a parameter has no finite maximum and is held far out'

/** The start of the next rung: this estimate with its covariance. */
export function startAt(estimate: Estimate, fallback: Start): Start {
  if (!estimate.covariance || estimate.singular || estimate.runs.length > 0) return fallback
  return { parameters: estimate.parameters, scale: estimate.covariance }
}

function failed(rule: Rule, parameters: Float64Array, evaluations: number): Estimate {
  return {
    rule,
    nodes: nodesOf(rule),
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
    runs: [],
    reported: [],
    unbounded: false,
    iterations: 0,
    evaluations,
    near: null,
  }
}
