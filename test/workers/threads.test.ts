import { expect, test } from 'vitest'
import { threads } from '../../workers/index.js'
import { workerEntry } from '../../workers/worker-entry.js'
import { testPool } from './test-pool.js'
import { count, echo, mark, sleep, unclonable } from './test-tasks.mjs'

/** How many worker threads this process starts while `work` goes on. */
async function started(work: () => Promise<unknown>): Promise<number> {
  let workers = 0
  const seen = () => workers++
  process.on('worker', seen)
  await work()
  process.off('worker', seen)
  return workers
}

test('no more workers than jobs, started once and used again', async () => {
  const executor = testPool(4)
  expect(await started(() => executor.run(sleep, null, [1]))).toBe(1)
  expect(await started(() => executor.run(sleep, null, [1, 1, 1]))).toBe(2)
  expect(await started(() => executor.run(sleep, null, [1, 1, 1]))).toBe(0)
})

test('a free worker takes the next job, so one long job holds up nobody', async () => {
  const executor = testPool()
  await executor.run(sleep, null, [1, 1])
  const outcomes = await executor.run(sleep, null, [600, 20, 20, 20, 20, 20])
  const ids = outcomes.map((outcome) => outcome.ok && outcome.value)
  expect(new Set(ids.slice(1)).size).toBe(1)
  expect(ids[1]).not.toBe(ids[0])
})

test('runs of one executor take turns', async () => {
  const executor = testPool(1)
  const order: string[] = []
  const first = executor.run(sleep, null, [100]).then(() => order.push('first'))
  const controller = new AbortController()
  const second = executor
    .run(sleep, null, [1], { signal: controller.signal })
    .catch((error) => order.push(`second ${error.code}`))
  const third = executor.run(sleep, null, [1]).then(() => order.push('third'))
  controller.abort()
  await Promise.all([first, second, third])
  expect(order).toEqual(['second ABORTED', 'first', 'third'])
})

test.each([
  Float64Array.of(0.1, Number.NaN, -0, -Infinity),
  Int32Array.of(1, -1),
  Uint8Array.of(255),
  BigInt64Array.of(2n ** 62n),
  new Float32Array(0),
])('typed arrays come through equal, the shared ones without a copy: %o', async (values) => {
  const [outcome] = await testPool(1).run(echo, { values, again: values }, [{ values }])
  expect(outcome).toEqual({
    ok: true,
    value: { job: { values }, values, inSharedMemory: true, bytes: values.byteLength, sameObject: true },
  })
})

test('the workers of a run look at one memory', async () => {
  const flags = new Int32Array(2)
  expect(await testPool().run(mark, { flags }, [0, 1])).toEqual([
    { ok: true, value: true },
    { ok: true, value: true },
  ])
  expect(flags).toEqual(Int32Array.of(0, 0))
})

test('progress is seen while jobs run', async () => {
  const seen: number[] = []
  await testPool(1).run(count, null, [null], { onProgress: ([counters]) => seen.push(counters[0]) })
  expect(seen.length).toBeGreaterThanOrEqual(3)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen.at(-1)).toBe(5)
})

test('what cannot be cloned is a failure of its job, or of the run if it is the shared data', async () => {
  const executor = testPool(1)
  const failed = { ok: false, error: { code: 'INTERNAL', message: expect.stringContaining('is not plain data') } }
  expect(await executor.run(unclonable, null, [1])).toMatchObject([failed])
  const jobs = [() => 1, { plain: true }]
  expect(await executor.run(echo, { values: [] }, jobs)).toMatchObject([failed, { ok: true }])
  await expect(executor.run(echo, { values: [() => 1] }, [1])).rejects.toMatchObject({
    name: 'GlmmError',
    message: expect.stringContaining('the data of task "echo" is not plain data'),
  })
  expect(await executor.run(sleep, null, [1])).toMatchObject([{ ok: true }])
})

test('a task that the workers do not know rejects the run', async () => {
  const task = { ...sleep, name: 'nap' }
  await expect(testPool().run(task, null, [1, 2])).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('"nap"'),
  })
})

test.each([0, -1, 1.5, Number.NaN])('%d threads are refused', (count) => {
  expect(() => threads({ threads: count })).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('the executor of the package starts the built worker', async () => {
  expect(workerEntry().pathname).toMatch(/dist\/workers\/worker\.js$/)
  const executor = threads({ threads: 1 })
  await expect(executor.run(sleep, null, [1])).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('workers know no task "sleep"'),
  })
  await executor.close()
})
