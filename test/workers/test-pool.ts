import { afterEach } from 'vitest'
import { type PoolOptions, pool, type ThreadExecutor } from '../../workers/pool.js'

const open = new Set<ThreadExecutor>()

afterEach(async () => {
  await Promise.all([...open].map((executor) => executor.close()))
  open.clear()
})

/** A pool whose workers know the tasks of the tests; closed when the test is over. */
export function testPool(size = 2, worker: NonNullable<PoolOptions['worker']> = {}): ThreadExecutor {
  const executor = pool({ size, entry: new URL('./test-worker.mjs', import.meta.url), worker })
  open.add(executor)
  return executor
}
