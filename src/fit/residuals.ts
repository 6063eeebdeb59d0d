import type { ResponseData } from '../families/family.js'
import { familyNamed } from '../families/registry.js'
import { linkNamed } from '../links/registry.js'
import { quantile } from '../numerics/quantile.js'
import type { FiveNumbers } from './fit-record.js'

/** Residuals of each row (McCullagh and Nelder 1989, section 2.4). */
export interface Residuals {
  /** (y - mu) / sqrt(V(mu) / weight); lme4's scaled residuals. */
  readonly pearson: Float64Array
  /** Signed root of each row's part of the deviance. */
  readonly deviance: Float64Array
}

/** Residuals at the linear predictor eta; rows of weight 0 are left out, as in R. */
export function residuals(
  model: { family: string; link: string; response: ResponseData },
  eta: Float64Array,
): Residuals {
  const { family } = familyNamed(model.family)
  const link = linkNamed(model.link)
  const pearson: number[] = []
  const deviance: number[] = []
  for (let i = 0; i < eta.length; i++) {
    const weight = family.weight(model.response, i)
    if (weight === 0) continue
    const observed = family.observed(model.response, i)
    const mu = link.inverse(eta[i])
    const difference = observed - mu
    pearson.push(difference === 0 ? 0 : difference * Math.sqrt(weight / family.variance(mu)))
    // The unit deviance is zero at its minimum; rounding can take it just below.
    deviance.push(Math.sign(difference) * Math.sqrt(weight * Math.max(0, family.unitDeviance(observed, mu))))
  }
  return { pearson: Float64Array.from(pearson), deviance: Float64Array.from(deviance) }
}

/** Minimum, quartiles and maximum. */
export function fiveNumbers(values: Float64Array): FiveNumbers {
  const ascending = values.slice().sort()
  const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((p) => quantile(ascending, p))
  return { min, q1, median, q3, max }
}
