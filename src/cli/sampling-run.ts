import type { ChainProgress, SampleHooks } from '../../samplers/sample.js'
import type { ThreadExecutor } from '../../workers/pool.js'
import { threads } from '../../workers/threads.js'
import { GlmmError } from '../errors.js'
import { progressLine } from './progress-line.js'

/** Runs a sampling job on threads with a progress line, and lets Ctrl-C end it with word of what was done. */
export async function samplingRun<Result>(
  flags: { readonly threads?: number | undefined },
  job: (executor: ThreadExecutor, hooks: SampleHooks) => Promise<Result>,
): Promise<Result> {
  const executor = threads(flags.threads === undefined ? {} : { threads: flags.threads })
  const controller = new AbortController()
  const line = await progressLine(process.stderr)
  let latest: ChainProgress | null = null
  const interrupt = (): void => controller.abort()
  const onProgress = (progress: ChainProgress): void => {
    // Before the chains run, Ctrl-C ends the process as it always does: there is nothing to tell yet.
    if (!latest) process.on('SIGINT', interrupt)
    latest = progress
    line.show(progress)
  }
  try {
    return await job(executor, { signal: controller.signal, onProgress })
  } catch (error) {
    line.end()
    if (error instanceof GlmmError && error.code === 'ABORTED') throw stopped(latest)
    throw error
  } finally {
    line.end()
    process.off('SIGINT', interrupt)
    await executor.close()
  }
}

function stopped(progress: ChainProgress | null): GlmmError {
  const done = progress?.chains.reduce((sum, { iteration }) => sum + iteration, 0) ?? 0
  const all = progress ? progress.total * progress.chains.length : 0
  const message = `stopped on request after ${done} of ${all} iterations, warm-up included; nothing was written`
  return new GlmmError('ABORTED', message, 'run the same call again: the seed makes it the same')
}
