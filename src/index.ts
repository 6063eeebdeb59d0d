import type { SampleOptions } from '../samplers/run/sample-options.js'
import { importModules, moduleUrls } from '../workers/import-modules.js'
import { threads as threadExecutor } from '../workers/threads.js'
import * as core from './core.js'
import type { CheckResult, PosteriorResult, ResultBy } from './core.js'
import type { Table } from './data/table.js'
import { scratchFiles } from './draws/files/scratch-file.js'
import type { Executor } from './executor.js'
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
export * from './core.js'
export { readTable } from './data/files/read-table.js'
export { readDraws } from './draws/files/read-draws.js'
export { writeDraws } from './draws/files/write-draws.js'
export { mergeStudy } from './study/run/merge-study.js'
export type { Replay } from './study/run/replay-row.js'
export type { StudyOptions, StudyProgress } from './study/run/run-study.js'
export type { RowRecord } from './study/spec/row-text.js'
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

/** How a run is run: as in `glmm/core`, on threads unless an executor is given, with draws on disk where a folder is named. */
export interface RunChoice extends Omit<core.RunChoice, 'scratch'> {
  /**
   * Folder in which draws that take more than `scratchBytes` (64 MB unless given) are kept in files without a name, in
   * place of memory. They last until `close` of the stored draws, or the end of the process.
   */
  readonly scratch?: string | undefined
  /** Threads to use, by default as many as the machine runs at once; no result depends on it. */
  readonly threads?: number | undefined
  /**
   * Modules of the user's own, as paths or file: URLs, that this thread and all others import first: those that make a family,
   * a link or a covariance known.
   */
  readonly modules?: readonly (string | URL)[] | undefined
}

/**
 * Samples the posterior of the model of a formula and a table: `sample` of `glmm/core`, its chains on threads.
 *
 * @param formula - R's and lme4's notation, `cbind(r, n - r) ~ treat + (1 | center)`.
 * @param table - Of `readTable`, `parseTable` or `tableFrom`.
 * @param options - Family, priors, sampler, chains, draws, seed; and how the run is run. No number of threads changes a draw.
 * @returns The record that `glmm sample --json` prints, and the draws in `sample`; null there with the sampler `quadrature`, which
 *   has none.
 * @throws GlmmError FORMULA, COLUMN, RESPONSE or MODEL for what cannot be a model, PRIOR or USAGE for options, ABORTED where
 *   `signal` ends it before there are draws.
 * @example
 * import { sample, tableFrom } from 'glmm'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const { sample: drawn } = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 100, threads: 2 })
 * console.log(drawn.draws.values.length, drawn.draws.ndraws) // 2 100
 */
export const sample = <Sampler extends string | undefined = undefined>(
  formula: string,
  table: Table,
  options: SampleOptions & RunChoice & { readonly sampler?: Sampler } = {},
): Promise<ResultBy<Sampler>> =>
  onThreads(options, (executor) => core.sample<Sampler>(formula, table, runOn(options, executor)))

export interface ExtendOptions extends RunChoice {
  /** Draws to add to each chain. */
  readonly draws: number
}

/**
 * Adds draws to each chain of a posterior: `extend` of `glmm/core`, its chains on threads. What comes out equals one longer run to
 * the last bit.
 *
 * @param posterior - Of `sample`; it stays as it is.
 * @param options - How many draws to add to each chain, and how the run is run.
 * @returns The longer posterior.
 * @throws GlmmError USAGE where there are no chains to go on with, ABORTED where `signal` ends it.
 * @example
 * import { extend, sample, tableFrom } from 'glmm'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], g: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const options = { family: 'poisson', sampler: 'nuts', chains: 2, warmup: 300, threads: 2 }
 * const longer = await extend(await sample('y ~ 1 + (1 | g)', table, { ...options, draws: 100 }), { draws: 50, threads: 1 })
 * console.log(longer.sample.draws.ndraws) // 150
 */
export const extend = (posterior: PosteriorResult, options: ExtendOptions): Promise<PosteriorResult> =>
  onThreads(options, (executor) => core.extend(posterior, runOn(options, executor)))

/**
 * Is Laplace's approximation good enough for this model, and does the model fit the data? `check` of `glmm/core`, its chains on
 * threads.
 *
 * @param formula - As of `sample`.
 * @param table - Of `readTable`, `parseTable` or `tableFrom`.
 * @param options - As of `sample`.
 * @returns The record that `glmm check --json` prints, and the draws in `sample`.
 * @throws GlmmError as `sample` does, and MODEL for a model without random effects, which has no integral.
 * @example
 * import { check, tableFrom } from 'glmm'
 * const table = tableFrom({
 *   r: [3, 14, 11, 6, 3, 7, 5, 4],
 *   n: [39, 116, 93, 52, 38, 114, 69, 59],
 *   treat: [0, 0, 0, 0, 1, 1, 1, 1],
 *   center: [1, 2, 3, 4, 1, 2, 3, 4],
 * })
 * const { verdict } = await check('cbind(r, n - r) ~ treat + (1 | center)', table, { seed: 1, threads: 2 })
 * console.log(verdict) // adequate
 */
export const check = (formula: string, table: Table, options: SampleOptions & RunChoice = {}): Promise<CheckResult> =>
  onThreads(options, (executor) => core.check(formula, table, runOn(options, executor)))

export interface StudyChoice extends StudyOptions, Pick<RunChoice, 'threads' | 'executor' | 'modules'> {
  /** The file that paths in the study are relative to; the current directory unless given. */
  readonly from?: string | undefined
}

/**
 * Runs a study as a study file has it.
 *
 * @param spec - A study file's content; its `data` may be a table.
 * @returns The record that `glmm study --json` prints.
 * @throws GlmmError USAGE for what is wrong in the study, FILE for its data or log, ABORTED where `signal` ends it.
 * @example
 * import { study, tableFrom } from 'glmm'
 * const data = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], x: [0, 0, 0, 1, 1, 1, 0, 0, 0] })
 * const { execution } = await study({ kind: 'bootstrap', data, formula: 'y ~ x', family: 'poisson', replicates: 20, seed: 1 })
 * // Twenty replicates, and the data without each of the nine rows.
 * console.log(execution.rows, execution.failed) // 29 0
 */
export async function study(
  spec: BootstrapSpec | SimulationSpec | CalibrationSpec | SensitivitySpec | StudySpec,
  options: StudyChoice = {},
): Promise<StudyRecord> {
  await importModules(moduleUrls(options.modules))
  const planned = await planStudy(spec, options.from ?? null)
  return onThreads(options, (executor) => runStudy(planned, executor, options))
}

/** Options as the core takes them: an executor, and files in the folder that is named. */
const runOn = <Options extends RunChoice>({ scratch, ...options }: Options, executor: Executor) => ({
  ...options,
  executor,
  ...(scratch !== undefined && { scratch: scratchFiles(scratch) }),
})

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
