import { columnLevels } from '../data/column-facts.js'
import type { Model } from '../data/model.js'
import { ofRows } from '../data/resample-levels.js'
import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { adaptive, type Rule } from '../likelihood/frame/integration-rule.js'
import { likelihood } from '../likelihood/likelihood.js'
import { generalisedInverse } from '../numerics/generalised-inverse.js'
import { negativeHessian } from '../numerics/hessian.js'
import { designSource } from '../fit/predict/predict-source.js'
import type { FittedModel } from './fitted-model.js'
import { designVariables } from './grid-variables.js'

/** Rows that are independent of all others under the model: the likelihood is a product over clusters. */
export interface Clusters {
  readonly name: string
  readonly levels: readonly string[]
  readonly rows: readonly Int32Array[]
}

/**
 * The clusters of a fit: the levels of its only grouping factor or the outermost one, or those of a factor or column of that
 * name within which all its groups lie.
 *
 * @throws GlmmError USAGE for a name that is none, and where a group has rows in several clusters, as crossed ones have
 */
export function clustersOf(fitted: FittedModel, name?: string): Clusters {
  const { stated, table } = fitted
  const { model, layout } = stated
  const terms = layout.terms.map(({ term }) => term)
  const own = name === undefined ? outermost(terms) : terms.find(({ group }) => group === name)
  if (own) return checked(model, collected(own.group, own.levels, own.index))
  if (name === undefined) {
    const got =
      terms.length === 0
        ? 'a model without random effects'
        : `crossed groups (${[...new Set(terms.map(({ group }) => group))].join(', ')})`
    throw new GlmmError(
      'USAGE',
      `expected clusters that are independent of each other, got ${got}`,
      'name a column with --cluster within which all groups lie',
    )
  }
  const column = table.columns.find((one) => one.name === name)
  if (!column) {
    const names = [...new Set([...terms.map(({ group }) => group), ...table.columns.map((one) => one.name)])]
    const near = nearestName(name, names)
    throw new GlmmError(
      'USAGE',
      `expected a column for --cluster, got '${name}'`,
      near ? `did you mean ${near}?` : `the columns are ${names.slice(0, 12).join(', ')}`,
    )
  }
  const rows = rowsOfFit(fitted)
  const { levels, codes } = columnLevels(column)
  return checked(
    model,
    collected(
      name,
      levels,
      Int32Array.from(rows, (i) => codes[i]),
    ),
  )
}

/** The rows of the table that the model has, in its order. */
function rowsOfFit({ fit, table, stated }: FittedModel): Int32Array {
  const { rows } = designVariables(designSource(fit), responseColumns(fit.call), table)
  if (rows.length === stated.model.nobs && stated.model.response.frequency === undefined) return rows
  throw new GlmmError(
    'USAGE',
    `expected a row of the fit for each of the data, got ${stated.model.nobs} of ${rows.length}`,
    'take a grouping factor of the model as --cluster',
  )
}

const responseColumns = (call: Readonly<Record<string, unknown>>): string[] =>
  ['weights', 'trials', 'frequency', 'precision']
    .map((option) => call[option])
    .filter((name) => typeof name === 'string')

function outermost(terms: readonly Model['predictors'][number]['random'][number][]) {
  return terms.find((outer) => terms.every((inner) => liesWithin(inner.index, inner.levels.length, outer.index)))
}

function liesWithin(index: Int32Array, levels: number, within: Int32Array): boolean {
  const of = new Int32Array(levels).fill(-1)
  for (let i = 0; i < index.length; i++) {
    if (of[index[i]] < 0) of[index[i]] = within[i]
    else if (of[index[i]] !== within[i]) return false
  }
  return true
}

function collected(
  name: string,
  levels: readonly string[],
  index: Int32Array,
): Clusters & { readonly index: Int32Array } {
  const rows = levels.map((): number[] => [])
  index.forEach((level, i) => {
    if (level < 0)
      throw new GlmmError(
        'USAGE',
        `expected a cluster for each row, got none in row ${i + 1} of the fit`,
        'complete the column',
      )
    rows[level].push(i)
  })
  const seen = [...levels.keys()].filter((level) => rows[level].length > 0)
  return {
    name,
    index,
    levels: seen.map((level) => levels[level]),
    rows: seen.map((level) => Int32Array.from(rows[level])),
  }
}

function checked(model: Model, { index, ...clusters }: Clusters & { readonly index: Int32Array }): Clusters {
  for (const { random } of model.predictors)
    for (const { group, index: of, levels } of random) {
      if (liesWithin(of, levels.length, index)) continue
      throw new GlmmError(
        'USAGE',
        `expected clusters with whole groups in them, got ${group} crossed with ${clusters.name}: its levels have rows in several`,
        `robust errors need clusters that are independent: name a column within which ${group} lies`,
      )
    }
  if (clusters.levels.length < 2)
    throw new GlmmError('USAGE', `expected two clusters or more, got one of ${clusters.name}`, 'name another column')
  return clusters
}

/** How the fit integrated its random effects: by Laplace's method or nodes. */
export const ruleOfFit = ({ fit }: FittedModel): Rule => {
  const { nodes } = fit.call
  return typeof nodes === 'number' || Array.isArray(nodes) ? adaptive(nodes as number | number[]) : adaptive(25)
}

/** A cluster's part of the log-likelihood at the estimates, as a function of the free coordinates. */
export interface ClusterScore {
  readonly logLik: number
  /** Its gradient: length f. */
  readonly score: Float64Array
  /** Minus its Hessian, f x f. */
  readonly information: Float64Array
}

/** The coordinates over which clusters are looked at: logarithms of standard deviations and the like, in which one Newton step is more accurate. */
export interface FreeCoordinates {
  /** Of all parameters those that have a variance. */
  readonly free: readonly number[]
  /** The estimates. */
  readonly at: Float64Array
  /** Derivatives of the free parameters in the free coordinates, f x f. */
  readonly slopes: Float64Array
  /** The information of the fit, f x f, and its inverse. */
  readonly information: Float64Array
  readonly covariance: Float64Array
}

/** Those of a fit; after restricted maximum likelihood the fixed effects of the mean, the others counting as known. */
export function freeCoordinates({ fit, stated, parameters, covariance }: FittedModel): FreeCoordinates {
  const d = parameters.length
  const last = fit.method === 'reml' ? fit.fixed.length : d
  const free = Array.from({ length: last }, (_, j) => j).filter((j) => covariance[j * (d + 1)] > 0)
  if (free.length === 0)
    throw new GlmmError('USAGE', 'expected estimates with standard errors, got none', 'look at the warnings of the fit')
  const at = stated.coordinates.fromParameters(parameters)
  const f = free.length
  const slopes = new Float64Array(f * f)
  free.forEach((j, a) => {
    const row = new Float64Array(d)
    row[j] = 1
    stated.coordinates.pull(at, row)
    free.forEach((k, b) => {
      slopes[a * f + b] = row[k]
    })
  })
  const natural = Float64Array.from({ length: f * f }, (_, e) => covariance[free[Math.floor(e / f)] * d + free[e % f]])
  const inverse = generalisedInverse(natural, f)
  // Of the coordinates: J' A J, as the gradient is zero at the estimates.
  const information = new Float64Array(f * f)
  for (let a = 0; a < f; a++)
    for (let b = 0; b < f; b++)
      for (let i = 0; i < f; i++)
        for (let j = 0; j < f; j++) information[a * f + b] += slopes[i * f + a] * inverse[i * f + j] * slopes[j * f + b]
  return { free, at, slopes, information, covariance: generalisedInverse(information, f) }
}

/**
 * The exact score of a cluster: the gradient of the marginal likelihood of its rows alone, by the fit's own rule. The information
 * is that gradient's by central differences.
 */
export function clusterScore(
  { stated }: FittedModel,
  rows: Int32Array,
  rule: Rule,
  { free, at, covariance }: FreeCoordinates,
): ClusterScore {
  const { coordinates } = stated
  const density = likelihood(ofRows(stated.model, rows)).marginal(rule)
  const natural = new Float64Array(at.length)
  const whole = new Float64Array(at.length)
  const f = free.length
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    const point = at.slice()
    free.forEach((j, a) => {
      point[j] = x[a]
    })
    coordinates.toParameters(point, natural)
    const value = density.evaluate(natural, whole)
    coordinates.pull(point, whole)
    free.forEach((j, a) => {
      gradient[a] = whole[j]
    })
    return value
  }
  const x = Float64Array.from(free, (j) => at[j])
  const score = new Float64Array(f)
  const logLik = evaluate(x, score)
  const steps = Float64Array.from({ length: f }, (_, a) => Math.sqrt(covariance[a * (f + 1)]))
  return { logLik, score, information: negativeHessian(evaluate, x, steps) }
}
