import type { WorkerOptions } from 'node:worker_threads'
import { GlmmError } from '../src/errors.js'
import type { Executor, Outcome, RunOptions, Task } from '../src/executor.js'
import { runBoard } from './run-board.js'
import { runJobs } from './run-jobs.js'
import { shareArrays } from './share.js'
import { turns } from './turns.js'
import { startWorker, type WorkerHandle } from './worker-handle.js'

/** An executor on threads of this process. */
export interface ThreadExecutor extends Executor {
  /** Ends the threads, and with them any run under way (ABORTED). A later run starts new ones. */
  close(): Promise<void>
}

export interface PoolOptions {
  /** The most workers at a time. */
  readonly size: number
  /** What each worker runs: a file that calls `serve` with its tasks. */
  readonly entry: URL
  readonly worker?: WorkerOptions
}

const stopped = (what: string) =>
  new GlmmError('ABORTED', `the run ${what}`, 'nothing of it was kept; run it again for a result')

/**
 * Worker threads that outlive a run: started when a run first has a job for them, at rest (and not keeping the
 * process alive) between runs, which take turns.
 */
export function pool({ size, entry, worker: workerOptions }: PoolOptions): ThreadExecutor {
  const workers = new Set<WorkerHandle>()
  const halts = new Set<AbortController>()
  const takeTurn = turns()

  const start = () => {
    const worker = startWorker(entry, workerOptions)
    workers.add(worker)
    worker.onEnd(() => workers.delete(worker))
    return worker
  }

  const runNow = async <Shared, Job, Result>(
    task: Task<Shared, Job, Result>,
    shared: Shared,
    jobs: readonly Job[],
    signal: AbortSignal,
    onProgress: RunOptions['onProgress'],
  ): Promise<Outcome<Result>[]> => {
    const data = { task: task.name, shared: shareArrays(shared), board: runBoard(jobs.length, task.counters) }
    const wanted = Math.min(size, jobs.length)
    try {
      const team = [...workers].filter((worker) => worker.usable()).slice(0, wanted)
      while (team.length < wanted) team.push(start())
      for (const worker of team) worker.holdProcess(true)
      return await runJobs<Result>(team, data, jobs, signal, onProgress)
    } finally {
      for (const worker of workers) worker.holdProcess(false)
    }
  }

  return {
    async run(task, shared, jobs, { signal, onProgress } = {}) {
      const halt = new AbortController()
      const onAbort = () => halt.abort(stopped(`of task "${task.name}" was stopped on request`))
      if (signal?.aborted) onAbort()
      signal?.addEventListener('abort', onAbort, { once: true })
      halts.add(halt)
      try {
        return await takeTurn(halt.signal, () => runNow(task, shared, jobs, halt.signal, onProgress))
      } finally {
        halts.delete(halt)
        signal?.removeEventListener('abort', onAbort)
      }
    },

    async close() {
      for (const halt of halts) halt.abort(stopped('ended because its threads were closed'))
      for (const worker of workers) worker.terminate()
      await Promise.all([...workers].map(({ ended }) => ended))
    },
  }
}
