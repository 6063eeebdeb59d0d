import { Worker, type WorkerOptions } from 'node:worker_threads'
import { wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { PlainError } from '../src/errors.js'
import type { Outcome } from '../src/executor.js'
import type { RunStart, WorkerApi } from './worker-api.js'
import { WorkerDeath } from './worker-death.js'

/** A worker seen from the main thread. Every call settles: when the worker ends, it rejects with a WorkerDeath. */
export interface WorkerHandle {
  begin(start: RunStart): Promise<PlainError | undefined>
  execute(index: number, job: unknown): Promise<Outcome<unknown>>
  end(): Promise<void>
  /** Calls `listener` once the thread has ended, for whatever reason; returns how to stop listening. */
  onEnd(listener: (death: WorkerDeath) => void): () => void
  /** Resolves once the thread has ended. */
  readonly ended: Promise<void>
  /** False from the moment the thread has ended or was asked to. */
  usable(): boolean
  terminate(): void
  /** Whether this worker keeps the process alive. */
  holdProcess(hold: boolean): void
}

export function startWorker(entry: URL, options: WorkerOptions = {}): WorkerHandle {
  const worker = new Worker(entry, { execArgv: [], ...options })
  const api = wrap<WorkerApi>(nodeEndpoint(worker))
  // A set one can leave, not a promise: what hangs on a promise (here, results) stays for as long as the worker lives.
  const listeners = new Set<(death: WorkerDeath) => void>()
  let usable = true
  let cause: unknown
  let death: WorkerDeath | undefined

  const terminate = () => {
    usable = false
    worker.terminate().catch(() => {})
  }
  worker.on('error', (error) => {
    usable = false
    cause = error
  })
  worker.on('messageerror', (error) => {
    cause = error // a reply that cannot be read leaves its call without an answer
    terminate()
  })
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (exitCode) => {
      usable = false
      death = new WorkerDeath(exitCode, cause)
      for (const listener of listeners) listener(death)
      resolve()
    })
  })

  const onEnd = (listener: (death: WorkerDeath) => void) => {
    if (death !== undefined) listener(death)
    else listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }
  const settling = <T>(ask: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const ignoreEnd = onEnd(reject)
      ask().then(resolve, reject).finally(ignoreEnd)
    })

  return {
    begin: (start) =>
      settling(async () => {
        const { modules = [] } = start
        return (modules.length > 0 ? await api.prepare(modules) : undefined) ?? (await api.begin(start))
      }),
    execute: (index, job) => settling(() => api.execute(index, job) as Promise<Outcome<unknown>>),
    end: () => settling(() => api.end()),
    onEnd,
    ended,
    usable: () => usable,
    terminate,
    holdProcess: (hold) => (hold ? worker.ref() : worker.unref()),
  }
}
