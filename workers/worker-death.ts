import { GlmmError } from '../src/errors.js'

/** Rejects the calls of a worker that ended; it stays inside this folder. */
export class WorkerDeath extends Error {
  readonly exitCode: number

  constructor(exitCode: number, cause: unknown) {
    super('the worker ended', { cause })
    this.exitCode = exitCode
  }
}

const firstLine = (cause: unknown): string => String(cause instanceof Error ? cause.message : cause).split('\n')[0]

const codeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined

function hintFor(cause: unknown): string {
  if (codeOf(cause) === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'use fewer threads, or give Node more memory with NODE_OPTIONS=--max-old-space-size=8192'
  if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return 'the package is not complete; build or install it again'
  return 'run it again, if need be with one thread, which shows the job that ends its worker'
}

/** The death of a worker as the user meets it; `doing` says what it was busy with. */
export function workerDied({ exitCode, cause }: WorkerDeath, doing: string): GlmmError {
  const why = cause === undefined ? `exit code ${exitCode}` : `${firstLine(cause)}; exit code ${exitCode}`
  return new GlmmError('WORKER_DIED', `a worker thread ended ${doing} (${why})`, hintFor(cause))
}
