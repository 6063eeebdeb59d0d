/**
 * What needs no files and no threads, for browsers and for bundlers: data from arrays or from text, fits, draws and checks in
 * the thread that calls. `glmm` has all of it, and files, threads and studies beside it.
 */
import type { SampleHooks } from '../samplers/run/sample.js'
import type { SampleOptions } from '../samplers/run/sample-options.js'
import type { DrawnPosterior, IntegratedPosterior } from '../samplers/methods/method.js'
import { extendPosterior, samplePosterior } from '../samplers/methods/sample-posterior.js'
import { checkFormula } from './check/check.js'
import type { Checked } from './check/check-model.js'
import type { CheckRecord } from './check/check-record.js'
import type { Table } from './data/table.js'
import type { PosteriorRecord } from './draws/answers/posterior-record.js'
import type { Executor } from './executor.js'
import { inlineExecutor } from './inline-executor.js'

export type { SampleOptions } from '../samplers/run/sample-options.js'
export type { ChainProgress, Sample, SampleHooks } from '../samplers/run/sample.js'
export type { CheckRecord, Comparison, Effect, Ratio, Rung, Verdict } from './check/check-record.js'
export { buildModel } from './data/build-model.js'
export { decodedText } from './data/decode-text.js'
export type { Model, Predictor, RandomTerm } from './data/model.js'
export { parseTable } from './data/parse-table.js'
export type { ReadOptions, ReadOptions as TableOptions } from './data/read-options.js'
export { type ModelChoice, stateModel as model } from './data/state-model.js'
export type { Column, Table } from './data/table.js'
export { tableFrom } from './data/table-from.js'
export { type HypothesisRecord, hypothesis } from './draws/answers/hypothesis.js'
export { loo } from './draws/answers/loo.js'
export { type LooClustersOptions, looClusters } from './draws/answers/loo-clusters.js'
export { type LooCompareRecord, looCompare } from './draws/answers/loo-compare.js'
export type { LooRecord, WaicRecord } from './draws/answers/loo-record.js'
export type { PosteriorRecord } from './draws/answers/posterior-record.js'
export { type PredictiveOptions, predictiveCheck } from './draws/answers/predictive-check.js'
export type { PredictiveRecord } from './draws/answers/predictive-record.js'
export { type RanksOptions, type RanksRecord, ranks } from './draws/answers/ranks.js'
export { waic } from './draws/answers/waic.js'
export { type EffectsOptions, effects } from './postestimation/effects.js'
export type { EffectsRecord } from './postestimation/effects-record.js'
export { type InfluenceOptions, influence } from './postestimation/influence.js'
export type { InfluenceRecord } from './postestimation/influence-record.js'
export { type MeansOptions, means } from './postestimation/means.js'
export type { MeansRecord } from './postestimation/means-record.js'
export { type RobustCovariance, type RobustOptions, robustCovariance } from './postestimation/robust.js'
export type { TestRecord } from './postestimation/test-record.js'
export { type TestOptions as TermTestOptions, test } from './postestimation/test-terms.js'
export { mcseQuantile } from './draws/diagnostics/monte-carlo-error.js'
export { summarise } from './draws/diagnostics/summarise.js'
export type { DrawnModel, Sampled } from './draws/drawn-model.js'
export type { Draws } from './draws/draws.js'
export type { ParameterSummary } from './draws/parameter-summary.js'
export { GlmmError, type PlainError, type Warning } from './errors.js'
export type { Executor } from './executor.js'
export type { Chart } from './covariance/chart.js'
export type { Covariance } from './covariance/covariance.js'
export { addCovariance } from './covariance/registry.js'
export { defineFamily, type FamilyDefinition } from './families/define-family.js'
export { defineLink, type LinkDefinition } from './families/define-link.js'
export { addFamily } from './families/registry.js'
export type { Link, PositiveLink, ProbabilityLink } from './links/link.js'
export { addLink } from './links/registry.js'
export { compare } from './fit/compare/compare.js'
export type { ComparedModel, CompareRecord, LikelihoodRatioTest } from './fit/compare/compare-record.js'
export { type FitOptions, fit } from './postestimation/fit.js'
export type { PredictOptions } from './fit/predict/predict.js'
export { type PredictionGrid, predictionGrid } from './postestimation/prediction-grid.js'
export { predict } from './postestimation/predictions.js'
export type { PredictedValue, Prediction, PredictionKind, PredictRecord } from './fit/predict/predict-record.js'
export { quantileResiduals } from './fit/predict/quantile-residuals.js'
export { type SimulateOptions, simulate } from './fit/predict/simulate.js'
export type { SimulateRecord } from './fit/predict/simulate-record.js'
export type { FitRecord } from './fit/record/fit-record.js'
export type { ModelTest } from './fit/results/model-test.js'
export { modelTests, type TestedModel, type TestOptions } from './fit/tests/model-tests.js'
export type { ModelVerdict } from './fit/results/model-verdict.js'
export { priorsInForce } from './likelihood/coordinates/priors-in-force.js'
export type { LogDensity, MarginalDensity } from './likelihood/frame/log-density.js'
export type { Rule } from './likelihood/frame/integration-rule.js'
export { type Likelihood, likelihood } from './likelihood/likelihood.js'
export { jointPosterior, marginalPosterior, type Posterior } from './likelihood/posterior.js'
export { version } from './version.js'

export interface RunChoice extends SampleHooks {
  /** What runs the chains, instead of this thread; no result depends on it. */
  readonly executor?: Executor | undefined
}

/** A posterior record with the draws behind it. */
export type PosteriorResult = PosteriorRecord & Pick<DrawnPosterior, 'sample'>
/** A posterior record without draws: what the sampler `quadrature` gives. */
export type IntegratedResult = PosteriorRecord & Pick<IntegratedPosterior, 'sample'>
/** What `sample` gives where a sampler is named so: with draws, but for `quadrature`. */
export type ResultBy<Sampler extends string | undefined> = string extends Sampler
  ? PosteriorResult | IntegratedResult
  : 'quadrature' extends Sampler
    ? IntegratedResult
    : PosteriorResult
/** A check record with the draws behind its posterior. */
export type CheckResult = CheckRecord & Pick<Checked, 'sample'>

/**
 * Samples the posterior of the model of a formula and a table.
 *
 * @param formula - R's and lme4's notation, `cbind(r, n - r) ~ treat + (1 | center)`.
 * @param table - Of `parseTable` or `tableFrom`.
 * @param options - Family, priors, sampler, chains, draws, seed; and how the run is run.
 * @returns The record that `glmm sample --json` prints, and the draws in `sample`; null there with the sampler `quadrature`, which
 *   has none.
 * @throws GlmmError FORMULA, COLUMN or MODEL for what cannot be a model, USAGE for options, ABORTED where `signal` ends it
 *   before there are draws.
 * @example
 * import { sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const { summary } = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', seed: 1 })
 * console.log(summary[0].name, summary[0].rhat < 1.01) // b_Intercept true
 */
export async function sample<Sampler extends string | undefined = undefined>(
  formula: string,
  table: Table,
  { executor = inlineExecutor, ...options }: SampleOptions & RunChoice & { readonly sampler?: Sampler } = {},
): Promise<ResultBy<Sampler>> {
  const { record, sample } = await samplePosterior<string>(formula, table, options, executor, options)
  return { ...record, sample } as ResultBy<Sampler>
}

export interface ExtendOptions extends RunChoice {
  /** Draws to add to each chain. */
  readonly draws: number
}

/**
 * Adds draws to each chain of a posterior: what comes out equals one longer run to the last bit. A run that was stopped
 * goes on as well.
 *
 * @param posterior - Of `sample`; it stays as it is.
 * @returns The longer posterior.
 * @throws GlmmError USAGE where there are no chains to go on with, ABORTED where `signal` ends it.
 * @example
 * import { extend, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], g: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const options = { family: 'poisson', sampler: 'nuts', chains: 2, warmup: 300, seed: 1 }
 * const longer = await extend(await sample('y ~ 1 + (1 | g)', table, { ...options, draws: 100 }), { draws: 50 })
 * const whole = await sample('y ~ 1 + (1 | g)', table, { ...options, draws: 150 })
 * console.log(longer.sample.draws.ndraws, longer.summary[0].mean === whole.summary[0].mean) // 150 true
 */
export async function extend(
  posterior: PosteriorResult,
  { draws, executor = inlineExecutor, ...hooks }: ExtendOptions,
): Promise<PosteriorResult> {
  const { sample: given, ...earlier } = posterior
  const { record, sample } = await extendPosterior({ record: earlier, sample: given }, draws, executor, hooks)
  return { ...record, sample }
}

/**
 * Is Laplace's approximation good enough for this model, and does the model fit the data?
 *
 * @param formula - As of `sample`.
 * @returns The record that `glmm check --json` prints, and the draws in `sample`.
 * @throws GlmmError as `sample` does, and MODEL for a model without random effects, which has no integral.
 * @example
 * import { check, tableFrom } from 'glmm/core'
 * const table = tableFrom({
 *   r: [3, 14, 11, 6, 3, 7, 5, 4],
 *   n: [39, 116, 93, 52, 38, 114, 69, 59],
 *   treat: [0, 0, 0, 0, 1, 1, 1, 1],
 *   center: [1, 2, 3, 4, 1, 2, 3, 4],
 * })
 * const { verdict } = await check('cbind(r, n - r) ~ treat + (1 | center)', table, { seed: 1 })
 * console.log(verdict) // adequate
 */
export async function check(
  formula: string,
  table: Table,
  { executor = inlineExecutor, ...options }: SampleOptions & RunChoice = {},
): Promise<CheckResult> {
  const { record, sample } = await checkFormula(formula, table, options, executor, options)
  return { ...record, sample }
}
