import { isConstant } from '../../data/constant-predictor.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'
import type { Start } from '../start/start.js'
import { type MarginalDensity, marginalDensity } from '../../likelihood/frame/log-density.js'

/** An outer parameter that stays where it is. */
export interface HeldParameter {
  readonly at: number
  readonly value: number
}

/** A logarithm of sigma known to no better than this has no maximum. */
const unknown = 3
/** Shares at which it stands for zero, the first whose likelihood differs from zero's by rounding only. */
const shares: readonly number[] = [1e-3, 3e-4, 1e-4]
/** The log-likelihood at such a share is within this of its limit: beyond what is reported of it. */
const negligible = 2e-5
/** A log-likelihood that rises by more is on its way to infinity, where it rises by k log 2 with k = 1, 2, ... */
const finite = 0.01
/** A limit so far below the top found is none, at any share. */
const hopeless = 10
/** Climbs added to one that ran out of evaluations on its way to a limit that is finite. */
const moreClimbs = 4
/** The limit counts as high as the top found up to this, times 1 + |log L|. */
const asHigh = 1e-7

/**
 * The estimate at the limit sigma -> 0 of a gaussian residual, where random effects take its place: an autoregression
 * without a nugget, a covariance with one row a level and column, one row a level. Near the limit the log-likelihood is
 * L - c sigma^2, so that two small sigmas determine L. Null where the climb needs no limit, and where L is lower or infinite,
 * as where the fixed effects reproduce the response.
 */
export function withoutResidual(
  likelihood: Likelihood,
  free: Estimate,
  start: Start,
  climb: (start: Start, held: HeldParameter) => Estimate,
): Estimate | null {
  const { model, layout } = likelihood
  const residual = layout.further.find(({ kind }) => kind?.vanishes !== undefined)
  if (!residual || layout.terms.length === 0 || !isConstant(residual.stated)) return null
  const { value: logLikAt } = likelihood.marginal(free.rule)
  const at = residual.fixed.from
  const scale = Math.log(spread(model.response.y))
  if (!Number.isFinite(scale) || (free.converged && free.se[at] <= unknown)) return null
  let found: { end: Estimate; limit: number; gap: number } | null = null
  for (const share of shares) {
    const value = scale + Math.log(share)
    let end = climb(fromThere(found?.end ?? free, start, { at, value }), { at, value })
    if (!(end.logLik > Number.NEGATIVE_INFINITY)) break
    const gapAt = ({ logLik, parameters }: Estimate): number =>
      (logLik - logLikAt(withValue(parameters, at, value + Math.LN2))) / 3
    for (let more = 0; more < moreClimbs && !end.converged && Math.abs(gapAt(end)) < finite; more++)
      end = climb(fromThere(end, start, { at, value }), { at, value })
    const gap = gapAt(end)
    found = { end, limit: end.logLik + gap, gap: Math.abs(gap) }
    if (found.gap <= negligible || !end.converged || found.limit < free.logLik - hopeless) break
  }
  if (!found?.end.converged || found.gap > finite) return null
  const { end, limit } = found
  // Far below that sigma rounding is all that the free climb has found.
  const value = end.parameters[at]
  const top = free.parameters[at] < value ? logLikAt(withValue(free.parameters, at, value)) : free.logLik
  return limit >= top - asHigh * (1 + Math.abs(top)) ? end : null
}

const withValue = (parameters: Float64Array, at: number, value: number): Float64Array =>
  parameters.map((one, j) => (j === at ? value : one))

/** A start from an estimate, with its covariance where there is one. */
function fromThere({ parameters, covariance }: Estimate, start: Start, { at, value }: HeldParameter): Start {
  const from = parameters.map((one, j) => (Number.isFinite(one) ? one : start.parameters[j]))
  const known = covariance?.every((one) => !(Math.abs(one) > 1e12))
  return { parameters: withValue(from, at, value), scale: known ? completed(covariance!, start.scale) : start.scale }
}

/** A density with one parameter fixed: its derivative is zero. */
export const holding = (density: MarginalDensity, { at, value }: HeldParameter): MarginalDensity => {
  const held = new Float64Array(density.dimension)
  const set = (x: Float64Array): Float64Array => {
    held.set(x)
    held[at] = value
    return held
  }
  return marginalDensity({
    dimension: density.dimension,
    levels: 1,
    evaluate: (x, gradient, byLevel) => {
      const logLik = gradient ? density.evaluate(set(x), gradient) : density.value(set(x))
      if (gradient) gradient[at] = 0
      if (byLevel) byLevel[0] = logLik
      return logLik
    },
    effectsAt: (x) => density.effectsAt(set(x)),
  })
}

/** A covariance with the rows and columns of held parameters, which have none, from another one. */
function completed(covariance: Float64Array, other: Float64Array): Float64Array {
  const d = Math.sqrt(covariance.length)
  return covariance.map((value, ij) => {
    if (Number.isFinite(value)) return value
    return Math.floor(ij / d) === ij % d ? other[ij] : 0
  })
}

function spread(y: Float64Array): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length
  return Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length)
}
