import { queueWorker } from '../../workers/queue-worker.js'
import { GlmmError } from '../errors.js'
import { writeNote } from './output.js'

export interface WorkerFlags {
  readonly redis?: string
  readonly threads?: number
  readonly concurrency?: number
}

/** Takes part in studies until it is told to stop, and then finishes what it holds. */
export async function workerCommand({ redis, threads, concurrency }: WorkerFlags): Promise<void> {
  if (redis === undefined) {
    throw new GlmmError('USAGE', 'expected the URL of a Redis after --redis, got none', 'such as redis://host:6379')
  }
  const worker = await queueWorker({ redis, threads, concurrency, onNote: writeNote })
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve)
  })
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  writeNote('finishes the jobs it holds; once more to end at once')
  await worker.close()
  writeNote('has left')
  if (signal === 'SIGTERM') return
  throw new GlmmError('ABORTED', 'the worker was stopped by Ctrl-C', 'start it again to take part in studies')
}
