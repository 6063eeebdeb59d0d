import { deviations } from '../../covariance/chart.js'
import { drawnFixed, plainName } from './drawn-parameters.js'
import type { Stated } from '../frame/stated.js'

/** Two digits: a prior's width need not be known better, and people read it. */
const rounded = (value: number): number => Number(value.toPrecision(2))

interface Spread {
  readonly mean: number
  readonly sd: number
}

function spreadOf(values: ArrayLike<number>): Spread {
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += values[i] / values.length
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] - mean) ** 2
  return { mean, sd: Math.sqrt(sum / values.length) }
}

/**
 * What one unit of a column is worth: 1 for an indicator (and a constant), whose coefficient is a difference between
 * two groups, and elsewhere its standard deviation, so that the prior says the same in metres and in inches.
 */
function unitOf(column: ArrayLike<number>): number {
  for (let i = 0; i < column.length; i++) if (column[i] !== 0 && column[i] !== 1) return spreadOf(column).sd || 1
  return 1
}

/** Mean and scale of the response as the linear predictor sees it; a link without unit has scale 1. */
function responseSpread({ model, family, link }: Stated): Spread {
  const n = model.nobs
  const eta = new Float64Array(n)
  let mean = 0
  for (let i = 0; i < n; i++) {
    const observed = family.observed(model.response, i)
    const mu = family.start(observed, family.weight(model.response, i), model.link)
    mean += mu / n
    eta[i] = link.link(mu)
  }
  const { sd } = spreadOf(eta)
  return { mean: link.link(mean), sd: link.unitless ? 1 : sd || 1 }
}

/**
 * Priors in force where the user gives none: weak on the scale of the data. A coefficient of an indicator is
 * normal(0, 2.5 s), s being the scale of the response as the linear predictor sees it (1 for logits and logs), one of
 * another column that divided by its standard deviation; the intercept the same, unless the response's mean or the
 * columns' lie so far from 0 that it needs room. A standard deviation of effects is half_normal(0, s), one of slopes
 * divided by the column's unit.
 */
export function defaultPriors(stated: Stated): string[] {
  const { model, layout } = stated
  const { mean: middle, sd: s } = responseSpread(stated)
  const n = model.nobs
  const columnOf = (x: Float64Array, j: number): Float64Array => x.subarray(j * n, (j + 1) * n)
  const ofMean = layout.location?.k ?? null
  const [general, typical] = [rounded(2.5 * s), rounded(s)]
  const out = [`b ~ normal(0, ${general})`, `sd ~ half_normal(0, ${typical})`, 'cor ~ lkj(1)']

  const mean = layout.location?.stated.fixed
  const own = mean?.names ?? []
  let shift = 0
  own.forEach((name, j) => {
    if (name === '(Intercept)') return
    const column = columnOf(mean!.x, j)
    const scale = (2.5 * s) / unitOf(column)
    shift = Math.hypot(shift, scale * spreadOf(column).mean)
    if (rounded(scale) !== general) out.push(`b[${name}] ~ normal(0, ${rounded(scale)})`)
  })
  if (own.includes('(Intercept)') && (Math.abs(middle) > general || shift > 1.5 * general)) {
    const center = Math.abs(middle) > general ? rounded(middle) : 0
    out.push(`Intercept ~ normal(${center}, ${rounded(Math.hypot(2.5 * s, shift))})`)
  }
  for (const { name, predictor, column, element, parameter } of drawnFixed(stated)) {
    if (predictor === ofMean) continue
    if (parameter) out.push(`${name} ~ ${parameter.prior(rounded(s))}`)
    else {
      const { names, x } = model.predictors[predictor].fixed
      const { kind } = layout.predictors[predictor]
      // The logarithm of a residual standard deviation lies about that of the response's scale.
      const center = names[column] === '(Intercept)' && kind?.link === 'log' ? rounded(Math.log(s)) : 0
      const scale = rounded(2.5 / unitOf(columnOf(x, column)))
      if (center !== 0 || scale !== general) out.push(`b[${element}] ~ normal(${center}, ${scale})`)
    }
  }
  for (const { term, covariance, predictor } of layout.terms) {
    const q = term.names.length
    const of = covariance.chart.deviationOf(q)
    for (let d = 0; d < deviations(covariance.chart, q); d++) {
      const k = of.indexOf(d)
      const scale = rounded((predictor === ofMean ? s : 1) / unitOf(columnOf(term.z, k)))
      if (scale !== typical) out.push(`sd[${term.group}__${plainName(term.names[k])}] ~ half_normal(0, ${scale})`)
    }
  }
  return out
}
