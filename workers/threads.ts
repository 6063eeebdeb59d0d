import { availableParallelism } from 'node:os'
import { GlmmError } from '../src/errors.js'
import { moduleUrls } from './import-modules.js'
import { pool, type ThreadExecutor } from './pool.js'
import { workerEntry } from './worker-entry.js'

/** How many threads, and what they import. */
export interface ThreadsOptions {
  /** The most threads at a time; by default as many as this machine runs at once. */
  readonly threads?: number | undefined
  /** Modules of the user's own, as paths or file: URLs, that each thread imports first: they call addFamily, addLink or addCovariance. */
  readonly modules?: readonly (string | URL)[] | undefined
}

/**
 * An executor on worker threads of this process. Threads start with the first run that needs them and are kept for
 * the next; at rest they do not keep the process alive. Results do not depend on the number of threads.
 *
 * @param options - The most threads at a time, and modules that each imports first.
 * @returns The executor; `close` ends its threads.
 * @throws GlmmError USAGE for a number of threads that is none.
 * @example
 * import { sample, tableFrom } from 'glmm'
 * import { threads } from 'glmm/workers'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], g: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const executor = threads({ threads: 2 })
 * const options = { family: 'poisson', chains: 2, draws: 100, executor }
 * const [first, second] = [await sample('y ~ 1 + (1 | g)', table, options), await sample('y ~ 1 + (1 | g)', table, options)]
 * await executor.close()
 * console.log(first.summary[0].mean === second.summary[0].mean) // true
 */
export const threads = ({ threads: size, modules }: ThreadsOptions = {}): ThreadExecutor =>
  pool({ size: threadCount(size), entry: workerEntry(), modules: moduleUrls(modules) })

/** A number of threads that was asked for, or as many as this machine runs at once; USAGE where it is none. */
export function threadCount(wanted: number = availableParallelism()): number {
  if (Number.isInteger(wanted) && wanted >= 1) return wanted
  throw new GlmmError('USAGE', `threads must be a whole number of at least 1, got ${wanted}`, 'give 1 or more')
}
