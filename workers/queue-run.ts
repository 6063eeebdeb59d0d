import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { GlmmError } from '../src/errors.js'
import type { Outcome } from '../src/executor.js'
import { version } from '../src/version.js'
import { lostJobs } from './lost-jobs.js'
import { unpackPlain } from './plain-bytes.js'
import type { QueueKey } from './queue-key.js'
import {
  checkResultMessage,
  type JobMessage,
  jobId,
  keepSeconds,
  mostResultBytes,
  openResult,
  type ResultMessage,
  resultsKey,
  sharedKey,
  signJob,
} from './queue-protocol.js'
import type { QueueTask } from './queue-task.js'
import { recheck } from './recheck.js'
import { isRefusal } from './redis-client.js'
import { workersPresent } from './workers-present.js'

/** What the runs of one executor have in common. */
export interface QueueContext {
  readonly redis: Redis
  /** A connection of its own, since waiting for results blocks it. */
  readonly results: Redis
  readonly jobs: Queue
  readonly shown: string
  readonly counts: { workers: number; threads: number; retried: number; rechecked: number }
  readonly key: QueueKey | null
  /** Share of the parts of results that is made again here, and what the threads that do so import. */
  readonly share: number
  readonly modules: readonly string[]
  readonly onNote: (note: string) => void
}

/** The data that the jobs of a run share. */
export interface SharedData {
  readonly wire: QueueTask
  readonly shared: unknown
  /** SHA-256 of what `pack` makes of them. */
  readonly hash: string
  readonly pack: () => Buffer
}

/** A job that is on its way. */
interface Flight {
  readonly job: unknown
  /** Looks at Redis that did not find it there. */
  missing: number
  /** Results of it that were none. */
  refused: number
}

const lookMilliseconds = 1000
/** Jobs on their way before it is known how many workers there are. */
const fewest = 4
const mostOnTheirWay = 8192
/** How far a job may lag behind those handed out since, whose results wait for it. */
const mostAhead = 4 * mostOnTheirWay
const mostRefused = 3
/** How long the remains of a run that ends early are cleared away. */
const clearMilliseconds = 2000
/** Seconds that data stay after a run, for the next one with the same. */
const idleSeconds = 600

/**
 * One run of jobs through a queue. What is on its way is known here alone, and looked for in Redis every second: what
 * is not there any more goes in again. So no answer of Redis is relied on, and results that come twice are dropped.
 */
export async function queueRun(
  { redis, results, jobs, shown, counts, key, share: rechecked, modules, onNote }: QueueContext,
  { wire, shared, hash, pack }: SharedData,
  list: Iterable<unknown>,
  take: (outcome: Outcome<unknown>, job: unknown, worker: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const run = randomUUID()
  const waiting = list[Symbol.iterator]()
  const flights = new Map<number, Flight>()
  const workers = new Map<string, number>()
  const doubted = new Map<string, Promise<void>>()
  const check = recheck(wire, shared, { share: rechecked, threads: counts.threads, modules })
  let checking = 0
  let strangers = 0
  let reported = 0
  let next = 0
  let exhausted = false
  let most = bounded(2 * counts.threads)
  let failure: { readonly reason: unknown } | undefined
  const over = new AbortController()
  const stop = (reason: unknown): void => {
    failure ??= { reason }
    over.abort()
  }
  /** What comes of work, or undefined when the run is over first. Not Promise.race, which would keep what it settles with. */
  const unlessOver = <Done>(work: Promise<Done>): Promise<Done | undefined> =>
    new Promise((resolve, reject) => {
      const leave = (): void => resolve(undefined)
      if (over.signal.aborted) {
        work.catch(() => {})
        return leave()
      }
      over.signal.addEventListener('abort', leave, { once: true })
      work.then(resolve, reject).finally(() => over.signal.removeEventListener('abort', leave))
    })
  /** What Redis does not do now is done at a later look, unless it never will. */
  const settled = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((thrown: unknown) => {
      if (isRefusal(thrown)) stop(refused(thrown as Error, shown))
    })
  }

  const send = (indices: readonly number[]): Promise<void> => {
    const bulk = indices.map((index) => {
      const { job } = flights.get(index)!
      const data: JobMessage = { version, run, index, task: wire.task.name, shared: hash, job }
      return { name: wire.task.name, data: signJob(key, data), opts: { ...jobOptions, jobId: jobId(run, index) } }
    })
    return bulk.length === 0 ? Promise.resolve() : settled(jobs.addBulk(bulk))
  }
  const fill = async (): Promise<void> => {
    const added: number[] = []
    const oldest = (): number => flights.keys().next().value ?? next
    try {
      while (!exhausted && flights.size < most && next - oldest() < mostAhead) {
        const taken = waiting.next()
        exhausted = taken.done === true
        if (exhausted) break
        flights.set(next, { job: taken.value, missing: 0, refused: 0 })
        added.push(next++)
      }
    } catch (thrown) {
      return stop(thrown)
    }
    if (exhausted && flights.size === 0 && checking === 0) over.abort()
    await send(added)
  }

  const land = ({ index, worker, attempt, outcome }: ResultMessage): void => {
    const flight = flights.get(index)
    if (!flight) return
    let result = outcome
    try {
      if (outcome.ok) result = { ok: true, value: wire.unpack(outcome.value, flight.job, shared) }
    } catch (thrown) {
      if (++flight.refused >= mostRefused) throw thrown
      return
    }
    flights.delete(index)
    if (!workers.has(worker)) workers.set(worker, workers.size)
    counts.workers = Math.max(counts.workers, workers.size)
    counts.retried += Math.max(0, attempt - 1)
    const position = workers.get(worker)!
    const again = result.ok ? check.look(result.value, flight.job, worker) : null
    // While rows of a worker are being made again, what else it hands in waits for what comes of that.
    const earlier = doubted.get(worker) ?? null
    if (again === null && earlier === null) {
      take(result, flight.job, position)
      return
    }
    checking++
    const decided = Promise.all([earlier, again])
      .then(() => {
        checking--
        if (doubted.get(worker) === decided) doubted.delete(worker)
        counts.rechecked += check.done() - reported
        reported = check.done()
        if (over.signal.aborted) return
        take(result, flight.job, position)
        return fill()
      })
      .catch(stop)
    doubted.set(worker, decided)
  }
  const receive = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        const found = await unlessOver(results.blpopBuffer(resultsKey(run), 1))
        if (!found) continue
        const rest = await unlessOver(results.lpopBuffer(resultsKey(run), 100))
        for (const bytes of [found[1], ...(rest ?? [])]) {
          if (over.signal.aborted) return
          landed(bytes)
        }
      } catch (thrown) {
        if (isRefusal(thrown)) return stop(refused(thrown as Error, shown))
        await setTimeout(200)
        continue
      }
      await unlessOver(fill())
    }
  }
  /** Results without the signature of this study: noted once, and dropped. */
  const unsigned = (): void => {
    if (strangers++ === 0) onNote('drops results that are not signed with the key of this study')
  }
  const landed = (bytes: Buffer): void => {
    let message: ResultMessage
    try {
      if (bytes.length > mostResultBytes) return
      const own = openResult(key, run, bytes)
      if (own === null) {
        unsigned()
        return
      }
      message = checkResultMessage(unpackPlain(own))
    } catch {
      return // of nobody who takes part
    }
    try {
      land(message)
    } catch (thrown) {
      stop(thrown)
    }
  }

  const share = async (): Promise<void> => {
    const there = await redis.expire(sharedKey(hash), keepSeconds)
    if (there === 0) await redis.set(sharedKey(hash), pack(), 'EX', keepSeconds)
  }
  const look = async (): Promise<void> => {
    await share()
    const { active = 0 } = await jobs.getJobCounts('active')
    most = bounded(2 * active + 2)
    const sent = [...flights.keys()]
    const { gone, stranded } = await lostJobs(
      redis,
      jobs,
      sent.map((index) => jobId(run, index)),
    )
    // One that is in no list would be there for ever, and keep the same job from being added.
    await Promise.all([...stranded].map((id) => jobs.remove(id)))
    const lost = sent.filter((index) => {
      const flight = flights.get(index)
      if (!flight) return false
      // A result may be on its way when its job has gone.
      return stranded.has(jobId(run, index)) || (gone.has(jobId(run, index)) && ++flight.missing >= 2)
    })
    for (const index of lost) flights.get(index)!.missing = 0
    counts.retried += lost.length
    await send(lost)
    await fill()
    for (const { id = '', failedReason } of await jobs.getFailed(0, 20)) {
      const index = Number(id.slice(run.length + 1))
      if (id.startsWith(`${run}.`) && flights.has(index)) throw givenUp(index, failedReason)
    }
  }
  const lookAfter = async (): Promise<void> => {
    const watch = workersPresent(redis, shown, onNote, key?.fingerprint ?? null)
    let said = ''
    while (!over.signal.aborted) {
      // Redis being away holds a look up, not the end of the run.
      const looking = look().catch((thrown: unknown) => {
        if (thrown instanceof GlmmError) stop(thrown)
        else if (isRefusal(thrown)) stop(refused(thrown as Error, shown))
        else if (thrown instanceof Error && thrown.name === 'ReplyError' && thrown.message !== said) {
          said = thrown.message
          onNote(`waits for Redis at ${shown}, which says: ${said}`)
        }
      })
      await unlessOver(looking)
      if (!over.signal.aborted) await unlessOver(watch(workers.size))
      await setTimeout(lookMilliseconds, undefined, { signal: over.signal }).catch(() => {})
    }
  }

  const onAbort = (): void => stop(stopped(wire.task.name))
  if (signal.aborted) throw stopped(wire.task.name)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await unlessOver(settled(share()))
    await unlessOver(fill())
    await Promise.all([receive(), lookAfter()])
  } finally {
    signal.removeEventListener('abort', onAbort)
    await check.close()
  }
  const clear = async (): Promise<void> => {
    await Promise.all([...flights.keys()].map((index) => jobs.remove(jobId(run, index)).catch(() => {})))
    await redis.del(resultsKey(run))
    await redis.expire(sharedKey(hash), idleSeconds)
  }
  const late = new AbortController()
  const clearing = clear().catch(() => {})
  if (redis.status === 'ready') {
    await Promise.race([clearing, setTimeout(clearMilliseconds, undefined, { signal: late.signal }).catch(() => {})])
  }
  late.abort()
  if (failure) throw failure.reason
}

const jobOptions = {
  attempts: 100,
  backoff: { type: 'fixed', delay: 1000 },
  removeOnComplete: true,
  removeOnFail: { age: 3600, count: 1000 },
}

const bounded = (onTheirWay: number): number => Math.max(fewest, Math.min(mostOnTheirWay, onTheirWay))

const stopped = (task: string): GlmmError =>
  new GlmmError('ABORTED', `the stream of task "${task}" was stopped on request`, 'run it again for the rest')

const refused = ({ message }: Error, shown: string): GlmmError =>
  new GlmmError('QUEUE', `expected Redis at ${shown} to obey, got: ${message}`, 'check the user and the password')

const givenUp = (index: number, reason: string): GlmmError =>
  new GlmmError('QUEUE', `job ${index + 1} was given up by its workers: ${reason}`, 'see what the workers say')
