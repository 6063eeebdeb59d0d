import type { PlainError } from './errors.js'

/**
 * What runs jobs: in this thread, on worker threads, or on other machines. The mathematics knows only this
 * interface, so every computation can also run inline. A task is named, never passed: what crosses is plain data.
 */
export interface Executor {
  /** What records call it: 'inline', 'threads', 'queue'. */
  readonly name: string
  /** How many jobs it runs at a time, at most. */
  readonly workers: number
  /** How long a job of a stream should take for handing it over to cost little; 60 ms unless given. */
  readonly jobMilliseconds?: number
  /** Jobs that were handed out again because they had got lost; none unless given. */
  readonly retried?: number
  /** Parts of results from elsewhere that were made again here and found the same; none unless given. */
  readonly rechecked?: number

  /**
   * Runs `task` once for every entry of `jobs`, all of which read the same `shared` data.
   * Resolves when each job has settled, in the order of `jobs`; a job that fails is an outcome, not a rejection.
   * Rejects only when the whole run cannot go on: WORKER_DIED, ABORTED, or `onProgress` threw.
   * Tasks read `shared` and never write to it: the same arrays are in the hands of every job.
   */
  run<Shared, Job, Result>(
    task: Task<Shared, Job, Result>,
    shared: Shared,
    jobs: readonly Job[],
    options?: RunOptions,
  ): Promise<Outcome<Result>[]>

  /**
   * Runs `task` over jobs that are made one by one as workers ask for them, and hands each outcome to `take` when it
   * comes, in no order; nothing is kept. `worker` counts the workers from 0. For tasks without counters. Resolves when
   * every job has settled; rejects as `run` does, and with what `jobs` or `take` throws.
   */
  stream<Shared, Job, Result>(
    task: Task<Shared, Job, Result>,
    shared: Shared,
    jobs: Iterable<Job>,
    take: (outcome: Outcome<Result>, job: Job, worker: number) => void,
    options?: Pick<RunOptions, 'signal'>,
  ): Promise<void>
}

/**
 * A pure function of plain data, found again by name on the other side.
 * Without type arguments it is any task, as registries list them.
 */
export interface Task<Shared = never, Job = never, Result = unknown> {
  /** By which it is found on the other side. */
  readonly name: string
  /** How many counters of progress each job writes. */
  readonly counters: number
  readonly execute: (shared: Shared, job: Job, monitor: Monitor) => Result
}

/** Written by a running job, read by whoever shows progress. */
export interface Monitor {
  /** Sets counter `index` of this job to an integer; an index not below the task's `counters` throws. */
  set(index: number, value: number): void
  /** True once the run was aborted; a long job looks now and then and stops with an ABORTED error. */
  aborted(): boolean
}

/** How a run is ended and watched. */
export interface RunOptions {
  /** Once aborted, no further job starts and the run rejects with ABORTED; aborted already, it rejects at once. */
  readonly signal?: AbortSignal
  /** Called about ten times a second with a copy of each job's counters, and once at the end of a run that resolves. */
  readonly onProgress?: (counters: readonly Int32Array[]) => void
  /** Called with the outcome of each job when it comes, also of those that come to an end after the run was aborted. */
  readonly onSettled?: (outcome: Outcome<unknown>, index: number) => void
}

/** What came of a job: its result, or the error that it failed with. */
export type Outcome<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: PlainError }
