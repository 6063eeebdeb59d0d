import { availableParallelism } from 'node:os'
import { GlmmError } from '../src/errors.js'
import { pool, type ThreadExecutor } from './pool.js'
import { workerEntry } from './worker-entry.js'

export interface ThreadsOptions {
  /** The most threads at a time; by default as many as this machine runs at once. */
  readonly threads?: number
}

/**
 * An executor on worker threads of this process. Threads start with the first run that needs them and are kept for
 * the next; at rest they do not keep the process alive. Results do not depend on the number of threads.
 */
export const threads = ({ threads: size }: ThreadsOptions = {}): ThreadExecutor =>
  pool({ size: threadCount(size), entry: workerEntry() })

/** A number of threads that was asked for, or as many as this machine runs at once; USAGE where it is none. */
export function threadCount(wanted: number = availableParallelism()): number {
  if (Number.isInteger(wanted) && wanted >= 1) return wanted
  throw new GlmmError('USAGE', `threads must be a whole number of at least 1, got ${wanted}`, 'give 1 or more')
}
