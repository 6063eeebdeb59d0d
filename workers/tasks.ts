import { chainTask } from '../samplers/run/run-chain.js'
import { writeBlock } from '../src/draws/files/scratch-file.js'
import type { Task } from '../src/executor.js'
import { studyRowsTask } from '../src/study/rows/row-task.js'

/** The tasks that worker threads can run, found by their name. */
export const tasks: readonly Task[] = [chainTask(writeBlock), studyRowsTask]
