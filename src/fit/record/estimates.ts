import type { Likelihood } from '../../likelihood/likelihood.js'
import { isOneNumber, type LaidTerm } from '../../likelihood/frame/parameter-layout.js'
import { normalQuantile, studentQuantile, studentTwoSided } from '../../numerics/special.js'
import { orNull } from '../../numerics/or-null.js'
import type { Estimate } from '../results/estimate.js'
import type { FitRecord, FixedEstimate, RandomEstimate } from './fit-record.js'
import type { Limits } from '../results/limits.js'
import { randomTerms } from './fixed-part.js'
import type { Runaway } from '../results/runaway.js'

/** Where the j-th of some estimates runs to. */
export type Ends = (j: number) => Runaway['to']

/** The ends of the parameters from `first` on. */
export const endsFrom =
  ({ runs }: Pick<Estimate, 'runs'>, first: number): Ends =>
  (j) =>
    runs.find(({ at }) => at === first + j)?.to ?? null

/** Fixed effects with Wald tests and limits of the level: by Student's t where there are degrees of freedom, else normal. */
export function fixedEstimates(
  names: readonly string[],
  beta: ArrayLike<number>,
  se: ArrayLike<number>,
  level = 0.95,
  df: ArrayLike<number> | null = null,
  ends: Ends = () => null,
): FixedEstimate[] {
  const normal = normalQuantile((1 + level) / 2)
  return names.map((name, j) => {
    const z = beta[j] / se[j]
    const t = df !== null && df[j] > 0 && df[j] < Number.POSITIVE_INFINITY
    const distance = t ? studentQuantile((1 + level) / 2, df[j]) : normal
    return {
      name,
      estimate: beta[j],
      runsTo: ends(j),
      se: orNull(se[j]),
      z: orNull(z),
      statistic: t ? 't' : 'z',
      df: t ? df[j] : null,
      p: Number.isNaN(z) ? null : studentTwoSided(z, t ? df[j] : Number.POSITIVE_INFINITY),
      lower: orNull(beta[j] - distance * se[j]),
      upper: orNull(beta[j] + distance * se[j]),
    }
  })
}

/** Standard deviations and correlations of each random term; standard errors by the delta method. */
export const randomEstimates = ({ layout }: Likelihood, estimate: Estimate): RandomEstimate[] =>
  randomTerms(layout.terms).map(({ laid }) => randomEstimate(laid, estimate))

function randomEstimate({ term, covariance, start, size }: LaidTerm, estimate: Estimate): RandomEstimate {
  const q = term.names.length
  const d = estimate.parameters.length
  const theta = estimate.parameters.subarray(start, start + size)
  const sd = Array.from(covariance.standardDeviations(theta, q))
  const derivative = new Float64Array(q * size)
  covariance.standardDeviationDerivative(theta, q, derivative)
  const sdSe = sd.map((_, i) => {
    let variance = 0
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) {
        const slope = derivative[i * size + j] * derivative[i * size + k]
        // Parameters at zero have no covariance; where the standard deviation does not move with them none is needed.
        if (slope !== 0) variance += slope * (estimate.covariance?.[(start + j) * d + start + k] ?? Number.NaN)
      }
    }
    return orNull(Math.sqrt(variance))
  })
  const flat = covariance.correlations(theta, q)
  const units = covariance.units(q)
  const runsTo = sd.map((_, i) => {
    const own = estimate.runs.find(({ at }) => at >= start && at < start + size && units[at - start] === i)
    return own?.to === 'Inf' ? own.to : null
  })
  const correlation = Array.from({ length: q }, (_, i) => Array.from(flat.subarray(i * q, (i + 1) * q)))
  return {
    group: term.group,
    names: term.names,
    sd,
    sdSe: sdSe.map((se, i) => (sd[i] === 0 || runsTo[i] !== null ? null : se)),
    runsTo,
    correlation,
    sdLimits: null,
    correlationLimits: null,
  }
}

/**
 * The family's further parameters that are one number each, on their natural scale; limits are Wald's of the predictor,
 * or those given for the coefficients of each predictor.
 */
export function dispersionEstimates(
  { layout }: Likelihood,
  fitted: Estimate,
  level = 0.95,
  given: readonly (readonly Limits[])[] | null = null,
): FitRecord['dispersion'] {
  const { parameters, se } = fitted
  const distance = normalQuantile((1 + level) / 2)
  const entries = layout.further.filter(isOneNumber).map(({ k, kind: { reports }, link, fixed: { from: at } }) => {
    const { inverse, slope } = link
    const { lower, upper } = given
      ? given[k][0]
      : { lower: orNull(parameters[at] - distance * se[at]), upper: orNull(parameters[at] + distance * se[at]) }
    const reported = {
      estimate: inverse(parameters[at]),
      runsTo: endsFrom(fitted, at)(0),
      se: orNull(slope(parameters[at]) * se[at]),
      lower: lower === null ? null : orNull(inverse(lower)),
      upper: upper === null ? null : orNull(inverse(upper)),
    }
    return [reports, reported] as const
  })
  return Object.fromEntries(entries)
}
