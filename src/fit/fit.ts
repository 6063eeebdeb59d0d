import type { Model } from '../data/model.js'
import { choicesGiven, type ModelChoice, stateModel } from '../data/state-model.js'
import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { state } from '../likelihood/frame/stated.js'
import { maxNodes } from '../likelihood/engine/rule-set.js'
import { checkSeed } from '../random/stream.js'
import { type DfMethod, dfMethod } from './df/degrees-of-freedom.js'
import { type Draws, fitModel } from './fit-model.js'
import { keepData } from './record/fitted-data.js'
import type { FitRecord, FiveNumbers, Nodes } from './record/fit-record.js'
import { leastDraws } from './climb/importance-estimate.js'
import type { Intervals } from './limits/profile-intervals.js'
import { fittedPredictors, rowQuantiles } from './predict/quantile-residuals.js'
import { fiveNumbers } from './record/residuals.js'
import { testedFit } from './tests/tested-fit.js'
import { checkLevel } from './results/limits.js'

/** How a model is fitted, and what is reported of the fit. */
export interface FitOptions extends ModelChoice {
  /**
   * Quadrature nodes for each random effect (of nested factors one number for all, or a list from the outermost on), 1 (Laplace, the default) to 101, or 'auto' to climb until no parameter
   * moves by more than 0.001 standard errors.
   */
  readonly nodes?: Nodes | undefined
  /**
   * Draws of importance sampling in place of nodes, 200 or more, for random effects of any structure, crossed ones
   * included; rounded to a multiple of 8.
   */
  readonly importance?: number | undefined
  /** Of the draws, from 0 to 2^32 - 1, 1 where left out. */
  readonly seed?: number | undefined
  /** Restricted maximum likelihood, for gaussian models with identity link. */
  readonly reml?: boolean | undefined
  /** Limits of the estimates: 'wald' (the default), or 'profile', of the profile likelihood. */
  readonly intervals?: 'wald' | 'profile' | undefined
  /** Probability that the limits are to cover with, 0.95 where left out. */
  readonly level?: number | undefined
  /**
   * Degrees of freedom of the fixed effects' t statistics where the response is gaussian with identity link: 'satterthwaite',
   * 'kr' (Kenward and Roger, with their adjusted covariance; needs `reml`), 'residual' (rows less coefficients), or 'none' for z.
   * Left out, 'residual' without random effects (least squares, gaussian with any link), else 'satterthwaite'; elsewhere z.
   */
  readonly df?: DfMethod | undefined
  /** 'quantile' adds randomised quantile residuals to those reported, drawn with `seed`. */
  readonly residuals?: 'quantile' | undefined
  /** Test the model against its data as well, with `seed`: see `modelTests`. */
  readonly tests?: boolean | undefined
}

/**
 * Fits the model of a formula and a table by maximum likelihood, or by restricted maximum likelihood.
 *
 * @param formula - R's and lme4's notation, `cbind(r, n - r) ~ treat + (1 | center)`.
 * @param table - Of `readTable`, `parseTable` or `tableFrom`.
 * @param options - Family and link, nodes or draws of the integral, limits, degrees of freedom, tests.
 * @returns The record that `glmm fit --json` prints; `convergence` and `warnings` say where no maximum was found.
 * @throws GlmmError FORMULA, COLUMN, RESPONSE or MODEL for what cannot be a model, USAGE for options.
 */
export function fit(formula: string, table: Table, options: FitOptions = {}): FitRecord {
  const nodes = checkNodes(options.nodes ?? 1)
  const draws = checkImportance(options)
  const intervals = checkIntervals(options)
  const model = stateModel(formula, table, options)
  const reml = options.reml ?? false
  if (reml && (model.family !== 'gaussian' || model.link !== 'identity')) {
    const hint = 'leave --reml out: other families are fitted by maximum likelihood'
    throw new GlmmError(
      'USAGE',
      `expected a gaussian family with identity link for --reml, got ${model.family}(${model.link})`,
      hint,
    )
  }
  const stated = state(model)
  const df = dfMethod(options.df, stated, reml)
  const call = {
    command: 'fit',
    formula,
    data: table.source,
    family: model.family,
    link: model.link,
    nodes: draws ? null : nodes,
    importance: draws?.count ?? null,
    seed: draws?.seed ?? (options.residuals || options.tests ? (options.seed ?? 1) : null),
    residuals: options.residuals ?? null,
    tests: options.tests ?? false,
    ...choicesGiven(options),
    reml,
    intervals: intervals.method,
    level: intervals.level,
    df,
  }
  if (options.residuals !== undefined && options.residuals !== 'quantile')
    throw new GlmmError(
      'USAGE',
      `expected quantile for --residuals, got ${options.residuals}`,
      'leave it out for the rest',
    )
  const record = fitModel(stated, nodes, reml, call, { ...intervals, df }, draws)
  const tested = options.tests ? testedFit(record, stated, checkSeed(options.seed ?? 1)) : record
  if (!options.residuals) return keepData(tested, table)
  const drawn = rowQuantiles(stated, fittedPredictors(record, stated), options.seed ?? 1)
  return keepData({ ...tested, residuals: { ...record.residuals, quantile: fiveNumbersOf(model, drawn) } }, table)
}

/** Of the rows that have trials, each as often as it counts. */
function fiveNumbersOf({ response }: Model, drawn: Float64Array): FiveNumbers {
  const used = Array.from(drawn.keys()).filter((i) => !Number.isNaN(drawn[i]))
  const counts = response.frequency ? Float64Array.from(used, (i) => response.frequency![i]) : null
  return fiveNumbers(
    Float64Array.from(used, (i) => drawn[i]),
    counts,
  )
}

function checkIntervals({ intervals: method = 'wald', level = 0.95 }: FitOptions): Intervals {
  if (method !== 'wald' && method !== 'profile')
    throw new GlmmError('USAGE', `expected wald or profile for --intervals, got ${method}`, 'wald is the default')
  checkLevel(level)
  return { method, level }
}

function checkImportance({ importance, seed, nodes, reml, residuals, tests }: FitOptions): Draws | null {
  if (importance === undefined) {
    if (seed === undefined || residuals || tests) return null
    const hint = 'leave --seed out: without these nothing in a fit is random'
    throw new GlmmError(
      'USAGE',
      `expected --importance, --residuals quantile or the tests of the model with --seed, got --seed ${seed} alone`,
      hint,
    )
  }
  if (nodes !== undefined || reml) {
    const other = reml ? '--reml' : `--nodes ${nodes}`
    throw new GlmmError(
      'USAGE',
      `expected one way to integrate, got --importance and ${other}`,
      'leave one of them out',
    )
  }
  if (!Number.isInteger(importance) || importance < leastDraws) {
    const hint = 'give a whole number; 4000 is a good start'
    throw new GlmmError('USAGE', `expected ${leastDraws} draws or more for --importance, got ${importance}`, hint)
  }
  return { count: importance, seed: checkSeed(seed ?? 1) }
}

function checkNodes(nodes: Nodes): Nodes {
  const whole = (one: number): boolean => Number.isInteger(one) && one >= 1 && one <= maxNodes
  if (nodes === 'auto') return nodes
  if (typeof nodes === 'number' ? whole(nodes) : nodes.length > 0 && nodes.every(whole))
    return typeof nodes !== 'number' && nodes.length === 1 ? nodes[0] : nodes
  const hint = 'give a whole number in that range; 1 is Laplace, 25 is exact for most data'
  throw new GlmmError('USAGE', `expected a number of nodes from 1 to ${maxNodes}, or auto, got ${nodes}`, hint)
}
