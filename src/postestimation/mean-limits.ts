import { hasInfiniteDeviation } from '../fit/record/running-names.js'
import type { Link } from '../links/link.js'
import { orNull } from '../numerics/or-null.js'
import { studentQuantile } from '../numerics/special.js'
import type { EstimatedMean } from './estimated-means.js'
import { deltaCovariance, type FittedModel } from './fitted-model.js'

/** A standard error and limits; null where the fit has none. */
export interface MeanLimits {
  readonly se: number | null
  readonly lower: number | null
  readonly upper: number | null
}

/**
 * Standard errors by the delta method and Student limits of a mean, on the link's scale and on the response's. Limits are made on the
 * link's and taken through its inverse; an end out of the inverse's range is null, and all are where a parameter runs to infinity.
 */
export function meanLimits(
  { fit, stated, covariance }: FittedModel,
  { inLink, inResponse, link: center }: EstimatedMean,
  link: Link,
  df: number,
  level: number,
): { readonly linear: MeanLimits; readonly response: MeanLimits } {
  const errorOf = (gradient: Float64Array): number =>
    hasInfiniteDeviation(fit)
      ? Number.NaN
      : Math.sqrt(deltaCovariance([gradient], covariance, stated.layout.dimension)[0])
  const se = errorOf(inLink)
  const distance = studentQuantile((1 + level) / 2, df) * se
  const inverse = (eta: number): number =>
    eta > (link.above ?? Number.NEGATIVE_INFINITY) ? link.inverse(eta) : Number.NaN
  const [a, b] = [inverse(center - distance), inverse(center + distance)]
  return {
    linear: { se: orNull(se), lower: orNull(center - distance), upper: orNull(center + distance) },
    response: { se: orNull(errorOf(inResponse)), lower: orNull(Math.min(a, b)), upper: orNull(Math.max(a, b)) },
  }
}
