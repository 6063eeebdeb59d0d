import type { WorkerOptions } from 'node:worker_threads'
import { GlmmError } from '../src/errors.js'
import type { Executor, Outcome, RunOptions, Task } from '../src/executor.js'
import { runBoard } from './run-board.js'
import { runJobs, streamJobs } from './run-jobs.js'
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
  /** URLs of modules that workers import before they take up a run. */
  readonly modules?: readonly string[]
}

const stopped = (what: string) =>
  new GlmmError('ABORTED', `the run ${what}`, 'nothing of it was kept; run it again for a result')

/**
 * Worker threads that outlive a run: started when a run first has a job for them, at rest (and not keeping the
 * process alive) between runs, which take turns.
 */
export function pool({ size, entry, worker: workerOptions, modules = [] }: PoolOptions): ThreadExecutor {
  const workers = new Set<WorkerHandle>()
  const halts = new Set<AbortController>()
  const takeTurn = turns()

  const start = () => {
    const worker = startWorker(entry, workerOptions)
    workers.add(worker)
    worker.onEnd(() => workers.delete(worker))
    return worker
  }

  /** Lets a team of workers, at most `most`, do `work` while it keeps the process alive. */
  const withTeam = async <Done>(most: number, work: (team: WorkerHandle[]) => Promise<Done>): Promise<Done> => {
    const wanted = Math.min(size, most)
    try {
      const team = [...workers].filter((worker) => worker.usable()).slice(0, wanted)
      while (team.length < wanted) team.push(start())
      for (const worker of team) worker.holdProcess(true)
      return await work(team)
    } finally {
      for (const worker of workers) worker.holdProcess(false)
    }
  }

  /** Waits for the pool to be free, then does `work`, which `signal` and the pool's end can halt. */
  const inTurn = async <Done>(
    task: string,
    signal: AbortSignal | undefined,
    work: (halted: AbortSignal) => Promise<Done>,
  ): Promise<Done> => {
    const halt = new AbortController()
    const onAbort = () => halt.abort(stopped(`of task "${task}" was stopped on request`))
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    halts.add(halt)
    try {
      return await takeTurn(halt.signal, () => work(halt.signal))
    } finally {
      halts.delete(halt)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    name: 'threads',
    workers: size,

    run: <Shared, Job, Result>(
      task: Task<Shared, Job, Result>,
      shared: Shared,
      jobs: readonly Job[],
      { signal, ...listeners }: RunOptions = {},
    ): Promise<Outcome<Result>[]> =>
      inTurn(task.name, signal, (halted) => {
        const data = {
          task: task.name,
          shared: shareArrays(shared),
          board: runBoard(jobs.length, task.counters),
          modules,
        }
        return withTeam(jobs.length, (team) => runJobs<Result>(team, data, jobs, halted, listeners))
      }),

    stream: <Shared, Job, Result>(
      task: Task<Shared, Job, Result>,
      shared: Shared,
      jobs: Iterable<Job>,
      take: (outcome: Outcome<Result>, job: Job, worker: number) => void,
      { signal }: Pick<RunOptions, 'signal'> = {},
    ): Promise<void> =>
      inTurn(task.name, signal, (halted) => {
        const data = { task: task.name, shared: shareArrays(shared), board: runBoard(0, 0), modules }
        const hand = (outcome: Outcome<Result>, _: number, job: Job, worker: number): void => take(outcome, job, worker)
        return withTeam(size, (team) => streamJobs(team, data, jobs, hand, halted))
      }),

    async close() {
      for (const halt of halts) halt.abort(stopped('ended because its threads were closed'))
      for (const worker of workers) worker.terminate()
      await Promise.all([...workers].map(({ ended }) => ended))
    },
  }
}
