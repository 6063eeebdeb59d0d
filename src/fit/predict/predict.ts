import { type NewDesign, newDesign, type RandomDetail } from '../../data/new-design.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError, type Warning } from '../../errors.js'
import { familyOf } from '../../families/registry.js'
import { linkNamed } from '../../links/registry.js'
import { studentQuantile } from '../../numerics/special.js'
import { orNull } from '../../numerics/or-null.js'
import { checkSeed } from '../../random/stream.js'
import { version } from '../../version.js'
import { responseChecksum } from '../../data/response-checksum.js'
import { estimableParts } from './estimable.js'
import type { FitRecord } from '../record/fit-record.js'
import { hasInfiniteDeviation, runningWarning } from '../record/running-names.js'
import { checkLevel, type Limits } from '../results/limits.js'
import { responseInterval } from './response-interval.js'
import { averageOf } from './average-mean.js'
import type { PredictedValue, Prediction, PredictionKind, PredictRecord } from './predict-record.js'
import { coefficientsOf, designSource, type FitSource, modelChoice } from './predict-source.js'
import { fittedTerms, type NewTermOfFit } from './predict-terms.js'
import { jointUncertainty, separateUncertainty, type Uncertainty } from './predict-uncertainty.js'

/** Whose mean is predicted, and with what limits. */
export interface PredictOptions {
  /** population where left out. */
  readonly kind?: PredictionKind | undefined
  /** Probability that the limits are to cover with, 0.95 where left out. */
  readonly level?: number | undefined
  /** Nodes of Gauss and Hermite's rule over the random effects of averaged means; where left out they are integrated to rounding. */
  readonly nodes?: number | undefined
  /**
   * The data of the fit. Conditional predictions then have standard errors with the covariance of modes and fixed
   * effects and with the uncertainty of the variances; without them these count as independent and known.
   */
  readonly original?: Table | undefined
  /** 'response' for limits of a new response besides those of the mean. */
  readonly interval?: 'mean' | 'response' | undefined
  /** Of the draws that these are quantiles of, 1 where left out. */
  readonly seed?: number | undefined
  /** Columns of the table that are reported with the predictions, such as those of a grid. */
  readonly show?: readonly string[] | undefined
}

const details: Readonly<Record<PredictionKind, RandomDetail>> = {
  population: 'none',
  conditional: 'groups',
  average: 'columns',
}

/**
 * Predictions for the rows of a table: Wald limits on the link's scale, and through the link's inverse on the response's. Those of
 * averaged means count the variances of the random effects as known.
 *
 * @throws GlmmError USAGE for options, COLUMN for a column that is missing or of another type, FILE where the parts of the fit do
 *   not belong together.
 */
export function predict(fit: FitRecord | FitSource, table: Table, options: PredictOptions = {}): PredictRecord {
  const { kind = 'population', level = 0.95, nodes } = options
  checkOptions(kind, level, nodes, options)
  const design = newDesign(designSource(fit), table, details[kind])
  const terms = fittedTerms(fit, design)
  const warnings: Warning[] = [
    ...(table.warnings ?? []),
    ...runningWarning(fit, 'the fit', 'predictions that depend on them are limits, and have no standard errors'),
  ]
  const uncertainty = uncertaintyOf(fit, kind, options.original, terms, warnings)
  const predictions: Prediction[] = Array.from({ length: table.nrow }, (_, row) => ({
    row: row + 1,
    linear: null,
    response: null,
    newLevels: [],
  }))
  const at = predictor(
    fit,
    design,
    terms,
    kind,
    nodes,
    uncertainty,
    studentQuantile((1 + level) / 2, commonDf(fit, kind)),
    options.interval === 'response'
      ? { level, seed: checkSeed(options.seed ?? 1), trials: trialsIn(fit, table) }
      : null,
  )
  const shown = shownColumns(table, options.show ?? [])
  const unsure = hasInfiniteDeviation(fit)
  const reported = (one: PredictedValue | null): PredictedValue | null =>
    one && unsure ? { ...one, se: null, lower: null, upper: null } : one
  const fresh = new Set<string>()
  const unknown = new Map<number, readonly string[]>()
  for (let i = 0; i < design.nrow; i++) {
    const row = design.rows === null ? i : design.rows[i]
    const { missing, linear, response, interval, newLevels } = at(i, row)
    predictions[row] = {
      row: row + 1,
      ...shown(row),
      linear: reported(linear),
      response: reported(response),
      ...(interval && { interval: unsure ? { lower: null, upper: null } : interval }),
      newLevels,
    }
    for (const group of newLevels) fresh.add(group)
    if (missing.length > 0) unknown.set(row + 1, missing)
  }
  if (unknown.size > 0) warnings.push({ code: 'NOT_ESTIMABLE', message: notEstimable(unknown) })
  if (fresh.size > 0) {
    const message = `levels of ${[...fresh].join(', ')} that the fit had not are predicted with an effect of 0 and its full variance`
    warnings.push({ code: 'NEW_LEVELS', message })
  }
  const dropped = table.nrow - design.nrow
  if (dropped > 0) {
    const message = `${dropped} of ${table.nrow} rows have no prediction, for want of a value`
    warnings.push({ code: 'ROWS_DROPPED', message })
  }
  return {
    schema: 'glmm/predict@1',
    version,
    call: {
      command: 'predict',
      data: table.source,
      kind,
      level,
      nodes: kind === 'average' ? (nodes ?? null) : null,
      interval: options.interval ?? null,
      seed: options.interval === 'response' ? (options.seed ?? 1) : null,
      fit: fit.call,
    },
    warnings,
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    kind,
    level,
    nobs: design.nrow - unknown.size,
    dropped,
    notEstimable: unknown.size,
    predictions,
  }
}

/** The degrees of freedom that all combinations of a fit's coefficients have in common: the residual's, else infinity. */
const commonDf = ({ call, fixed }: FitSource, kind: PredictionKind): number =>
  (call.df === 'residual' && kind !== 'conditional' ? fixed[0]?.df : null) ?? Number.POSITIVE_INFINITY

function checkOptions(
  kind: string,
  level: number,
  nodes: number | undefined,
  { interval, seed }: PredictOptions,
): void {
  if (interval !== undefined && interval !== 'mean' && interval !== 'response')
    throw new GlmmError(
      'USAGE',
      `expected mean or response for --interval, got '${interval}'`,
      'leave it out for the mean',
    )
  if (seed !== undefined && interval !== 'response')
    throw new GlmmError(
      'USAGE',
      `expected --interval response with --seed, got --seed ${seed} alone`,
      'leave --seed out',
    )
  if (!Object.hasOwn(details, kind)) {
    const message = `expected population, conditional or average as kind of prediction, got '${kind}'`
    throw new GlmmError('USAGE', message, 'population has the random effects at zero')
  }
  checkLevel(level)
  if (nodes !== undefined && !(Number.isInteger(nodes) && nodes >= 1 && nodes <= 101))
    throw new GlmmError('USAGE', `expected a number of nodes from 1 to 101, got ${nodes}`, 'leave --nodes out')
}

/** The joint covariance where the data of the fit are at hand and are those; said where it takes the other one. */
function uncertaintyOf(
  fit: FitSource,
  kind: PredictionKind,
  original: Table | undefined,
  terms: readonly NewTermOfFit[],
  warnings: Warning[],
): Uncertainty {
  const separate = separateUncertainty(
    fit,
    terms.map(({ modeSd }) => modeSd),
  )
  if (kind !== 'conditional' || terms.length === 0) return separate
  const joint = original === undefined ? null : withOriginal(fit, original)
  if (joint) return joint
  const why = original === undefined ? 'without the data of the fit' : 'the data given are not those of the fit:'
  const message = `${why} standard errors count the random effects as independent of the fixed ones and of each other`
  warnings.push({ code: 'SEPARATE_ERRORS', message })
  return separate
}

function withOriginal(fit: FitSource, original: Table): Uncertainty | null {
  const model = stateModel(fit.formula, original, modelChoice(fit))
  const { responseChecksum: checksum } = fit
  if (checksum !== null && responseChecksum(model.response) !== checksum) return null
  return jointUncertainty(fit, model)
}

/** The prediction of row i of a design. */
function predictor(
  fit: FitSource,
  design: NewDesign,
  terms: readonly NewTermOfFit[],
  kind: PredictionKind,
  nodes: number | undefined,
  uncertainty: Uncertainty,
  distance: number,
  asked: { readonly level: number; readonly seed: number; readonly trials: ((row: number) => number) | null } | null,
): (i: number, row: number) => Omit<Prediction, 'row'> & { readonly missing: readonly string[] } {
  const family = familyOf(fit.family)
  const link = linkNamed(fit.link)
  const links = [fit.link, ...family.further.map((one) => one.link)].map((name) => linkNamed(name))
  const inverses = links.map(({ inverse }) => inverse)
  const K = design.predictors.length
  const n = design.nrow
  const parts = estimableParts(fit, design)
  const columns = design.predictors.map(({ name, fixed }, k) => {
    const estimated = coefficientsOf(fit, name)
    return { x: fixed.x, beta: estimated.map(({ estimate }) => estimate), ...parts[k] }
  })
  const meanAt = (eta: ArrayLike<number>): number =>
    family.meanOfResponse(inverses.map((inverse, k) => inverse(eta[k])))
  const eta = new Float64Array(K)
  const between = new Float64Array(K)
  const covariance = new Float64Array(K * K)
  const averaged = kind === 'average' ? averageOf(meanAt, () => true, family.response === 'binomial', nodes) : null
  const response = averaged ? (point: Float64Array): number => averaged(point, between.map(Math.sqrt)) : meanAt

  const newResponse = asked && responseInterval(family, links, asked.level, distance, asked.seed)

  return (i, place) => {
    const x = columns.map(({ x: values, at }) => Float64Array.from(at, (j) => values[j * n + i]))
    const row = { x, terms: terms.map((term) => term.at(i)) }
    x.forEach((values, k) => {
      eta[k] = values.reduce((sum, value, j) => sum + value * columns[k].beta[j], design.predictors[k].offset?.[i] ?? 0)
    })
    uncertainty(row, covariance)
    between.fill(0)
    const newLevels: string[] = []
    terms.forEach((term, t) => {
      const { predictor: k, z, level } = row.terms[t]
      if (kind === 'conditional' && level >= 0) eta[k] += term.effect(z, level)
      else between[k] += term.variance(z)
      if (kind === 'conditional' && level < 0 && !newLevels.includes(term.group)) newLevels.push(term.group)
    })
    if (kind === 'conditional') for (let k = 0; k < K; k++) covariance[k * K + k] += between[k]

    const mean = response(eta)
    const slopes = Array.from(eta, (_, k) => slopeOf(response, eta, k))
    let variance = 0
    for (let k = 0; k < K; k++)
      for (let l = 0; l < K; l++)
        if (slopes[k] !== 0 && slopes[l] !== 0) variance += slopes[k] * slopes[l] * covariance[k * K + l]
    const se = Math.sqrt(variance)
    const middle = link.link(mean)
    const onLink = se / Math.abs(link.slope(middle))
    // Where a predictor is not estimable, what depends on it is not either; of the mean's, the linear predictor too.
    const missing = columns.flatMap((column, k) => (k === 0 || slopes[k] !== 0 ? column.missing(i) : []))
    if (missing.length > 0) {
      const known = kind !== 'average' && columns[0].missing(i).length === 0
      const own = Math.sqrt(covariance[0])
      const linear = known ? value(eta[0], own, eta[0] - distance * own, eta[0] + distance * own) : null
      return { linear, response: null, newLevels, missing }
    }
    let interval: Limits | undefined
    if (newResponse) {
      const whole = covariance.slice()
      if (kind === 'average') for (let k = 0; k < K; k++) whole[k * K + k] += between[k]
      interval = newResponse(place, eta, whole, asked!.trials?.(place) ?? 1)
    }
    const center = kind === 'average' ? { at: middle, se: onLink } : { at: eta[0], se: Math.sqrt(covariance[0]) }
    const inside = (value: number): number =>
      value > (link.above ?? Number.NEGATIVE_INFINITY) ? link.inverse(value) : Number.NaN
    const ends = [inside(middle - distance * onLink), inside(middle + distance * onLink)]
    return {
      linear: value(center.at, center.se, center.at - distance * center.se, center.at + distance * center.se),
      response: value(mean, se, Math.min(...ends), Math.max(...ends)),
      ...(interval && { interval }),
      newLevels,
      missing,
    }
  }
}

/** The warning about rows, by their numbers, that depend on columns that the fit left out. */
function notEstimable(unknown: ReadonlyMap<number, readonly string[]>): string {
  const rows = [...unknown.keys()]
  const shown = rows.slice(0, mostNamed).join(', ') + (rows.length > mostNamed ? ', ...' : '')
  const columns = [...new Set([...unknown.values()].flat())]
  return (
    `no prediction for ${rows.length === 1 ? `row ${shown}` : `${rows.length} rows (${shown})`}, as the data of the fit say nothing about ` +
    `${columns.join(', ')}, left out of it: predict for rows that are combinations of those fitted, or leave that term out of the model`
  )
}

/** Row numbers that a warning names. */
const mostNamed = 10

/** The trials of each row, where the fit's call names a column of them and the table has it. */
function trialsIn({ call }: FitSource, table: Table): ((row: number) => number) | null {
  const name = call.trials ?? call.weights
  const column = table.columns.find((one) => one.name === name)
  return column?.kind === 'numeric' ? (row) => (column.values[row] > 0 ? column.values[row] : 1) : null
}

/** What some columns have in a row. */
function shownColumns(
  table: Table,
  names: readonly string[],
): (row: number) => { at?: Readonly<Record<string, number | string>> } {
  const columns = table.columns.filter(({ name }) => names.includes(name))
  if (columns.length === 0) return () => ({})
  return (row) => ({
    at: Object.fromEntries(
      columns.map((column) => [
        column.name,
        column.kind === 'numeric' ? column.values[row] : (column.levels[column.codes[row]] ?? ''),
      ]),
    ),
  })
}

const value = (estimate: number, se: number, lower: number, upper: number): PredictedValue => {
  return { estimate: orNull(estimate), se: orNull(se), lower: orNull(lower), upper: orNull(upper) }
}

/** Derivative in eta_k by differences of fourth order, good to ten digits. */
function slopeOf(f: (eta: Float64Array) => number, eta: Float64Array, k: number): number {
  const centre = eta[k]
  const step = 2e-3
  const at = (shift: number): number => {
    eta[k] = centre + shift
    return f(eta)
  }
  const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
  eta[k] = centre
  return slope
}
