import { copies } from '../../data/response-rows.js'
import { familyPredictors } from '../../likelihood/frame/family-predictors.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { quantile } from '../../numerics/quantile.js'
import type { FiveNumbers } from './fit-record.js'

/** Residuals of each row (McCullagh and Nelder 1989, section 2.4). */
export interface Residuals {
  /** (y - E y) / sd(y) given the random effects; lme4's scaled residuals. */
  readonly pearson: Float64Array
  /** Signed root of each row's part of the deviance; null where the family has none. */
  readonly deviance: Float64Array | null
  /** How many observations each one is of; null for one each. */
  readonly copies: Float64Array | null
}

/** Residuals at the linear predictors eta; rows of weight 0 are left out, as in R. */
export function residuals({ model, family, links }: Stated, linear: readonly Float64Array[]): Residuals {
  const eta = familyPredictors(model, linear)
  const inverses = links.map(({ inverse }) => inverse)
  const { response } = model
  const n = eta[0].length
  let used = 0
  for (let i = 0; i < n; i++) if (family.weight(response, i) !== 0) used++
  const pearson = new Float64Array(used)
  const deviance = new Float64Array(used)
  const counts = response.frequency ? new Float64Array(used) : null
  const natural: [number, ...number[]] = [0, ...inverses.slice(1).map(() => 0)]
  let exists = true
  for (let i = 0, at = 0; i < n; i++) {
    const weight = family.weight(response, i)
    if (weight === 0) continue
    if (counts) counts[at] = copies(response, i)
    const observed = family.observed(response, i)
    for (let k = 0; k < inverses.length; k++) natural[k] = inverses[k](eta[k][i])
    const difference = observed - family.meanOfResponse(natural)
    const sd = Math.sqrt(family.varianceOfResponse(natural, weight))
    pearson[at] = difference === 0 ? 0 : difference / sd
    // The unit deviance is zero at its minimum; rounding can take it just below.
    const unit = family.unitDeviance(observed, ...natural)
    const residual = Math.sign(difference) * Math.sqrt(weight * Math.max(0, unit))
    if (Number.isNaN(residual)) exists = false
    deviance[at++] = residual
  }
  return { pearson, deviance: exists ? deviance : null, copies: counts }
}

/**
 * Minimum, quartiles and maximum of values, each counted so many times where counts are given; quantiles as R's type 7.
 * Without counts the values are sorted in place.
 */
export function fiveNumbers(values: Float64Array, counts: Float64Array | null): FiveNumbers {
  if (!counts) values.sort()
  const between = counts ? countedQuantile(values, counts) : (p: number): number => quantile(values, p)
  const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map(between)
  return { min, q1, median, q3, max }
}

/** The quantiles of the values written out as often as they count. */
function countedQuantile(values: Float64Array, counts: Float64Array): (p: number) => number {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b])
  const total = counts.reduce((sum, count) => sum + count, 0)
  const at = (place: number): number => {
    let after = 0
    for (const i of order) {
      after += counts[i]
      if (place < after) return values[i]
    }
    return values[order[order.length - 1]]
  }
  return (p) => {
    const low = Math.floor(p * (total - 1))
    return at(low) + (p * (total - 1) - low) * (at(low + 1) - at(low))
  }
}
