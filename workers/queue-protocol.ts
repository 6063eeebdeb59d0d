import { createHash } from 'node:crypto'
import type { PlainError } from '../src/errors.js'
import type { Outcome } from '../src/executor.js'
import { version } from '../src/version.js'
import { expectFound, isRecord } from './check-model.js'
import type { QueueKey } from './queue-key.js'

/**
 * How a coordinator and its workers meet in Redis. Jobs are BullMQ's, in a queue for each version of this software, so
 * that a worker of another version is never handed one. The data that the jobs of a run share lie under their hash, and each
 * run has a list of its own, to which workers append results.
 */
export const prefix = 'glmm'
export const queueName: string = `rows-${version}`

export const sharedKey = (hash: string): string => `${prefix}:shared:${hash}`
export const resultsKey = (run: string): string => `${prefix}:results:${run}`
/** Who works: version and threads, for as long as the worker says so. */
export const workerKey = (worker: string): string => `${prefix}:worker:${worker}`
export const jobId = (run: string, index: number): string => `${run}.${index}`

/** Seconds that results and shared data stay when nobody asks for them any more. */
export const keepSeconds = 86_400
/** The most bytes of shared data, which is what Redis takes, and of a result. */
export const mostSharedBytes: number = 512 * 2 ** 20
export const mostResultBytes: number = 64 * 2 ** 20

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A job as it lies in the queue: data only. */
export interface JobMessage {
  readonly version: string
  readonly run: string
  readonly index: number
  readonly task: string
  /** SHA-256 of the shared data. */
  readonly shared: string
  readonly job: unknown
  /** Of all the above, under the key of the study; left out without one. */
  readonly signature?: string
}

/** What came of a job. */
export interface ResultMessage {
  readonly index: number
  /** The worker's name, and how often the job was begun. */
  readonly worker: string
  readonly attempt: number
  readonly outcome: Outcome<unknown>
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most

/** QUEUE unless it is a job; what the task's own part holds is for the task to check. */
export function checkJobMessage(found: unknown): JobMessage {
  expectFound(isRecord(found), 'a job')
  const { version, run, index, task, shared, job } = found
  expectFound(isText(version, 40), 'the version of a job')
  expectFound(isText(run, 36) && /^[0-9a-f-]{36}$/.test(run), 'the run of a job')
  expectFound(isIndex(index), 'the number of a job')
  expectFound(isText(task, 40), 'the task of a job')
  expectFound(isText(shared, 64) && /^[0-9a-f]{64}$/.test(shared), 'the hash of the data of a job')
  const { signature } = found
  expectFound(signature === undefined || isText(signature, 64), 'the signature of a job')
  return { version, run, index, task, shared, job, ...(signature !== undefined && { signature }) }
}

/** What of a job is signed; the data that it shares with others are signed with their hash. */
const signedPart = ({ version, run, index, task, shared, job }: JobMessage): string =>
  JSON.stringify([version, run, index, task, shared, job])

export const signJob = (key: QueueKey | null, message: JobMessage): JobMessage =>
  key === null ? message : { ...message, signature: key.sign('job', signedPart(message)) }

/** Whether a job is from a coordinator with this key, or from one without where there is none. */
export const isSignedJob = (key: QueueKey | null, message: JobMessage): boolean =>
  key === null ? message.signature === undefined : key.signed('job', signedPart(message), message.signature)

const signatureBytes = 64

/** A result as it travels: its bytes, and behind them the signature, bound to the run, where there is a key. */
export const sealResult = (key: QueueKey | null, run: string, bytes: Buffer): Buffer =>
  key === null ? bytes : Buffer.concat([bytes, Buffer.from(key.sign(`result of ${run}`, bytes), 'latin1')])

/** The bytes of a sealed result; null where it is not signed with the key for this run. */
export function openResult(key: QueueKey | null, run: string, sealed: Buffer): Buffer | null {
  if (key === null) return sealed
  const bytes = sealed.subarray(0, Math.max(0, sealed.length - signatureBytes))
  return key.signed(`result of ${run}`, bytes, sealed.toString('latin1', bytes.length)) ? bytes : null
}

const codes: ReadonlySet<string> = new Set([
  ...['USAGE', 'FILE', 'TABLE', 'FORMULA', 'COLUMN', 'RESPONSE', 'MODEL', 'PRIOR'],
  ...['NO_CONVERGENCE', 'WORKER_DIED', 'QUEUE', 'ABORTED', 'INTERNAL'],
])

/** QUEUE unless it is a result; what its value holds is for the task to check. */
export function checkResultMessage(found: unknown): ResultMessage {
  expectFound(isRecord(found), 'a result')
  const { index, worker, attempt, outcome } = found
  expectFound(isIndex(index) && isIndex(attempt), 'the number of a result')
  expectFound(isText(worker, 300), 'the worker of a result')
  expectFound(isRecord(outcome) && typeof outcome.ok === 'boolean', 'an outcome')
  if (outcome.ok) return { index, worker, attempt, outcome: { ok: true, value: outcome.value } }
  const { error } = outcome
  const reported =
    isRecord(error) && isText(error.code, 40) && isText(error.message, 100_000) && isText(error.hint, 10_000)
  expectFound(reported && codes.has(error.code as string), 'an error')
  return { index, worker, attempt, outcome: { ok: false, error: error as unknown as PlainError } }
}
