import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Task } from '../src/executor.js'
import { workerApi } from './worker-api.js'

/** Makes this worker thread one that runs `tasks` for a pool; all that a worker's entry file has to call. */
export function serve(tasks: readonly Task[]): void {
  if (parentPort === null) throw new Error('serve runs in a worker thread only')
  expose(workerApi(tasks), nodeEndpoint(parentPort))
}
