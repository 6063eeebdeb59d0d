import type { PlainError } from './errors.js'

/**
 * What runs jobs: in this thread, on worker threads, or on other machines. The mathematics knows only this
 * interface, so every computation can also run inline. A task is named, never passed: what crosses is plain data.
 */
export interface Executor {
  /**
   * Runs `task` once for every entry of `jobs`, all of which read the same `shared` data.
   * Resolves when each job has settled, in the order of `jobs`; a job that fails is an outcome, not a rejection.
   * Rejects only when the whole run cannot go on (a worker died, or `signal` was aborted).
   */
  run<Job, Result>(
    task: Task<unknown, Job, Result>,
    shared: unknown,
    jobs: readonly Job[],
    options?: RunOptions,
  ): Promise<Outcome<Result>[]>
}

/** A pure function of plain data, found again by name on the other side. */
export interface Task<Shared, Job, Result> {
  readonly name: string
  /** How many counters of progress each job writes. */
  readonly counters: number
  readonly execute: (shared: Shared, job: Job, monitor: Monitor) => Result
}

/** Written by a running job, read by whoever shows progress. */
export interface Monitor {
  /** Sets counter `index` (below the task's `counters`) of this job. */
  set(index: number, value: number): void
  /** True once the run was aborted; a long job looks now and then and stops with an ABORTED error. */
  aborted(): boolean
}

export interface RunOptions {
  readonly signal?: AbortSignal
  /** Called about ten times a second with each job's counters, and once at the end. */
  readonly onProgress?: (counters: readonly Int32Array[]) => void
}

export type Outcome<Result> = { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: PlainError }
