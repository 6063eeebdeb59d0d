import { GlmmError, type PlainError, plainError } from '../src/errors.js'
import type { Monitor, Outcome, Task } from '../src/executor.js'
import { importModules } from './import-modules.js'
import { jobCounters, type RunBoard } from './run-board.js'

/** Everything the jobs of one run have in common; it crosses once per worker. */
export interface RunStart {
  readonly task: string
  /** Its typed arrays lie in shared memory. */
  readonly shared: unknown
  readonly board: RunBoard
  /** URLs of modules of the user's own, imported before the task begins: they make families known, and the like. */
  readonly modules?: readonly string[]
}

/** What a worker can be asked. Nothing here throws: an error that crosses threads loses its code. */
export interface WorkerApi {
  /** Imports modules of the user's own; returns why it cannot, or undefined. */
  prepare(modules: readonly string[]): Promise<PlainError | undefined>
  /** Takes a run in; returns why it cannot, or undefined. */
  begin(start: RunStart): PlainError | undefined
  /** Runs job number `index` of the current run. */
  execute(index: number, job: unknown): Outcome<unknown>
  /** Lets go of the run's data. */
  end(): void
}

/** The worker's side of the conversation. It knows no thread, so that it can be tested in this one. */
export function workerApi(tasks: readonly Task[]): WorkerApi {
  let run: { readonly execute: Task<unknown, unknown>['execute']; readonly start: RunStart } | undefined

  const monitorOf = (board: RunBoard, index: number): Monitor => {
    const counters = jobCounters(board, index)
    return {
      set: (counter, value) => void Atomics.store(counters, counter, value),
      aborted: () => Atomics.load(board.stop, 0) === 1,
    }
  }

  return {
    prepare: (modules) => importModules(modules).then(() => undefined, plainError),
    begin(start) {
      const task = tasks.find(({ name }) => name === start.task)
      if (task === undefined) {
        const known = tasks.map(({ name }) => name).join(', ') || 'none'
        const hint = 'register the task in the list of tasks that workers know'
        return plainError(new GlmmError('INTERNAL', `workers know no task "${start.task}", only: ${known}`, hint))
      }
      run = { execute: task.execute as Task<unknown, unknown>['execute'], start }
      return undefined
    },
    execute(index, job) {
      try {
        if (run === undefined) throw new Error('a job came before its run')
        return { ok: true, value: run.execute(run.start.shared, job, monitorOf(run.start.board, index)) }
      } catch (thrown) {
        return { ok: false, error: plainError(thrown) }
      }
    },
    end() {
      run = undefined
    },
  }
}
