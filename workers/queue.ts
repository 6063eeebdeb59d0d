import { GlmmError } from '../src/errors.js'
import type { Executor, Outcome, RunOptions, Task } from '../src/executor.js'
import { version } from '../src/version.js'
import { moduleUrls } from './import-modules.js'
import { packPlain } from './plain-bytes.js'
import { queueKey } from './queue-key.js'
import { hashOf, mostSharedBytes, prefix, queueName } from './queue-protocol.js'
import { queueRun } from './queue-run.js'
import { queueTaskNamed } from './queue-tasks.js'
import { defaultShare } from './recheck.js'
import { type RedisOptions, redisClient } from './redis-client.js'
import { presentWorkers } from './workers-present.js'

/** An executor on the workers of a queue. */
export interface QueueExecutor extends Executor {
  /** Jobs that were handed out again because their worker, or Redis, had lost them. */
  readonly retried: number
  /** Rows that were made again here and found the same. */
  readonly rechecked: number
  /** Ends any run under way (ABORTED), and lets go of Redis. */
  close(): Promise<void>
}

/** Where the queue is, and how its results are checked. */
export interface QueueOptions extends RedisOptions {
  /**
   * Key shared with the workers, of 16 characters or more: jobs are signed with it, and results without its signature are
   * dropped. None unless given: then anyone who reaches Redis can take part.
   */
  readonly key?: string | undefined
  /** Share of the rows that is made again here and compared to the bit; 0.01 unless given. */
  readonly recheck?: number | undefined
  /** Modules that the threads which do so import first; see ThreadsOptions. */
  readonly modules?: readonly (string | URL)[] | undefined
}

/** So long a job should take: some hundred times what a way through Redis costs. */
const jobMilliseconds = 200

/**
 * An executor on all machines where `glmm worker` runs with the same Redis or Valkey. Workers may come and go, and
 * Redis too.
 *
 * @param options - Where Redis is, the key shared with the workers, and the share of rows made again here.
 * @returns The executor; `close` lets go of Redis.
 * @throws GlmmError (a rejection) QUEUE where Redis is not to be reached, USAGE for options.
 * @example
 * const executor = await queue({ redis: 'redis://localhost:6379' })
 * const record = await study({ kind: 'bootstrap', data, formula: 'y ~ x', replicates: 10_000 }, { executor })
 * await executor.close()
 */
export async function queue(options: QueueOptions): Promise<QueueExecutor> {
  const key = options.key === undefined ? null : queueKey(options.key)
  const share = checkShare(options.recheck ?? defaultShare)
  const modules = moduleUrls(options.modules)
  const { redis, shown, leave } = await redisClient(options)
  const { Queue } = await import('bullmq')
  const results = redis.duplicate()
  const jobs = new Queue(queueName, { connection: redis, prefix, streams: { events: { maxLen: 100 } } })
  for (const emitter of [results, jobs]) emitter.on('error', () => {}) // the first connection has its own notes
  const halt = new AbortController()
  const crew = (await presentWorkers(redis).catch(() => [])).filter(
    (worker) => worker.version === version && worker.key === (key?.fingerprint ?? null),
  )
  const counts = {
    workers: Math.max(1, crew.length),
    threads: crew.reduce((sum, { threads }) => sum + threads, 0),
    retried: 0,
    rechecked: 0,
  }
  const context = { redis, results, jobs, shown, counts, key, share, modules, onNote: options.onNote ?? (() => {}) }

  /** Of data in use before. */
  const hashes = new WeakMap<object, string>()
  const hashed = (shared: unknown, pack: () => Buffer): string => {
    const known = hashes.get(shared as object) ?? hashOf(boundedBytes(pack()))
    if (typeof shared === 'object' && shared !== null) hashes.set(shared, known)
    return known
  }

  const stream: Executor['stream'] = async (task, shared, list, take, { signal } = {}) => {
    const wire = queueTaskNamed(task.name)
    const pack = (): Buffer => packPlain(shared)
    const ending = new AbortController()
    const end = (): void => ending.abort()
    if (signal?.aborted || halt.signal.aborted) end()
    const hand = (outcome: Outcome<unknown>, job: unknown, worker: number): void =>
      take(outcome as Parameters<typeof take>[0], job as Parameters<typeof take>[1], worker)
    signal?.addEventListener('abort', end)
    halt.signal.addEventListener('abort', end)
    try {
      await queueRun(context, { wire, shared, hash: hashed(shared, pack), pack }, list, hand, ending.signal)
    } finally {
      signal?.removeEventListener('abort', end)
      halt.signal.removeEventListener('abort', end)
    }
  }

  return {
    name: 'queue',
    jobMilliseconds,
    get workers() {
      return counts.workers
    },
    get retried() {
      return counts.retried
    },
    get rechecked() {
      return counts.rechecked
    },
    stream,

    async run<Shared, Job, Result>(
      task: Task<Shared, Job, Result>,
      shared: Shared,
      list: readonly Job[],
      { signal, onProgress }: RunOptions = {},
    ): Promise<Outcome<Result>[]> {
      if (task.counters > 0) {
        const message = `expected a task without counters of progress for the queue, got ${task.name}`
        throw new GlmmError('QUEUE', message, 'run it on threads of this machine')
      }
      const outcomes = new Array<Outcome<Result>>(list.length)
      const numbered = list.map((job, index) => ({ job, index }))
      const places = new Map(numbered.map(({ job, index }) => [job, index]))
      const take = (outcome: Outcome<Result>, job: Job): void => {
        outcomes[places.get(job)!] = outcome
      }
      await stream(task, shared, list, take, signal ? { signal } : {})
      onProgress?.(list.map(() => new Int32Array(0)))
      return outcomes
    },

    async close() {
      halt.abort()
      await jobs.close().catch(() => {})
      results.disconnect()
      leave()
    },
  }
}

function checkShare(share: number): number {
  if (share >= 0 && share <= 1) return share
  const message = `expected a share of rows to make again from 0 to 1, got ${share}`
  throw new GlmmError('USAGE', message, `leave it out for ${defaultShare}`)
}

function boundedBytes(bytes: Buffer): Buffer {
  if (bytes.length <= mostSharedBytes) return bytes
  const message = `expected a study of at most ${mostSharedBytes} bytes for the queue, got ${bytes.length}`
  throw new GlmmError('QUEUE', message, 'cut it into shards with --shard instead')
}
