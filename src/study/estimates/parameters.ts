import { glmOf } from '../../fit/start/glm.js'
import type { Estimate } from '../../fit/results/estimate.js'
import { dispersionEstimates, randomEstimates } from '../../fit/record/estimates.js'
import { usualDegreesOfFreedom } from '../../fit/df/degrees-of-freedom.js'
import { fixedPart, isRestricted } from '../../fit/record/fixed-part.js'
import { profileIntervals } from '../../fit/limits/profile-intervals.js'
import { withOneSidedLimits } from '../../fit/runaway/one-sided-limits.js'
import { startFrom } from '../../fit/start/start.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { isOneNumber } from '../../likelihood/frame/parameter-layout.js'
import { normalQuantile, studentQuantile } from '../../numerics/special.js'
import { type Refit, reported } from './refit.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { tellRunning } from './running-estimates.js'

/**
 * Names of what a fit of the model estimates: fixed effects as R names them, then sd(group) or sd(group, column),
 * cor(group, a, b), and the family's further parameters.
 */
export function parameterNames({ model, layout }: Stated): string[] {
  const names = [...(layout.location?.stated.fixed.names ?? [])]
  for (const of of layout.further)
    if (!isOneNumber(of)) names.push(...of.stated.fixed.names.map((column) => `${of.name}: ${column}`))
  for (const { group, names: columns } of model.predictors.flatMap(({ random }) => random)) {
    const plain = columns.length === 1 && columns[0] === '(Intercept)'
    for (const column of columns) names.push(plain ? `sd(${group})` : `sd(${group}, ${column})`)
    columns.forEach((a, i) => {
      for (const b of columns.slice(0, i)) names.push(`cor(${group}, ${b}, ${a})`)
    })
  }
  for (const of of layout.further) if (isOneNumber(of)) names.push(of.kind.reports)
  return names
}

/**
 * Estimates with their standard errors and, where asked for, limits; NaN for what does not exist. An estimate without a
 * finite maximum is infinite, has no standard error, and limits where its profile has been followed, one of them infinite.
 */
export interface ParameterTable {
  readonly estimate: Float64Array
  readonly se: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
}

const z95 = normalQuantile(0.975)

/**
 * The parameters of a fit in the order of `parameterNames`, with 95 % limits. Wald limits of a standard deviation are
 * those of its logarithm, so that they stay positive; there are none where it is zero, and none of correlations. Wald limits
 * of the mean's fixed effects are by Student's t where those of a fit are, with its default degrees of freedom.
 */
export function parameterTable(found: Refit, intervals: 'none' | 'wald' | 'profile'): ParameterTable {
  const { like, modesAt } = found
  const fitted = reported(found)
  const { layout } = like
  const estimates: number[] = []
  const se: number[] = []
  const lower: number[] = []
  const upper: number[] = []
  const push = (value: number, error: number | null, low: number | null, high: number | null): void => {
    estimates.push(value)
    se.push(error ?? Number.NaN)
    lower.push(low ?? Number.NaN)
    upper.push(high ?? Number.NaN)
  }
  const wald = (value: number, error: number, by = z95): void =>
    push(value, error, value - by * error, value + by * error)

  const restrictedFit = isRestricted(layout)
  const part = fixedPart(like, fitted, (restrictedFit ? modesAt(fitted.parameters) : null) ?? { terms: [] })
  const df = intervals === 'wald' ? usualDegreesOfFreedom(part, like, fitted) : null
  part.beta.forEach((value, j) => {
    wald(value, part.se[j], df && df[j] > 0 ? studentQuantile(0.975, df[j]) : z95)
  })
  for (const of of layout.further)
    if (!isOneNumber(of))
      for (let at = of.fixed.from; at < of.fixed.to; at++) wald(fitted.parameters[at], fitted.se[at])
  for (const { sd, sdSe, correlation } of randomEstimates(like, fitted)) {
    sd.forEach((value, i) => {
      const error = sdSe[i] ?? Number.NaN
      // Limits that overflow are none: infinite ones belong to estimates that run.
      const ratio = Math.exp((z95 * error) / value)
      const factor = Number.isFinite(ratio) ? ratio : Number.NaN
      push(value, error, value / factor, value * factor)
    })
    correlation.forEach((row, i) => {
      for (const value of row.slice(0, i)) push(value, null, null, null)
    })
  }
  for (const { estimate, se, lower, upper } of Object.values(dispersionEstimates(like, fitted))) {
    push(estimate, se, lower, upper)
  }
  const running = tellRunning({ like, fitted, modesAt }, estimates)
  for (const j of running.keys()) se[j] = lower[j] = upper[j] = Number.NaN
  if (intervals === 'profile') {
    profile(like, fitted, lower, upper)
    for (const [j, end] of running) {
      if (end === Number.POSITIVE_INFINITY && !Number.isNaN(lower[j])) upper[j] = end
      if (end === Number.NEGATIVE_INFINITY && !Number.isNaN(upper[j])) lower[j] = end
    }
  }
  return {
    estimate: Float64Array.from(estimates),
    se: Float64Array.from(se),
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
  }
}

/** The estimates of `parameterTable` alone, at a fraction of its cost: NaN for a correlation that does not exist. */
export function parameterEstimates(found: Refit): Float64Array {
  if (isRestricted(found.like.layout)) return parameterTable(found, 'none').estimate
  const estimates = estimatesAt(found.like.stated, reported(found).parameters)
  tellRunning(found, estimates)
  return estimates
}

/** The parameters in the order of `parameterNames` at outer parameters x of a model that is not restricted. */
export function estimatesAt({ layout }: Stated, x: Float64Array): Float64Array {
  const estimates: number[] = []
  const own = layout.location?.fixed ?? { from: 0, to: 0 }
  for (let j = own.from; j < own.to; j++) estimates.push(x[j])
  const dispersion: number[] = []
  for (const of of layout.further) {
    if (isOneNumber(of)) dispersion.push(of.link.inverse(x[of.fixed.from]))
    else for (let j = of.fixed.from; j < of.fixed.to; j++) estimates.push(x[j])
  }
  for (const { term, covariance, start, size } of layout.terms) {
    const q = term.names.length
    const theta = x.subarray(start, start + size)
    estimates.push(...covariance.standardDeviations(theta, q))
    const r = q > 1 ? covariance.correlations(theta, q) : []
    for (let i = 1; i < q; i++) for (let j = 0; j < i; j++) estimates.push(r[i * q + j])
  }
  return Float64Array.from([...estimates, ...dispersion])
}

/** Puts profile limits in place of Wald's. */
function profile(like: Likelihood, fitted: Estimate, lower: number[], upper: number[]): void {
  const own = profileIntervals(like, fitted, startFrom(like, glmOf(like.stated)), 0.95)
  const found = withOneSidedLimits(own, like, fitted, 0.95)
  const { location, further } = like.layout
  const limits = location ? [...found.predictors[location.k]] : []
  for (const of of further) if (!isOneNumber(of)) limits.push(...found.predictors[of.k])
  for (const { sd, correlation } of found.random) {
    limits.push(...sd)
    correlation.forEach((row, i) => {
      limits.push(...row.slice(0, i))
    })
  }
  const reported = dispersionEstimates(like, fitted, 0.95, found.predictors)
  limits.push(...Object.values(reported))
  limits.forEach((limit, j) => {
    lower[j] = limit.lower ?? Number.NaN
    upper[j] = limit.upper ?? Number.NaN
  })
}
