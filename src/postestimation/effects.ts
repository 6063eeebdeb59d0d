import { columnFrom } from '../data/table-from.js'
import type { Column, Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { dataOf } from '../fit/record/fitted-data.js'
import { designSource, type FitSource } from '../fit/predict/predict-source.js'
import { hasInfiniteDeviation, runningWarning } from '../fit/record/running-names.js'
import { version } from '../version.js'
import { askedValues } from './asked-means.js'
import { averageSlopes, type Differentiable } from './average-slopes.js'
import { rowsOf } from './cells.js'
import { combinationDf } from './combination-df.js'
import { type Averaging, estimatedMeans } from './estimated-means.js'
import { type EstimateLine, estimateLine } from './estimate-line.js'
import { deltaCovariance, type FittedModel, fittedModel } from './fitted-model.js'
import { type DesignVariables, designVariables, type GridVariable } from './grid-variables.js'
import { type Component, quantityNamed } from './mean-function.js'
import type { EffectEstimate, EffectKind, EffectsRecord } from './effects-record.js'
import { noVariable, referenceGrid } from './reference-grid.js'
import { checkLevel } from '../fit/results/limits.js'

/** Which effects, averaged over what. */
export interface EffectsOptions {
  /** The data of the fit; needed where it was read from a document, and not made in this process. */
  readonly data?: Table | undefined
  /** Whose effects are asked for: all of the model's where left out. */
  readonly variables?: readonly string[] | undefined
  /** 'difference' where left out. */
  readonly kind?: EffectKind | undefined
  /** Variables within whose values effects are reported. */
  readonly by?: readonly string[] | undefined
  /** What is averaged over: the rows of the fit ('sample', where left out), a reference 'grid', or a table. */
  readonly newdata?: 'sample' | 'grid' | Table | undefined
  /** Values of variables of the grid, or from and to of the variables compared: 'dose=0,10'. */
  readonly at?: string | Readonly<Record<string, readonly (number | string)[]>> | undefined
  /** 'population' where left out and there are random effects, else 'zero'. */
  readonly average?: Exclude<Averaging, 'modes'> | undefined
  /** What of the response: 'response' where left out. */
  readonly component?: Component | undefined
  /** Probability that limits are to cover with, 0.95 where left out. */
  readonly level?: number | undefined
}

/**
 * Average effects of variables on the mean of the response: how it would differ, on average over rows, were a factor at another
 * level or a covariate one unit larger, or its slope. Random effects are integrated out; standard errors are the delta method's over
 * all parameters.
 *
 * @param fit - Of `fit`, or read from its JSON; then `options.data` has its table.
 * @param options - Which variables, by what others, kind of effect, rows or grid averaged over, level.
 * @returns The record that `glmm effects --json` prints.
 * @throws GlmmError USAGE for a variable or option that is none, FILE where the data are not those of the fit.
 * @example
 * import { effects, fit, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], f: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const [effect] = effects(fit('y ~ f', table, { family: 'poisson' }), { variables: ['f'] }).effects
 * // 28 / 3 - 15 / 3.
 * console.log(effect.estimate.toFixed(4)) // 4.3333
 */
export function effects(fit: FitSource, options: EffectsOptions = {}): EffectsRecord {
  const table = dataOf(fit, options.data)
  const fitted = fittedModel(fit, table)
  const { kind = 'difference', component = 'response', level = 0.95, by = [] } = options
  const average = options.average ?? (fitted.stated.layout.terms.length > 0 ? 'population' : 'zero')
  checkOptions(kind, average, level)
  const design = designVariables(designSource(fit), [], table)
  const names = design.variables.map(({ column }) => column.name)
  const variables = options.variables ?? names
  for (const name of [...variables, ...by]) if (!names.includes(name)) throw noVariable(name, names)
  const at = typeof options.at === 'string' ? askedValues(options.at) : (options.at ?? {})
  for (const name of Object.keys(at)) if (!names.includes(name)) throw noVariable(name, names)
  const rows = rowsAsked(options.newdata ?? 'sample', table, design, at)
  const groups = groupsBy(rows, by)
  const quantity = quantityNamed(fitted.stated, component)
  const population = average === 'population'
  const averages = (of: Table): Differentiable[] =>
    estimatedMeans(fitted, of, population ? 'population' : 'rows', quantity, true)
      .weighted(
        fitted.parameters,
        groups.map(({ weights }) => weights),
      )
      .map(({ response, inResponse, missing }) => ({
        value: missing.length > 0 ? Number.NaN : response,
        gradient: inResponse,
      }))
  const df = combinationDf(fitted)
  const tell = teller(fitted, level, df)
  const weights = groups.map((one) => one.weights)

  const reported = variables.flatMap((name): EffectEstimate[] => {
    const variable = design.variables.find(({ column }) => column.name === name)!
    if (kind === 'slope') {
      if (variable.categorical) {
        if (options.variables === undefined) return []
        throw new GlmmError(
          'USAGE',
          `expected a covariate for a slope, got the factor ${name}`,
          'ask for differences: --kind difference',
        )
      }
      const slopes = averageSlopes(fitted, rows, name, population, quantity, weights)
      return slopes.map((one, g) => ({ ...groups[g].values, variable: name, contrast: `d/d ${name}`, ...tell(one) }))
    }
    return comparisons(variable, at[name]).flatMap(({ label, from, to }) => {
      const [low, high] = [from, to].map((value) => averages(replaced(rows, variable, value)))
      return groups.map((group, g) => ({
        ...group.values,
        variable: name,
        contrast: label(kind === 'difference' ? ' - ' : ' / '),
        ...compared(kind, low[g], high[g], tell),
      }))
    })
  })
  const warnings: Warning[] = [
    ...(table.warnings ?? []),
    ...runningWarning(fit, 'the fit', 'effects that depend on them are limits, and have no standard errors'),
  ]
  return {
    schema: 'glmm/effects@1',
    version,
    call: {
      command: 'effects',
      variables,
      kind,
      by,
      newdata: typeof options.newdata === 'object' ? options.newdata.source : (options.newdata ?? 'sample'),
      at: options.at ?? null,
      average,
      component,
      level,
      fit: fit.call,
    },
    warnings,
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    kind,
    average,
    component,
    over: typeof options.newdata === 'object' ? 'table' : (options.newdata ?? 'sample'),
    rows: rows.nrow,
    level,
    effects: reported,
  }
}

function checkOptions(kind: string, average: string, level: number): void {
  const kinds = ['difference', 'ratio', 'lnor', 'slope']
  if (!kinds.includes(kind))
    throw new GlmmError(
      'USAGE',
      `expected ${kinds.join(', ')} for --kind, got '${kind}'`,
      'leave it out for differences',
    )
  if (average !== 'population' && average !== 'zero')
    throw new GlmmError(
      'USAGE',
      `expected population or zero for --average, got '${average}'`,
      'leave it out for the usual one',
    )
  checkLevel(level)
}

/** The rows that effects are averaged over. */
function rowsAsked(
  newdata: 'sample' | 'grid' | Table,
  table: Table,
  design: DesignVariables,
  at: Readonly<Record<string, readonly (number | string)[]>>,
): Table {
  if (newdata === 'sample') return rowsOf(table, design.rows)
  if (newdata === 'grid') return referenceGrid(design, at).table
  if (typeof newdata === 'string')
    throw new GlmmError(
      'USAGE',
      `expected sample, grid or a table for --newdata, got '${newdata}'`,
      'name a file of rows',
    )
  return newdata
}

/** The rows with the same values of some variables, with equal weights that add up to 1. */
function groupsBy(
  rows: Table,
  by: readonly string[],
): { values: Record<string, number | string>; weights: Float64Array }[] {
  const columns = by.map((name) => rows.columns.find((one) => one.name === name)!)
  const groups = new Map<string, { values: Record<string, number | string>; weights: Float64Array }>()
  for (let i = 0; i < rows.nrow; i++) {
    const at = columns.map((column) => (column.kind === 'numeric' ? column.values[i] : column.levels[column.codes[i]]))
    const key = JSON.stringify(at)
    const known = groups.get(key) ?? {
      values: Object.fromEntries(by.map((name, k) => [name, at[k]])),
      weights: new Float64Array(rows.nrow),
    }
    known.weights[i] = 1
    groups.set(key, known)
  }
  for (const { weights } of groups.values()) {
    const count = weights.reduce((sum, one) => sum + one, 0)
    for (let i = 0; i < weights.length; i++) weights[i] /= count
  }
  return [...groups.values()]
}

interface Comparison {
  readonly label: (sign: string) => string
  /** A value, or the number to be added to each row's own. */
  readonly from: number | string | { readonly plus: number }
  readonly to: number | string | { readonly plus: number }
}

/** What is compared: each level with the first, 1 with 0, one more than there is with what there is, or values asked for. */
function comparisons(
  { categorical, values, column }: GridVariable,
  asked: readonly (number | string)[] | undefined,
): Comparison[] {
  const between = (from: number | string, to: number | string): Comparison => ({
    label: (sign) => `${to}${sign}${from}`,
    from,
    to,
  })
  if (asked && asked.length > 1) {
    const checked = asked.map((value) => {
      const known = categorical ? values.find((level) => String(level) === String(value)) : Number(value)
      if (known !== undefined && !Number.isNaN(known)) return known
      throw new GlmmError(
        'USAGE',
        `expected values of ${column.name}, got '${value}'`,
        `it has ${values.slice(0, 12).join(', ')}`,
      )
    })
    return checked.slice(1).map((to) => between(checked[0], to))
  }
  if (categorical || (values.length === 2 && column.kind === 'numeric'))
    return values.slice(1).map((to) => between(values[0], to))
  return [{ label: (sign) => `(x + 1)${sign}x`, from: { plus: 0 }, to: { plus: 1 } }]
}

/** The rows with a variable at a value. */
function replaced(rows: Table, { column }: GridVariable, value: Comparison['from']): Table {
  const columns = rows.columns.map((one): Column => {
    if (one.name !== column.name) return one
    if (typeof value === 'object')
      return one.kind === 'numeric' ? { ...one, values: one.values.map((own) => own + value.plus) } : one
    return columnFrom(one.name, new Array(rows.nrow).fill(value))
  })
  return { ...rows, columns }
}

type Tell = (quantity: Differentiable) => EstimateLine

function compared(kind: EffectKind, low: Differentiable, high: Differentiable, tell: Tell): EstimateLine {
  const combine = (value: number, byHigh: number, byLow: number): Differentiable => ({
    value,
    gradient: high.gradient.map((one, j) => byHigh * one + byLow * low.gradient[j]),
  })
  if (kind === 'difference') return tell(combine(high.value - low.value, 1, -1))
  if (kind === 'lnor') {
    const logit = (p: number): number => Math.log(p / (1 - p))
    const slope = (p: number): number => 1 / (p * (1 - p))
    return tell(combine(logit(high.value) - logit(low.value), slope(high.value), -slope(low.value)))
  }
  // Of the log, whose limits are those of the ratio.
  const log = tell(combine(Math.log(high.value / low.value), 1 / high.value, -1 / low.value))
  const back = (value: number | null): number | null => (value === null ? null : Math.exp(value))
  const estimate = back(log.estimate)
  return {
    ...log,
    estimate,
    se: log.se === null || estimate === null ? null : log.se * estimate,
    lower: back(log.lower),
    upper: back(log.upper),
  }
}

function teller({ covariance, stated, fit }: FittedModel, level: number, df: (l: Float64Array) => number): Tell {
  const d = stated.layout.dimension
  const unsure = hasInfiniteDeviation(fit)
  return ({ value, gradient }) => {
    const se = unsure ? Number.NaN : Math.sqrt(deltaCovariance([gradient], covariance, d)[0])
    return estimateLine(value, se, df(gradient), level)
  }
}
