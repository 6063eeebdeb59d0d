import { GlmmError, plainError } from './errors.js'
import type { Executor, Outcome, RunOptions, Task } from './executor.js'

/** Lets the event loop turn: setImmediate where there is one, as a timer waits a millisecond at least. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })

/**
 * Runs jobs one after another in this thread: for one job, for small work, and for tests. Progress comes after
 * each job; the event loop turns between jobs, which is when an abort from outside takes effect.
 *
 * @example
 * import { inlineExecutor } from 'glmm/workers'
 * const square = { name: 'square', counters: 0, execute: (shared, job) => shared.scale * job ** 2 }
 * const outcomes = await inlineExecutor.run(square, { scale: 10 }, [1, 2, 3])
 * console.log(outcomes.map(({ value }) => value).join()) // 10,40,90
 */
export const inlineExecutor: Executor = {
  name: 'inline',
  workers: 1,

  async run<Shared, Job, Result>(
    task: Task<Shared, Job, Result>,
    shared: Shared,
    jobs: readonly Job[],
    { signal, onProgress, onSettled }: RunOptions = {},
  ): Promise<Outcome<Result>[]> {
    const counters = jobs.map(() => new Int32Array(task.counters))
    const outcomes: Outcome<Result>[] = []
    const report = () => onProgress?.(counters.map((of) => of.slice()))
    const stopIfAborted = () => {
      if (!signal?.aborted) return
      const message = `the run of task "${task.name}" was stopped on request, ${outcomes.length} of ${jobs.length} jobs done`
      throw new GlmmError('ABORTED', message, 'nothing of it was kept; run it again for a result')
    }

    stopIfAborted()
    if (jobs.length === 0) report()
    for (const [index, job] of jobs.entries()) {
      const own = counters[index]
      // Atomics.store, as on threads: it refuses an index out of range, and rounds alike.
      const monitor = {
        set: (counter: number, value: number) => void Atomics.store(own, counter, value),
        aborted: () => signal?.aborted ?? false,
      }
      let outcome: Outcome<Result>
      try {
        outcome = { ok: true, value: task.execute(shared, job, monitor) }
      } catch (thrown) {
        outcome = { ok: false, error: plainError(thrown) }
      }
      onSettled?.(outcome, index)
      stopIfAborted()
      outcomes.push(outcome)
      report()
      if (index < jobs.length - 1) await turn()
      if (outcomes.length < jobs.length) stopIfAborted()
    }
    return outcomes
  },

  async stream(task, shared, jobs, take, { signal } = {}) {
    const refuseCounter = (): void => {
      throw new RangeError(`task "${task.name}" has counters, which a stream of jobs has no place for`)
    }
    const monitor = { set: refuseCounter, aborted: () => signal?.aborted ?? false }
    for (const job of jobs) {
      if (signal?.aborted) throw stoppedStream(task.name)
      let outcome: Parameters<typeof take>[0]
      try {
        outcome = { ok: true, value: task.execute(shared, job, monitor) }
      } catch (thrown) {
        outcome = { ok: false, error: plainError(thrown) }
      }
      take(outcome, job, 0)
      await turn()
    }
    if (signal?.aborted) throw stoppedStream(task.name)
  },
}

const stoppedStream = (task: string): GlmmError =>
  new GlmmError('ABORTED', `the stream of task "${task}" was stopped on request`, 'run it again for the rest')
