import { type PlainError, thrownError } from '../src/errors.js'
import type { Outcome, RunOptions } from '../src/executor.js'
import { countersNow } from './run-board.js'
import type { RunStart } from './worker-api.js'
import { WorkerDeath, workerDied } from './worker-death.js'
import type { WorkerHandle } from './worker-handle.js'

const pollMilliseconds = 100
/** How long jobs that look at `monitor.aborted()` have to stop by themselves before their workers are ended. */
const graceMilliseconds = 300
/** How long ended workers are waited for; a rejection must come within a second even on a busy machine. */
const endMilliseconds = 400

/** True when `work` is done in time. What came in time is looked at first, also where this thread was too busy to. */
async function doneWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => setImmediate(() => resolve(false)), milliseconds)
  })
  const inTime = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return inTime
}

/** A run of a list of jobs: their outcomes in the order of the list. */
export async function runJobs<Result>(
  workers: readonly WorkerHandle[],
  start: RunStart,
  jobs: readonly unknown[],
  signal: AbortSignal,
  { onProgress, onSettled }: Pick<RunOptions, 'onProgress' | 'onSettled'> = {},
): Promise<Outcome<Result>[]> {
  const outcomes = new Array<Outcome<Result>>(jobs.length)
  const take = (outcome: Outcome<Result>, index: number): void => {
    outcomes[index] = outcome
  }
  const report = onProgress && (() => onProgress(countersNow(start.board, jobs.length)))
  await streamJobs(workers, start, jobs, take, signal, { of: ` of ${jobs.length}`, report, onSettled })
  report?.()
  return outcomes
}

interface StreamListeners {
  readonly onSettled?: RunOptions['onSettled'] | undefined
  readonly of?: string
  readonly report?: (() => void) | undefined
}

/**
 * One run on the given workers: each takes the next job when it is free. When the run must stop (`signal`, whose
 * reason it rejects with; a dead worker; a throwing `take` or `report`) the workers that do not come to rest are ended.
 */
export async function streamJobs<Job, Result>(
  workers: readonly WorkerHandle[],
  start: RunStart,
  jobs: Iterable<Job>,
  take: (outcome: Outcome<Result>, index: number, job: Job, worker: number) => void,
  signal: AbortSignal,
  { of = '', report, onSettled }: StreamListeners = {},
): Promise<void> {
  const { task, board } = start
  const waiting = jobs[Symbol.iterator]()
  let next = 0
  let failure: { readonly reason: unknown } | undefined
  let announceFailure: () => void
  const failed = new Promise<void>((resolve) => {
    announceFailure = resolve
  })
  const stop = (reason: unknown) => {
    failure ??= { reason }
    Atomics.store(board.stop, 0, 1)
    announceFailure()
  }

  const cleanUp: (() => void)[] = []
  const perform = async (worker: WorkerHandle, position: number): Promise<void> => {
    let doing = `before it took up task "${task}"`
    const ignoreEnd = worker.onEnd((death) => stop(workerDied(death, doing)))
    cleanUp.push(ignoreEnd)
    try {
      const refusal = await worker.begin(start).catch((thrown) => unsent(thrown, `the data of task "${task}"`))
      if (refusal !== undefined) throw thrownError(refusal)
      while (failure === undefined) {
        const taken = waiting.next()
        if (taken.done) break
        const index = next++
        doing = `in job ${index + 1}${of} of task "${task}"`
        const outcome = await worker
          .execute(index, taken.value)
          .catch((thrown) => ({ ok: false, error: unsent(thrown, `a job of task "${task}" or its result`) }))
        onSettled?.(outcome as Outcome<unknown>, index)
        if (failure === undefined) take(outcome as Outcome<Result>, index, taken.value, position)
        doing = `after its jobs of task "${task}"`
      }
    } catch (thrown) {
      stop(thrown)
    }
  }

  const onAbort = () => stop(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const polling = report && pollProgress(report, stop)
  const allDone = Promise.all(workers.map(perform))
  await Promise.race([allDone, failed])
  clearInterval(polling)
  for (const ignoreEnd of cleanUp) ignoreEnd()
  signal.removeEventListener('abort', onAbort)

  if (failure !== undefined) {
    const mayRest = signal.aborted && failure.reason === signal.reason
    if (!(mayRest && (await doneWithin(graceMilliseconds, allDone)))) {
      for (const worker of workers) worker.terminate()
      await doneWithin(endMilliseconds, Promise.all(workers.map(({ ended }) => ended)))
    }
  }
  // Nobody waits for this: the data may go when the worker gets round to it.
  for (const worker of workers) worker.end().catch(() => {})
  if (failure !== undefined) throw failure.reason
}

/** Why a message did not get across; a death it throws on, for that is not the message's fault. */
function unsent(thrown: unknown, what: string): PlainError {
  if (thrown instanceof WorkerDeath) throw thrown
  const message = `${what} is not plain data: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  return { code: 'INTERNAL', message, hint: 'only numbers, text, arrays, records, maps and sets can cross threads' }
}

function pollProgress(report: () => void, stop: (reason: unknown) => void): NodeJS.Timeout {
  const timer = setInterval(() => {
    try {
      report()
    } catch (thrown) {
      stop(thrown)
    }
  }, pollMilliseconds)
  return timer.unref()
}
