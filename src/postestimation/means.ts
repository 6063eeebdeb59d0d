import type { Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { dataOf } from '../fit/record/fitted-data.js'
import { designSource, type FitSource } from '../fit/predict/predict-source.js'
import { runningWarning } from '../fit/record/running-names.js'
import { identity } from '../links/identity.js'
import { orNull } from '../numerics/or-null.js'
import { version } from '../version.js'
import { type Adjustment, adjustmentNamed } from './adjustment.js'
import { askedMeans, askedValues } from './asked-means.js'
import { combinationDf } from './combination-df.js'
import { type Combination, combinations } from './combinations.js'
import { contrastsOfMeans } from './mean-contrasts.js'
import { type Averaging, type EstimatedMean, estimatedMeans } from './estimated-means.js'
import { type FittedModel, fittedModel } from './fitted-model.js'
import { designVariables } from './grid-variables.js'
import { type Component, type Quantity, quantityNamed } from './mean-function.js'
import { meanLimits } from './mean-limits.js'
import type { MeanEstimate, MeansRecord } from './means-record.js'
import { noVariable, type Reduction, type ReferenceGrid, referenceGrid } from './reference-grid.js'
import { checkLevel } from '../fit/results/limits.js'

/** The grid, what is averaged over, and the contrasts. */
export interface MeansOptions {
  /** The data of the fit; needed where it was read from a document, and not made in this process. */
  readonly data?: Table | undefined
  /** Values of variables: 'time=0,6,12; dose=1', or by name. */
  readonly at?: string | Readonly<Record<string, readonly (number | string)[]>> | undefined
  /** Variables within whose combinations contrasts are made, besides those after `|`. */
  readonly by?: readonly string[] | undefined
  /** How numeric variables with more than two values that are not named stand: their 'mean' where left out. */
  readonly reduce?: Reduction | undefined
  /** Of the cells that a mean is over: 'equal' (default), or 'proportional' to their rows. */
  readonly weights?: 'equal' | 'proportional' | undefined
  /** 'population' where left out and the link is not the identity, else 'zero'. */
  readonly average?: Averaging | undefined
  /** 'response' where left out. */
  readonly scale?: 'link' | 'response' | undefined
  /** What of the response: 'response' where left out. */
  readonly component?: Component | undefined
  /** A kind of contrasts ('pairwise', ...), or weights of one's own: 'A=1,-1,0; B=...'. */
  readonly contrasts?: string | undefined
  /** Left out: tukey for pairs, dunnett against a control, none for polynomials, else mvt. */
  readonly adjust?: Adjustment | undefined
  /** Probability that limits are to cover with, 0.95 where left out. */
  readonly level?: number | undefined
}

/**
 * Estimated marginal means of a fit over a reference grid, and contrasts among them. Standard errors are the delta method's over
 * all parameters of the fit, those of the variances included: a population mean depends on them.
 *
 * @param fit - Of `fit`, or read from its JSON; then `options.data` has its table.
 * @param spec - '~ treat', '~ treat | time', 'pairwise ~ treat'.
 * @param options - The grid's values, what random effects are averaged over, scale, contrasts, their adjustment, level.
 * @returns The record that `glmm means --json` prints: `grid` has the means, `contrasts` the contrasts.
 * @throws GlmmError USAGE for a variable, level or option that is none, FILE where the data are not those of the fit.
 * @example
 * import { fit, means, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], f: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const { grid } = means(fit('y ~ f', table, { family: 'poisson' }), '~ f')
 * console.log(grid.map(({ f, estimate }) => `${f} ${estimate.toFixed(4)}`).join()) // a 5.0000,b 9.3333
 */
export function means(fit: FitSource, spec: string, options: MeansOptions = {}): MeansRecord {
  const table = dataOf(fit, options.data)
  const fitted = fittedModel(fit, table)
  const asked = askedMeans(spec)
  const settings = settingsOf(fitted, asked.contrasts, options)
  const by = [...new Set([...asked.by, ...(options.by ?? [])])]
  const of = asked.of.filter((name) => !by.includes(name))
  const at = typeof options.at === 'string' ? askedValues(options.at) : (options.at ?? {})
  const grid = referenceGrid(designVariables(designSource(fit), [], table), at, options.reduce ?? 'mean')
  const names = grid.axes.map(({ name }) => name)
  for (const name of [...of, ...by]) if (!names.includes(name)) throw noVariable(name, names)

  const cells = combinations(grid, [...of, ...by], settings.weights)
  const { weighted } = estimatedMeans(fitted, grid.table, settings.average, settings.quantity)
  const weights = cells.map((cell) => cell.weights)
  const estimates = weighted(fitted.parameters, weights).map((one, i) =>
    weights[i].some((weight) => weight !== 0) ? one : { ...one, missing: ['cells without rows'] },
  )
  const df = combinationDf(fitted)
  const reported: readonly Told[] = tell(fitted, estimates, settings, df)
  const named = (name: string): boolean => Object.hasOwn(at, name) || isWhole(grid, name)
  const warnings: Warning[] = [
    ...(table.warnings ?? []),
    ...runningWarning(fit, 'the fit', 'means that depend on them are limits, and have no standard errors'),
    ...notEstimable(cells, estimates),
  ]
  const kind = settings.contrasts
  const contrasts = kind === null ? null : contrastsOfMeans(fitted, { ...settings, kind }, cells, estimates, of, by, df)
  return {
    schema: 'glmm/means@1',
    version,
    call: {
      command: 'means',
      spec,
      at: options.at ?? null,
      by: options.by ?? null,
      reduce: options.reduce ?? 'mean',
      weights: settings.weights,
      average: settings.average,
      scale: settings.scale,
      component: settings.component,
      contrasts: settings.contrasts,
      adjust: settings.adjust,
      level: settings.level,
      fit: fit.call,
    },
    warnings,
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    average: settings.average,
    scale: settings.scale,
    component: settings.component,
    of,
    by,
    averagedOver: grid.axes.filter(({ name }) => !of.includes(name) && !by.includes(name)),
    weights: settings.weights,
    level: settings.level,
    grid: cells.map(
      ({ values }, i): MeanEstimate => ({ ...values, ...reported[i], asked: Object.keys(values).every(named) }),
    ),
    contrasts,
    adjust: contrasts && settings.adjust,
  }
}

type Settings = ReturnType<typeof settingsOf>

/** The options in force, checked. */
function settingsOf({ fit, stated }: FittedModel, left: string | null, options: MeansOptions) {
  const { level = 0.95, weights = 'equal', scale = 'response', component = 'response' } = options
  const average =
    options.average ?? (fit.link === 'identity' || stated.layout.terms.length === 0 ? 'zero' : 'population')
  oneOf('--average', average, ['zero', 'population', 'modes'])
  oneOf('--scale', scale, ['link', 'response'])
  oneOf('--weights', weights, ['equal', 'proportional'])
  oneOf('--cov.reduce', options.reduce ?? 'mean', ['mean', 'median', 'range', 'all'])
  checkLevel(level)
  const contrasts = options.contrasts ?? left
  const adjust = options.adjust === undefined ? usualAdjustment(contrasts) : adjustmentNamed(options.adjust)
  const quantity: Quantity = quantityNamed(stated, component)
  return { level, weights, scale, component, quantity, average, contrasts, adjust }
}

function oneOf(option: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new GlmmError(
      'USAGE',
      `expected ${allowed.join(', ')} for ${option}, got '${value}'`,
      `leave it out for the usual one`,
    )
}

const usualAdjustment = (contrasts: string | null): Adjustment => {
  if (contrasts === 'pairwise' || contrasts === 'revpairwise') return 'tukey'
  return contrasts === 'trt.vs.ctrl' ? 'dunnett' : contrasts === 'poly' ? 'none' : 'mvt'
}

/** Whether every value that a variable has in the data has a cell of its own. */
const isWhole = (grid: ReferenceGrid, name: string): boolean => {
  const axis = grid.axes.find((one) => one.name === name)!
  return axis.categorical || axis.values.length > 1
}

function notEstimable(cells: readonly Combination[], estimates: readonly EstimatedMean[]): Warning[] {
  const gone = cells.filter((_, i) => estimates[i].missing.length > 0)
  if (gone.length === 0) return []
  const columns = [...new Set(estimates.flatMap(({ missing }) => missing))]
  const shown = gone.slice(0, 6).map(({ values }) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
  )
  const message = `no mean for ${shown.join('; ')}${gone.length > 6 ? '; ...' : ''}, as the data say nothing about ${columns.join(', ')}: leave the interaction out of the model, or those cells out`
  return [{ code: 'NOT_ESTIMABLE', message }]
}

type Told = { readonly [K in 'estimate' | 'se' | 'df' | 'lower' | 'upper']: number | null }

type DfOf = (l: Float64Array) => number

/** Estimate, standard error and limits of each mean on the scale asked for. */
function tell(
  fitted: FittedModel,
  estimates: readonly EstimatedMean[],
  { scale, level, quantity: { link } }: Settings,
  df: DfOf,
): Told[] {
  return estimates.map((one) => {
    if (one.missing.length > 0) return { estimate: null, se: null, df: null, lower: null, upper: null }
    const degrees = df(one.inLink)
    const limits = meanLimits(fitted, one, link ?? identity, degrees, level)
    const onLink = scale === 'link' || !link || one.link === one.response
    const { se, lower, upper } = onLink ? limits.linear : limits.response
    return { estimate: orNull(onLink ? one.link : one.response), se, df: orNull(degrees), lower, upper }
  })
}
