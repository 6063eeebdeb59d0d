import type { ChainProgress, SampleHooks } from '../../samplers/run/sample.js'
import type { ThreadExecutor } from '../../workers/pool.js'
import { threads } from '../../workers/threads.js'
import { GlmmError } from '../errors.js'
import type { ModelFlags, SamplingFlags } from './flags.js'
import type { LateInterrupt } from './late-interrupt.js'
import { progressLine } from './progress-line.js'

/**
 * Runs a sampling job on threads with a progress line. Ctrl-C stops it: the job gives what it has, or this says that
 * there is nothing; a second Ctrl-C ends the process at once. Where draws go to a file, `late` takes over when the chains end.
 */
export async function samplingRun<Result>(
  flags: Pick<SamplingFlags & ModelFlags, 'threads' | 'import'>,
  job: (executor: ThreadExecutor, hooks: SampleHooks) => Promise<Result>,
  late: LateInterrupt | null = null,
): Promise<Result> {
  const executor = threads({ threads: flags.threads, modules: flags.import })
  const controller = new AbortController()
  const line = await progressLine(process.stderr)
  let latest: ChainProgress | null = null
  const interrupt = (): void => {
    stopping = true
    endWatch(true) // what it drew is yet to be written
    controller.abort()
  }
  const terminate = (): void => {
    endWatch()
    process.kill(process.pid, 'SIGTERM')
  }
  /** Only while chains run: before and after, this thread is too busy to listen, and signals do what they always do. */
  const watch = (): void => {
    process.on('SIGINT', interrupt)
    process.on('SIGTERM', terminate)
  }
  let ended = false
  let stopping = false
  const endWatch = (done = false): void => {
    if (done && !ended) late?.begin(stopping)
    ended ||= done
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
    line.end()
  }
  const onProgress = (progress: ChainProgress): void => {
    if (latest === null) watch()
    latest = progress
    line.show(progress)
    if (progress.chains.every(({ iteration }) => iteration === progress.total)) endWatch(true)
  }
  try {
    return await job(executor, { signal: controller.signal, onProgress })
  } catch (error) {
    late?.end()
    if (error instanceof GlmmError && error.code === 'ABORTED') throw stopped(latest)
    throw error
  } finally {
    endWatch()
    await executor.close()
  }
}

function stopped(progress: ChainProgress | null): GlmmError {
  const done = progress?.chains.reduce((sum, { iteration }) => sum + iteration, 0) ?? 0
  const all = progress ? progress.total * progress.chains.length : 0
  const message = `expected ${all} iterations, warm-up included, got ${done} before the run was stopped; nothing was written`
  return new GlmmError('ABORTED', message, 'run the same call again: the seed makes it the same')
}
