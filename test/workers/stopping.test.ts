import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { GlmmError } from '../../src/errors.js'
import { pool } from '../../workers/pool.js'
import { testPool } from './test-pool.js'
import { busy, cooperative, exhaust, exit, rejectLater, sleep, throwLater } from './test-tasks.mjs'

/** The error a run rejects with, and when (milliseconds since the epoch). */
async function rejection(run: Promise<unknown>): Promise<{ error: GlmmError; at: number }> {
  return run.then(
    () => expect.unreachable('the run resolved'),
    (error) => ({ error, at: Date.now() }),
  )
}

/** The worker threads that a promise of work starts. */
async function workersOf(start: () => Promise<unknown>): Promise<Worker[]> {
  const workers: Worker[] = []
  const seen = (worker: Worker) => workers.push(worker)
  process.on('worker', seen)
  await start()
  process.off('worker', seen)
  return workers
}

const hasEnded = (worker: Worker): boolean => worker.threadId === -1

/** Resolves when a thread has ended, with the time at which this one was told. */
const exited = (worker: Worker): Promise<number> =>
  new Promise((resolve) => {
    if (hasEnded(worker)) resolve(Date.now())
    else worker.once('exit', () => resolve(Date.now()))
  })

test('abort: jobs that cooperate stop, and their workers are kept', async () => {
  const executor = testPool()
  const workers = await workersOf(() => executor.run(sleep, null, [1, 1]))
  const controller = new AbortController()
  const run = rejection(executor.run(cooperative, null, [null, null, null], { signal: controller.signal }))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const abortedAt = Date.now()
  controller.abort()
  const { error, at } = await run
  expect(error).toMatchObject({ name: 'GlmmError', code: 'ABORTED' })
  expect(at - abortedAt).toBeLessThan(1000)
  expect(workers.map(hasEnded)).toEqual([false, false])
})

test('abort: jobs that do not cooperate are ended, and the executor can be used again', async () => {
  const executor = testPool()
  const workers = await workersOf(() => executor.run(sleep, null, [1, 1]))
  const controller = new AbortController()
  const run = rejection(executor.run(busy, null, [null, null], { signal: controller.signal }))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const abortedAt = Date.now()
  controller.abort()
  const { error, at } = await run
  expect(error).toMatchObject({ code: 'ABORTED' })
  expect(at - abortedAt).toBeLessThan(1000)
  // The pool waits for ended threads a while only; that they do end is what counts.
  await Promise.all(workers.map(exited))
  expect(await executor.run(sleep, null, [1, 1])).toMatchObject([{ ok: true }, { ok: true }])
})

test.each([
  [exit, /in job 2 of 5 .*exit code 7/, /one thread/, [5000, 1, 30, 30, 5000]],
  // These die when their thread is back at its loop, which it surely is where no other job is waiting for it.
  [throwLater, /thrown in a timer/, /one thread/, [5000, 1]],
  [rejectLater, /rejected by nobody/, /one thread/, [5000, 1]],
  [exhaust, /in job 2 of 5 .*memory/, /max-old-space-size/, [5000, 1, 30, 30, 5000]],
] as const)(
  'death by $0.name rejects the run within a second of it and ends the other workers',
  async (task, message, hint, jobs) => {
    const executor = testPool(2, { resourceLimits: { maxOldGenerationSizeMb: 32 } })
    const workers = await workersOf(() => executor.run(sleep, null, [20, 20]))
    expect(workers).toHaveLength(2)
    // From the end of the thread, as this one sees it: filling memory takes as long as it takes.
    const firstDeath = Promise.race(workers.map(exited))
    const diedAt = new Float64Array(new SharedArrayBuffer(8))
    const { error, at } = await rejection(executor.run(task, { diedAt }, jobs))
    expect(error).toMatchObject({ name: 'GlmmError', code: 'WORKER_DIED' })
    expect(error.message).toMatch(message)
    expect(error.message).toContain(`task "${task.name}"`)
    expect(error.hint).toMatch(hint)
    expect(at - (await firstDeath)).toBeLessThan(1000)
    await Promise.all(workers.map(exited))

    const again = await workersOf(() => executor.run(sleep, null, [20, 20]))
    expect(again).toHaveLength(2)
  },
)

test('death from outside rejects the run, at work or at rest', async () => {
  const executor = testPool()
  const workers = await workersOf(() => executor.run(sleep, null, [20, 20]))
  for (const jobs of [
    [5000, 5000],
    [5000, 1],
  ]) {
    const run = rejection(executor.run(sleep, null, jobs))
    await new Promise((resolve) => setTimeout(resolve, 150))
    const diedAt = Date.now()
    const victim = workers.pop()!
    await victim.terminate()
    const { error, at } = await run
    expect(error).toMatchObject({ code: 'WORKER_DIED' })
    expect(at - diedAt).toBeLessThan(1000)
    workers.splice(0, 2, ...(await workersOf(() => executor.run(sleep, null, [20, 20]))))
  }
})

test('a worker that dies between runs is replaced', async () => {
  const executor = testPool(1)
  const [worker] = await workersOf(() => executor.run(sleep, null, [1]))
  await worker.terminate()
  expect(await executor.run(sleep, null, [1])).toMatchObject([{ ok: true }])
})

test('workers that cannot start reject the run', async () => {
  const executor = pool({ size: 2, entry: new URL('./no-such-worker.mjs', import.meta.url) })
  const { error } = await rejection(executor.run(sleep, null, [1, 1]))
  expect(error).toMatchObject({ code: 'WORKER_DIED', message: expect.stringContaining('no-such-worker') })
  await executor.close()
})

test('close ends the runs under way and those that wait; the executor can be used again', async () => {
  const executor = testPool()
  const runs = [rejection(executor.run(busy, null, [null])), rejection(executor.run(sleep, null, [1]))]
  await new Promise((resolve) => setTimeout(resolve, 150))
  await executor.close()
  for (const { error } of await Promise.all(runs)) expect(error).toMatchObject({ code: 'ABORTED' })
  expect(await executor.run(sleep, null, [1])).toMatchObject([{ ok: true }])
})

test.each(['idle', 'closed', 'dead'])('a process whose executor is %s ends by itself', async (state) => {
  const script = fileURLToPath(new URL('./ends-by-itself.mjs', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, state], { timeout: 20_000 })
  expect(stderr).toBe('')
  expect(stdout).toBe('done\n')
})
