import type { Estimate } from '../fit/results/estimate.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { outerNames } from '../likelihood/outer-names.js'
import { outerParameters } from '../likelihood/coordinates/outer-parameters.js'

/** One outer parameter as people read it, with its standard error by the delta method. */
export interface OuterEstimate {
  /** 'treat', 'sd(center)', 'cor(center, (Intercept), treat)', 'sigma'. */
  readonly name: string
  readonly estimate: number
  readonly se: number | null
}

/** The outer parameters of an estimate, in the order of a posterior's summary. */
export function outerEstimates(like: Likelihood, { parameters, covariance }: Estimate): OuterEstimate[] {
  const { stated, coordinates, dimension: d } = like
  const reported = outerParameters(stated)
  const at = (x: Float64Array): Float64Array => {
    const out = new Float64Array(d)
    reported.write(coordinates.fromParameters(x), out, 0)
    return out
  }
  const values = at(parameters)
  const slopes = new Float64Array(d * d)
  const x = parameters.slice()
  for (let j = 0; j < d; j++) {
    const step = 1e-5 * Math.max(1e-3, Math.abs(parameters[j]))
    x[j] = parameters[j] + step
    const above = at(x)
    x[j] = parameters[j] - step
    const below = at(x)
    x[j] = parameters[j]
    for (let i = 0; i < d; i++) slopes[i * d + j] = (above[i] - below[i]) / (2 * step)
  }
  return outerNames(like.stated).map((name, i) => {
    let variance = 0
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) {
        const weight = slopes[i * d + j] * slopes[i * d + k]
        if (weight !== 0) variance += weight * (covariance?.[j * d + k] ?? Number.NaN)
      }
    }
    return { name, estimate: values[i], se: variance > 0 ? Math.sqrt(variance) : null }
  })
}

/** Where each of them stands among the outer parameters of a likelihood; -1 for a correlation. */
export function outerPositions({ layout, coordinates, dimension }: Likelihood): Int32Array {
  const positions = Int32Array.from({ length: dimension }, (_, j) => (j < layout.fixed ? j : -1))
  for (const { laid, q, start, deviationOf } of coordinates.terms) {
    const units = laid.covariance.units(q)
    deviationOf.forEach((deviation, effect) => {
      const at = units.indexOf(effect)
      if (at >= 0) positions[start + deviation] = laid.start + at
    })
  }
  return positions
}
