// A program that uses the built package and then has nothing left to do: the process must end.
import { pool } from '../../dist/workers/pool.js'
import { exit, sleep } from './test-tasks.mjs'

const executor = pool({ size: 2, entry: new URL('./test-worker.mjs', import.meta.url) })
await executor.run(sleep, null, [1, 1])
if (process.argv[2] === 'closed') await executor.close()
if (process.argv[2] === 'dead') {
  const diedAt = new Float64Array(1)
  await executor.run(exit, { diedAt }, [1, 5000]).catch((error) => {
    if (error.code !== 'WORKER_DIED') throw error
  })
}
console.log('done')
