import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'
import { GlmmError, plainError } from '../src/errors.js'
import type { Outcome } from '../src/executor.js'
import { version } from '../src/version.js'
import { importModules, moduleUrls } from './import-modules.js'
import { packPlain } from './plain-bytes.js'
import { queueKey } from './queue-key.js'
import {
  checkJobMessage,
  isSignedJob,
  type JobMessage,
  keepSeconds,
  mostResultBytes,
  prefix,
  queueName,
  type ResultMessage,
  resultsKey,
  sealResult,
  workerKey,
} from './queue-protocol.js'
import { queueTaskNamed } from './queue-tasks.js'
import { type RedisOptions, redisClient } from './redis-client.js'
import { runBoard } from './run-board.js'
import { shareArrays } from './share.js'
import { sharedStore } from './shared-store.js'
import { threadTeam } from './thread-team.js'
import { threadCount } from './threads.js'
import type { RunStart } from './worker-api.js'
import { WorkerDeath, workerDied } from './worker-death.js'
import { workerEntry } from './worker-entry.js'

/** Where the queue is, and how much this process takes from it. */
export interface QueueWorkerOptions extends RedisOptions {
  /** Threads of this machine to compute on; by default as many as it runs at once. */
  readonly threads?: number | undefined
  /** Jobs held at a time, those that wait for a thread included; by default one more than threads. */
  readonly concurrency?: number | undefined
  /** Key shared with the studies it takes part in: it takes no others' jobs, and signs what it makes. None unless given. */
  readonly key?: string | undefined
  /** Modules that its threads import first, as paths or file: URLs; see ThreadsOptions. */
  readonly modules?: readonly (string | URL)[] | undefined
}

/** This process as it takes part in studies. */
export interface QueueWorker {
  /** Takes no more jobs, finishes those it holds, and lets go of Redis. */
  close(): Promise<void>
}

/** A worker that is gone for so long is taken for dead, and its jobs are handed out again. */
const lockMilliseconds = 3000
const stalledMilliseconds = 1500
/** A job that ends its thread so often in turn is given up, and the study with it. */
const mostDeaths = 3
/** For how long a job waits for its data to come back to a Redis that lost them: so many tries, each after a second. */
const mostTries = 100
const beatMilliseconds = 5000
/** Workers are often started together with their Redis. */
const startMilliseconds = 10_000

/**
 * Begins to take jobs from the queue, as `glmm worker` does.
 *
 * @param options - Where Redis is, threads and jobs at a time, and the key shared with the studies.
 * @returns The worker at work; `close` ends it.
 * @throws GlmmError (a rejection) QUEUE where Redis is not to be reached, USAGE for options.
 * @example
 * const worker = await queueWorker({ redis: 'redis://localhost:6379', threads: 4 })
 * process.once('SIGTERM', () => worker.close())
 */
export async function queueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { onNote = () => {} } = options
  const size = threadCount(options.threads)
  const concurrency = options.concurrency ?? size + 1
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    const message = `concurrency must be a whole number of at least 1, got ${concurrency}`
    throw new GlmmError('USAGE', message, 'give 1 or more')
  }
  const key = options.key === undefined ? null : queueKey(options.key)
  const modules = moduleUrls(options.modules)
  await importModules(modules)
  const { redis, shown, leave } = await redisClient({ connectMilliseconds: startMilliseconds, ...options })
  const { Worker, UnrecoverableError } = await import('bullmq')
  const name = `${hostname()}:${process.pid}`
  const team = threadTeam(size, workerEntry())
  const store = sharedStore<RunStart>(redis)
  let latest = ''
  let reported = ''

  /** The outcome of a job; throws where the job should be tried again. */
  const perform = async (
    { task: named, shared, job, index }: JobMessage,
    deaths: number,
  ): Promise<Outcome<unknown>> => {
    const { task, checkShared, checkJob, pack } = queueTaskNamed(named)
    const start = await store.get(shared, (data) => ({
      task: named,
      shared: shareArrays(checkShared(data)),
      board: runBoard(0, task.counters),
      modules,
    }))
    if (start === null) throw new TryAgain('its data are not in Redis')
    const checked = checkJob(job, start.shared)
    if (latest !== shared) onNote(`takes part in study ${shared.slice(0, 12)}`)
    latest = shared
    try {
      const outcome = await team.execute(start, checked)
      return outcome.ok ? { ok: true, value: pack(outcome.value) } : outcome
    } catch (thrown) {
      if (!(thrown instanceof WorkerDeath)) throw thrown
      const died = workerDied(thrown, `in job ${index + 1} of task "${named}"`)
      onNote(died.message)
      if (deaths < mostDeaths) throw new TryAgain(died.message)
      return { ok: false, error: plainError(died) }
    }
  }

  const takeJob = async (job: Job): Promise<void> => {
    const refuse = (thrown: unknown): never => {
      const { message, hint } = plainError(thrown)
      onNote(`refused a job: ${message.split('\n', 1)[0]}; ${hint}`)
      throw new UnrecoverableError(message)
    }
    let message: JobMessage
    try {
      message = checkJobMessage(job.data)
      if (message.version !== version) throw otherVersion(message.version, name)
      if (key !== null && message.signature === undefined) throw unsigned(name)
    } catch (thrown) {
      return refuse(thrown)
    }
    if (!isSignedJob(key, message)) {
      // Of a study with another key, or a forged one: workers that have its key may be there, too.
      const got = key === null ? 'has none' : 'has another'
      const reason = `a job is signed with a key, and worker ${name} ${got}: give both the same --key-file`
      if (reported !== reason) onNote(`refused a job: ${reason}`)
      reported = reason
      throw new TryAgain(reason)
    }
    const attempt = job.attemptsStarted
    const outcome = await perform(message, attempt).catch((thrown: unknown): Outcome<unknown> => {
      if (thrown instanceof TryAgain) throw thrown
      const error = plainError(thrown)
      onNote(`refused a job: ${error.message.split('\n', 1)[0]}`)
      return { ok: false, error }
    })
    const result: ResultMessage = { index: message.index, worker: name, attempt, outcome }
    let bytes = packPlain(result)
    if (bytes.length > mostResultBytes) {
      const error = new GlmmError(
        'QUEUE',
        `expected a smaller result, got ${bytes.length} bytes`,
        'use threads instead',
      )
      bytes = packPlain({ ...result, outcome: { ok: false, error: plainError(error) } })
    }
    const list = resultsKey(message.run)
    await redis
      .multi()
      .rpush(list, sealResult(key, message.run, bytes))
      .expire(list, keepSeconds)
      .exec()
  }

  const worker = new Worker(queueName, takeJob, {
    connection: redis,
    prefix,
    concurrency,
    lockDuration: lockMilliseconds,
    stalledInterval: stalledMilliseconds,
    maxStalledCount: mostTries,
    runRetryDelay: 500,
    drainDelay: 1,
  })
  worker.on('error', () => {}) // the connection has its own notes
  worker.on('failed', () => {})
  const beat = (): void => {
    if (redis.status !== 'ready') return
    const said = JSON.stringify({ version, threads: size, ...(key !== null && { key: key.fingerprint }) })
    redis.set(workerKey(name), said, 'PX', 3 * beatMilliseconds).catch(() => {})
  }
  beat()
  const beating = setInterval(beat, beatMilliseconds)
  onNote(`waits for studies at ${shown} on ${size} ${size === 1 ? 'thread' : 'threads'}, version ${version}`)

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    clearInterval(beating)
    const gone = new AbortController()
    await Promise.race([worker.close(), withoutRedis(redis, gone.signal)])
    gone.abort()
    if (redis.status === 'ready') await redis.del(workerKey(name)).catch(() => {})
    else worker.disconnect().catch(() => {}) // not waited for: without Redis it does not end
    leave()
    await team.close()
  }
  return { close: () => (closed ??= close()) }
}

/** Sends a job back to the queue; it stays in this file. */
class TryAgain extends Error {}

/** Resolves when Redis has been away for a while: what is held cannot be handed over, and will be done by others. */
async function withoutRedis(redis: Redis, signal: AbortSignal): Promise<void> {
  for (let looks = 0; looks < 10 && !signal.aborted; looks++) {
    await setTimeout(500)
    if (redis.status === 'ready') looks = 0
  }
}

const unsigned = (name: string): GlmmError =>
  new GlmmError(
    'QUEUE',
    `expected a job signed with the key of worker ${name}, got one without a signature`,
    'give the study the same --key-file',
  )

const otherVersion = (wanted: string, name: string): GlmmError =>
  new GlmmError(
    'QUEUE',
    `expected a study of version ${version} on worker ${name}, got one of version ${wanted.replace(/[^\w.+-]/g, '?')}`,
    'install the same version of glmm on all machines',
  )
