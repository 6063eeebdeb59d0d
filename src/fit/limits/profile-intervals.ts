import type { Warning } from '../../errors.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { normalQuantile } from '../../numerics/special.js'
import type { DfMethod } from '../df/degrees-of-freedom.js'
import type { Estimate } from '../results/estimate.js'
import type { Limits } from '../results/limits.js'
import { randomTerms } from '../record/fixed-part.js'
import type { ProfileIntervals } from '../results/limits.js'
import { profileLimits } from './profile.js'
import { covarianceQuantity, type ProfileQuantity, parameterQuantity } from './profile-quantities.js'
import type { Start } from '../start/start.js'

/** How limits are found, and the probability they are to cover with. */
export interface Intervals {
  readonly method: 'wald' | 'profile'
  readonly level: number
  /** Where Wald's degrees of freedom come from; the model's default where left out. */
  readonly df?: DfMethod
}

export const waldIntervals: Intervals = { method: 'wald', level: 0.95 }

const none: Limits = { lower: null, upper: null }

/**
 * Profile limits of the fixed effects of every predictor, and of the standard deviations and correlations of every random
 * term, or without `all` of the mean's fixed effects only. `start` gives the units of parameters that the fit leaves at
 * zero.
 */
export function profileIntervals(
  likelihood: Likelihood,
  fitted: Estimate,
  start: Start,
  level: number,
  all = true,
): ProfileIntervals {
  const { layout, dimension: d } = likelihood
  const z = normalQuantile((1 + level) / 2)
  const warnings: Warning[] = []
  const units = fitted.parameters.map((value, j) =>
    Math.max(Math.abs(value), Math.abs(start.parameters[j]), Math.sqrt(start.scale[j * d + j]) || 0),
  )
  const limits = (quantity: ProfileQuantity): Limits => {
    const { lower, upper, reason } = profileLimits(likelihood, fitted, units, quantity, z)
    if (reason) warnings.push({ code: 'PROFILE', message: `no profile interval for ${quantity.name}: ${reason}` })
    return { lower, upper }
  }
  const predictors = layout.predictors.map((of) =>
    of.stated.fixed.names.map((column, j) => {
      if (!all && of !== layout.location) return none
      const at = of.fixed.from + j
      const reported = of === layout.location ? column : `${column} of ${of.name}`
      if (fitted.unbounded || (fitted.runs.some((run) => run.at === at) && !fitted.limits.includes(at))) return none
      return limits(parameterQuantity(reported, at, fitted.se[at] > 0 ? fitted.se[at] : units[at]))
    }),
  )
  const random = (all ? randomTerms(layout.terms) : []).map(({ laid: { term, covariance, start: first }, at }) => {
    const q = term.names.length
    const sd: Limits[] = new Array(q).fill(none)
    const correlation: Limits[][] = Array.from({ length: q }, () => new Array(q).fill(none))
    const theta = fitted.parameters.subarray(first, first + covariance.size(q))
    for (const held of covariance.held(q)) {
      const defined = !fitted.unbounded && Number.isFinite(held.value(theta))
      const found = defined ? limits(covarianceQuantity(likelihood, fitted, at, held, units[first])) : none
      const [i, j] = held.effects
      if (held.kind === 'sd') sd[i] = found
      else correlation[i][j] = correlation[j][i] = found
    }
    return { sd, correlation }
  })
  return { predictors, random, warnings }
}
