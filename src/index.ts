import type { SampleHooks } from '../samplers/run/sample.js'
import type { SampleOptions } from '../samplers/run/sample-options.js'
import { extendPosterior, type SampledPosterior, samplePosterior } from '../samplers/run/sample-posterior.js'
import { importModules, moduleUrls } from '../workers/import-modules.js'
import { threads as threadExecutor } from '../workers/threads.js'
import { checkFormula } from './check/check.js'
import type { Checked } from './check/check-model.js'
import type { CheckRecord } from './check/check-record.js'
import type { Table } from './data/table.js'
import type { PosteriorRecord } from './draws/answers/posterior-record.js'
import { scratchFiles } from './draws/files/scratch-file.js'
import type { Executor } from './executor.js'
import { mergeStudy } from './study/run/merge-study.js'
import { planStudy } from './study/run/plan-study.js'
import { runStudy, type StudyOptions } from './study/run/run-study.js'
import type { StudyRecord } from './study/spec/study-record.js'
import type {
  BootstrapSpec,
  CalibrationSpec,
  SensitivitySpec,
  SimulationSpec,
  StudySpec,
} from './study/spec/study-spec.js'

export { type WriteOptions, writePosterior } from '../samplers/files/write-posterior.js'
export type { ChainProgress, Sample, SampleHooks } from '../samplers/run/sample.js'
export type { SampleOptions } from '../samplers/run/sample-options.js'
export type { CheckRecord, Comparison, Effect, Ratio, Rung, Verdict } from './check/check-record.js'
export { buildModel } from './data/build-model.js'
export type { Model, Predictor, RandomTerm } from './data/model.js'
export type { ReadOptions, ReadOptions as TableOptions } from './data/read-options.js'
export { parseTable } from './data/parse-table.js'
export { readTable } from './data/files/read-table.js'
export { type ModelChoice, stateModel as model } from './data/state-model.js'
export type { Column, Table } from './data/table.js'
export { tableFrom } from './data/table-from.js'
export type { DrawnModel, Sampled } from './draws/drawn-model.js'
export type { Draws } from './draws/draws.js'
export { type HypothesisRecord, hypothesis } from './draws/answers/hypothesis.js'
export { loo } from './draws/answers/loo.js'
export { type LooClustersOptions, looClusters } from './draws/answers/loo-clusters.js'
export { type LooCompareRecord, looCompare } from './draws/answers/loo-compare.js'
export type { LooRecord, WaicRecord } from './draws/answers/loo-record.js'
export { mcseQuantile } from './draws/diagnostics/monte-carlo-error.js'
export type { PosteriorRecord } from './draws/answers/posterior-record.js'
export type { ParameterSummary } from './draws/parameter-summary.js'
export { type PredictiveOptions, predictiveCheck } from './draws/answers/predictive-check.js'
export type { PredictiveRecord } from './draws/answers/predictive-record.js'
export { type RanksOptions, type RanksRecord, ranks } from './draws/answers/ranks.js'
export { readDraws } from './draws/files/read-draws.js'
export { summarise } from './draws/diagnostics/summarise.js'
export { waic } from './draws/answers/waic.js'
export { writeDraws } from './draws/files/write-draws.js'
export { GlmmError, type PlainError, type Warning } from './errors.js'
export type { Executor } from './executor.js'
export { defineFamily } from './families/define-family.js'
export { addFamily } from './families/registry.js'
export { compare } from './fit/compare/compare.js'
export type { ComparedModel, CompareRecord, LikelihoodRatioTest } from './fit/compare/compare-record.js'
export { type FitOptions, fit } from './fit/fit.js'
export type { FitRecord } from './fit/record/fit-record.js'
export { type PredictOptions, predict } from './fit/predict/predict.js'
export type { PredictedValue, Prediction, PredictionKind, PredictRecord } from './fit/predict/predict-record.js'
export { quantileResiduals } from './fit/predict/quantile-residuals.js'
export type { ModelTest } from './fit/tests/model-test.js'
export { modelTests, type TestedModel, type TestOptions } from './fit/tests/model-tests.js'
export type { ModelVerdict } from './fit/tests/model-verdict.js'
export { type SimulateOptions, simulate } from './fit/predict/simulate.js'
export type { SimulateRecord } from './fit/predict/simulate-record.js'
export { type Likelihood, likelihood } from './likelihood/likelihood.js'
export type { LogDensity } from './likelihood/frame/log-density.js'
export { jointPosterior, marginalPosterior, type Posterior } from './likelihood/posterior.js'
export { priorsInForce } from './likelihood/coordinates/priors-in-force.js'
export type { Replay } from './study/run/replay-row.js'
export type { RowRecord } from './study/spec/row-text.js'
export type { StudyOptions, StudyProgress } from './study/run/run-study.js'
export type { Measure } from './study/spec/study-plan.js'
export type { StudyRecord } from './study/spec/study-record.js'
export type {
  BootstrapSpec,
  CalibrationSpec,
  SensitivitySpec,
  SimulationSpec,
  StudySpec,
  Truth,
} from './study/spec/study-spec.js'
export { version } from './version.js'

export interface RunChoice extends Omit<SampleHooks, 'scratch'> {
  /**
   * Folder in which draws that take more than `scratchBytes` (64 MB unless given) are kept in files without a name, in
   * place of memory. They last until `close` of the stored draws, or the end of the process.
   */
  readonly scratch?: string | undefined
  /** Threads to use, by default as many as the machine runs at once; no result depends on it. */
  readonly threads?: number | undefined
  /** What runs the chains, instead of threads of this process. */
  readonly executor?: Executor | undefined
  /**
   * Modules of the user's own, as paths or file: URLs, that this thread and all others import first: where a family was made with
   * addFamily, the module that did so.
   */
  readonly modules?: readonly (string | URL)[] | undefined
}

/** A posterior record with the draws behind it. */
export type PosteriorResult = PosteriorRecord & Pick<SampledPosterior, 'sample'>
/** A check record with the draws behind its posterior. */
export type CheckResult = CheckRecord & Pick<Checked, 'sample'>

/** Samples the posterior of the model of a formula and a table. Rejects with a GlmmError. */
export async function sample(
  formula: string,
  table: Table,
  options: SampleOptions & RunChoice = {},
): Promise<PosteriorResult> {
  const { record, sample } = await onThreads(options, (executor) =>
    samplePosterior(formula, table, options, executor, hooksOf(options)),
  )
  return { ...record, sample }
}

export interface ExtendOptions extends RunChoice {
  /** Draws to add to each chain. */
  readonly draws: number
}

/**
 * Adds draws to each chain of a posterior: what comes out equals one longer run to the last bit. A run that was stopped
 * goes on as well. Rejects with a GlmmError.
 */
export async function extend(posterior: PosteriorResult, options: ExtendOptions): Promise<PosteriorResult> {
  const { sample: given, ...earlier } = posterior
  const { record, sample } = await onThreads(options, (executor) =>
    extendPosterior({ record: earlier, sample: given }, options.draws, executor, hooksOf(options)),
  )
  return { ...record, sample }
}

/** Is Laplace's approximation good enough for this model? Rejects with a GlmmError. */
export async function check(
  formula: string,
  table: Table,
  options: SampleOptions & RunChoice = {},
): Promise<CheckResult> {
  const { record, sample } = await onThreads(options, (executor) =>
    checkFormula(formula, table, options, executor, hooksOf(options)),
  )
  return { ...record, sample }
}

export interface StudyChoice extends StudyOptions, Pick<RunChoice, 'threads' | 'executor' | 'modules'> {
  /** The file that paths in the study are relative to; the current directory unless given. */
  readonly from?: string | undefined
}

/** Runs a study as a study file has it; its `data` may be a table. Rejects with a GlmmError. */
export async function study(
  spec: BootstrapSpec | SimulationSpec | CalibrationSpec | SensitivitySpec | StudySpec,
  options: StudyChoice = {},
): Promise<StudyRecord> {
  await importModules(moduleUrls(options.modules))
  const planned = await planStudy(spec, options.from ?? null)
  return onThreads(options, (executor) => runStudy(planned, executor, options))
}

export { mergeStudy }

const hooksOf = ({ scratch, ...hooks }: RunChoice): SampleHooks =>
  scratch === undefined ? hooks : { ...hooks, scratch: scratchFiles(scratch) }

async function onThreads<Result>(
  choice: Pick<RunChoice, 'threads' | 'executor' | 'modules'>,
  job: (executor: Executor) => Promise<Result>,
): Promise<Result> {
  await importModules(moduleUrls(choice.modules))
  if (choice.executor) return job(choice.executor)
  const executor = threadExecutor({ threads: choice.threads, modules: choice.modules })
  try {
    return await job(executor)
  } finally {
    await executor.close()
  }
}
