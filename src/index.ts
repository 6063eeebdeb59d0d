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

/** `sample` of the core, its chains on threads. */
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

/** `extend` of the core, its chains on threads. */
export const extend = (posterior: PosteriorResult, options: ExtendOptions): Promise<PosteriorResult> =>
  onThreads(options, (executor) => core.extend(posterior, runOn(options, executor)))

/** `check` of the core, its chains on threads. */
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
