import { GlmmError } from '../src/errors.js'
import type { QueueTask } from './queue-task.js'
import { studyRowsQueue } from './study-rows-queue.js'

/** The tasks that workers take from a queue. */
const queueTasks: readonly QueueTask[] = [studyRowsQueue as unknown as QueueTask]

export function queueTaskNamed(name: string): QueueTask {
  const found = queueTasks.find(({ task }) => task.name === name)
  if (found) return found
  const known = queueTasks.map(({ task }) => task.name).join(', ')
  const message = `expected a task of the queue (${known}), got ${JSON.stringify(name.slice(0, 40))}`
  throw new GlmmError('QUEUE', message, 'run it on threads of this machine')
}
