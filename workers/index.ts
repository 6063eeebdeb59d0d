export type { Executor, Monitor, Outcome, RunOptions, Task } from '../src/executor.js'
export { inlineExecutor } from '../src/inline-executor.js'
export type { ThreadExecutor } from './pool.js'
export { type ThreadsOptions, threads } from './threads.js'
