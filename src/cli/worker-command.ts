import { queueWorker } from '../../workers/queue-worker.js'
import { GlmmError } from '../errors.js'
import { writeNote } from './output.js'
import { type QueueFlags, queueAccess } from './queue-access.js'

export interface WorkerFlags extends QueueFlags {
  /** Modules that its threads import first. */
  readonly import?: readonly string[]
  readonly threads?: number
  readonly concurrency?: number
}

/** Takes part in studies until it is asked to stop, and then finishes the jobs it has. */
export async function workerCommand(flags: WorkerFlags): Promise<void> {
  const { threads, concurrency, import: modules } = flags
  const worker = await queueWorker({ ...queueAccess(flags), threads, concurrency, modules, onNote: writeNote })
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
