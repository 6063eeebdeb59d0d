import type { Table } from '../data/table.js'
import { GlmmError, type Warning } from '../errors.js'
import { type FitOptions as ModelFitOptions, fit as fitFormula } from '../fit/fit.js'
import { fixedEstimates } from '../fit/record/estimates.js'
import type { FitRecord, FixedEstimate, RandomEstimate, RobustErrors } from '../fit/record/fit-record.js'
import { keepData } from '../fit/record/fitted-data.js'
import { checkOptionNames } from '../data/option-names.js'
import { fittedModel } from './fitted-model.js'
import { type RobustKind, robustCovariance } from './robust.js'
import { orNull } from '../numerics/or-null.js'

/** How a model is fitted, and what is reported of the fit. */
export interface FitOptions extends ModelFitOptions {
  /**
   * Standard errors that rest on clusters being independent alone: 'robust' (CR1), or 'CR0', 'CR1', 'CR3'; those of the model where
   * left out. See `robustCovariance`.
   */
  readonly se?: 'model' | 'robust' | RobustKind | undefined
  /** Their clusters: a grouping factor or column within which all groups lie; the outermost factor where left out. */
  readonly cluster?: string | undefined
}

/** Every option of a fit. */
const options: Readonly<Record<keyof FitOptions, true>> = {
  family: true,
  link: true,
  nodes: true,
  importance: true,
  seed: true,
  reml: true,
  intervals: true,
  level: true,
  df: true,
  se: true,
  cluster: true,
  residuals: true,
  tests: true,
  weights: true,
  trials: true,
  frequency: true,
  precision: true,
  offset: true,
  time: true,
  dispersion: true,
  zi: true,
  contrasts: true,
}

/** The options of a fit among others, such as the flags of a command. */
export const fitOptionsIn = (flags: FitOptions): FitOptions =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(options, name)))

/**
 * Fits the model of a formula and a table by maximum likelihood, or by restricted maximum likelihood.
 *
 * @param formula - R's and lme4's notation, `cbind(r, n - r) ~ treat + (1 | center)`.
 * @param table - Of `readTable`, `parseTable` or `tableFrom`.
 * @param asked - Family and link, nodes or draws of the integral, limits, degrees of freedom, robust standard errors, tests.
 * @returns The record that `glmm fit --json` prints; `convergence` and `warnings` say where no maximum was found.
 * @throws GlmmError FORMULA, COLUMN, RESPONSE or MODEL for what cannot be a model, USAGE for options.
 * @example
 * import { fit, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], x: [0, 0, 0, 1, 1, 1] })
 * const { fixed } = fit('y ~ x', table, { family: 'poisson' })
 * // The means of the two groups are 15 / 3 and 28 / 3.
 * console.log(fixed.map(({ name, estimate }) => `${name} ${Math.exp(estimate).toFixed(4)}`).join()) // (Intercept) 5.0000,x 1.8667
 */
export function fit(formula: string, table: Table, asked: FitOptions = {}): FitRecord {
  checkOptionNames(asked, options, 'fit')
  const kind = kindAsked(asked)
  const record = fitFormula(formula, table, asked)
  return kind === null ? record : withRobustErrors(record, table, kind, asked.cluster)
}

/** The kind of robust errors asked for; null for those of the model. */
function kindAsked({ se = 'model', cluster, intervals }: FitOptions): RobustKind | null {
  const kinds: Readonly<Record<string, RobustKind | null>> = {
    model: null,
    robust: 'CR1',
    CR0: 'CR0',
    CR1: 'CR1',
    CR3: 'CR3',
  }
  if (!Object.hasOwn(kinds, se))
    throw new GlmmError('USAGE', `expected model, robust, CR0, CR1 or CR3 for --se, got '${se}'`, 'robust is CR1')
  const kind = kinds[se]
  if (kind === null && cluster !== undefined)
    throw new GlmmError(
      'USAGE',
      `expected --se robust with --cluster, got --cluster ${cluster} alone`,
      'add --se robust',
    )
  if (kind !== null && intervals === 'profile')
    throw new GlmmError(
      'USAGE',
      'expected Wald limits with robust errors, got --intervals profile',
      'leave one of them out',
    )
  return kind
}

/** So few clusters make robust errors too small: their tests reject too often, CR3's least. */
const few = 20

function withRobustErrors(record: FitRecord, table: Table, kind: RobustKind, cluster: string | undefined): FitRecord {
  const robust = robustCovariance(record, { data: table, cluster })
  const { layout } = fittedModel(record, table).stated
  const d = layout.dimension
  const p = record.fixed.length
  const c = robust.covariance[kind]
  const seOf = (of: Float64Array, j: number): number => Math.sqrt(of[j * (d + 1)])
  const { level } = record.intervals
  const reported = (of: readonly FixedEstimate[], first: number): FixedEstimate[] => {
    const se = of.map((one, j) => (one.runsTo === null ? seOf(c, first + j) : Number.NaN))
    const estimates = of.map(({ estimate }) => estimate)
    // Of a gaussian mean t with the clusters less one as degrees of freedom, elsewhere z.
    const df = first === 0 && of.some(({ statistic }) => statistic === 't') ? of.map(() => robust.clusters - 1) : null
    return fixedEstimates(
      of.map(({ name }) => name),
      estimates,
      se,
      level,
      df,
      (j) => of[j].runsTo,
    )
  }
  const restricted = record.method === 'reml'
  const random = record.random.map((one, t): RandomEstimate => {
    const laid = layout.terms[t]
    if (restricted) return one
    const q = one.names.length
    const slopes = new Float64Array(q * laid.size)
    const theta = Float64Array.from(record.parameters.estimate.slice(laid.start, laid.start + laid.size))
    laid.covariance.standardDeviationDerivative(theta, q, slopes)
    const sdSe = one.sdSe.map((se, i) => {
      if (se === null) return null
      let variance = 0
      for (let a = 0; a < laid.size; a++)
        for (let b = 0; b < laid.size; b++)
          variance += slopes[i * laid.size + a] * slopes[i * laid.size + b] * c[(laid.start + a) * d + laid.start + b]
      return Math.sqrt(variance)
    })
    return { ...one, sdSe }
  })
  const block = (size: number): number[][] =>
    Array.from({ length: size }, (_, i) => Array.from(c.subarray(i * d, i * d + size)))
  const allOf = (one: RobustKind): (number | null)[] =>
    record.fixed.map((_, j) => orNull(seOf(robust.covariance[one], j)))
  const errors: RobustErrors = {
    kind,
    cluster: robust.cluster,
    clusters: robust.clusters,
    se: { CR0: allOf('CR0'), CR1: allOf('CR1'), CR3: allOf('CR3') },
  }
  const warnings: Warning[] =
    robust.clusters < few && kind !== 'CR3'
      ? [
          {
            code: 'FEW_CLUSTERS',
            message: `${robust.clusters} clusters of ${robust.cluster} make robust standard errors too small: take --se CR3, which errs least`,
          },
        ]
      : []
  return keepData(
    {
      ...record,
      call: { ...record.call, se: kind, cluster: robust.cluster },
      warnings: [...record.warnings, ...warnings],
      fixed: reported(record.fixed, 0),
      further: restricted
        ? record.further
        : record.further.map(({ predictor, fixed }, k) => ({
            predictor,
            fixed: reported(fixed, layout.fixedStart[k + 1]),
          })),
      fixedCovariance: block(p),
      parameters: restricted ? record.parameters : { ...record.parameters, covariance: block(d) },
      random,
      robust: errors,
    },
    table,
  )
}
