import { studentTwoSided } from '../numerics/special.js'
import { orNull } from '../numerics/or-null.js'
import { hasInfiniteDeviation } from '../fit/record/running-names.js'
import { stream } from '../random/stream.js'
import { type Adjustment, adjust } from './adjustment.js'
import type { Combination } from './combinations.js'
import { type Contrast, contrastsOf, ownContrasts } from './contrasts.js'
import type { EstimatedMean } from './estimated-means.js'
import { deltaCovariance, type FittedModel } from './fitted-model.js'
import type { Quantity } from './mean-function.js'
import type { ContrastEstimate } from './means-record.js'

/** What contrasts are made of means, and on which scale. */
export interface ContrastSettings {
  /** A kind of contrasts, or weights of one's own. */
  readonly kind: string
  readonly adjust: Adjustment
  readonly scale: 'link' | 'response'
  readonly quantity: Quantity
  readonly level: number
}

/** Contrasts within each combination of the `by` variables: a family of comparisons each. */
export function contrastsOfMeans(
  fitted: FittedModel,
  settings: ContrastSettings,
  cells: readonly Combination[],
  estimates: readonly EstimatedMean[],
  of: readonly string[],
  by: readonly string[],
  df: (l: Float64Array) => number,
): ContrastEstimate[] {
  const groups = new Map<string, number[]>()
  cells.forEach(({ values }, i) => {
    const key = JSON.stringify(by.map((name) => values[name]))
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  return [...groups.values()].flatMap((members) => {
    const within = Object.fromEntries(by.map((name) => [name, cells[members[0]].values[name]]))
    const labels = members.map((i) => of.map((name) => label(name, cells[i].values[name])).join(' '))
    const made = settings.kind.includes('=') ? ownContrasts(settings.kind, labels) : contrastsOf(settings.kind, labels)
    return family(
      fitted,
      settings,
      made,
      members.map((i) => estimates[i]),
      df,
    ).map((one) => ({ ...within, ...one }))
  })
}

/** Numbers with their variable, levels as they are, as emmeans has them. */
const label = (name: string, value: number | string): string =>
  typeof value === 'number' ? `${name}${Number(value.toPrecision(6))}` : value

/** One family of contrasts, adjusted together. */
function family(
  { stated, fit, covariance }: FittedModel,
  { scale, level, adjust: method, quantity }: ContrastSettings,
  contrasts: readonly Contrast[],
  estimates: readonly EstimatedMean[],
  df: (l: Float64Array) => number,
): ContrastEstimate[] {
  const d = stated.layout.dimension
  const ratio = scale === 'response' && quantity.link ? ratioOf(quantity.link.name) : null
  const onLink = scale === 'link' || ratio !== null || estimates.every(({ link, response }) => link === response)
  const gradients = contrasts.map(({ weights }) => {
    const out = new Float64Array(d)
    weights.forEach((weight, i) => {
      const gradient = onLink ? estimates[i].inLink : estimates[i].inResponse
      for (let j = 0; j < d; j++) out[j] += weight * gradient[j]
    })
    return out
  })
  const known = contrasts.map(({ weights }) =>
    weights.every((weight, i) => weight === 0 || estimates[i].missing.length === 0),
  )
  const values = contrasts.map(({ weights }) =>
    weights.reduce(
      (sum, weight, i) => (weight === 0 ? sum : sum + weight * (onLink ? estimates[i].link : estimates[i].response)),
      0,
    ),
  )
  const joint = deltaCovariance(gradients, covariance, d)
  const size = contrasts.length
  const unsure = hasInfiniteDeviation(fit)
  const se = values.map((_, c) => (known[c] && !unsure ? Math.sqrt(joint[c * (size + 1)]) : Number.NaN))
  const statistic = values.map((value, c) => value / se[c])
  const degrees = gradients.map((gradient) => df(gradient))
  const used = [...se.keys()].filter((c) => se[c] > 0)
  const correlation = Float64Array.from(
    used.flatMap((a) => used.map((b) => (a === b ? 1 : joint[a * size + b] / (se[a] * se[b])))),
  )
  const pick = (from: readonly number[]): number[] => used.map((c) => from[c])
  const adjusted = adjust(
    {
      statistics: pick(statistic),
      df: pick(degrees),
      correlation,
      means: estimates.filter(({ missing }) => missing.length === 0).length,
    },
    method,
    level,
    stream({ seed: 1, purpose: 'tests' }).uniform,
  )
  return contrasts.map(({ name }, c): ContrastEstimate => {
    const at = used.indexOf(c)
    const head = { contrast: ratio ? name.replace(/ - /g, ' / ') : name, kind: ratio ?? ('difference' as const) }
    if (at < 0)
      return {
        ...head,
        estimate: known[c] ? orNull(ratio ? Math.exp(values[c]) : values[c]) : null,
        se: null,
        df: null,
        statistic: null,
        p: null,
        pAdjusted: null,
        lower: null,
        upper: null,
      }
    const ends = [-1, 1].map((side) => values[c] + side * adjusted.distance[at] * se[c])
    const through = ratio ? Math.exp : (value: number): number => value
    return {
      ...head,
      estimate: orNull(through(values[c])),
      se: orNull(ratio ? Math.exp(values[c]) * se[c] : se[c]),
      df: orNull(degrees[c]),
      statistic: orNull(statistic[c]),
      p: orNull(studentTwoSided(statistic[c], degrees[c])),
      pAdjusted: orNull(adjusted.p[at]),
      lower: orNull(through(ends[0])),
      upper: orNull(through(ends[1])),
    }
  })
}

/** What the exponential of a difference on the link's scale is. */
const ratioOf = (link: string): 'odds ratio' | 'ratio' | null =>
  link === 'logit' ? 'odds ratio' : link === 'log' ? 'ratio' : null
