import type { Task } from '../src/executor.js'

/**
 * A task that also runs on other machines. What comes out of the queue may be anyone's: each `check` throws a GlmmError
 * unless it is what the task takes, sizes and all.
 */
export interface QueueTask<Shared = unknown, Job = unknown, Result = unknown> {
  readonly task: Task<Shared, Job, Result>
  readonly checkShared: (data: unknown) => Shared
  readonly checkJob: (data: unknown, shared: Shared) => Job
  /** What of a result travels, as plain data. */
  readonly pack: (result: Result) => unknown
  /** The result again; it must be one of this job. */
  readonly unpack: (data: unknown, job: Job, shared: Shared) => Result
  /** How parts of a result are made again by who handed the job out. */
  readonly parts: {
    /** How many a job has. */
    readonly count: (job: Job) => number
    /** The job of part `i` alone. */
    readonly alone: (job: Job, i: number) => Job
    /** Whether the result of part `i` alone is what the whole has in its place, to the bit. */
    readonly same: (whole: Result, i: number, alone: Result) => boolean
    /** What a reader knows part `i` as. */
    readonly named: (job: Job, i: number) => string
  }
}
