import { chainTask } from '../samplers/run-chain.js'
import type { Task } from '../src/executor.js'

/** The tasks that worker threads can run, found by their name. */
export const tasks: readonly Task[] = [chainTask]
