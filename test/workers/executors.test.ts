import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Executor } from '../../src/executor.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { testPool } from './test-pool.js'
import { cooperative, fail, overrun, sleep, sum } from './test-tasks.mjs'

const executors: readonly [string, () => Executor][] = [
  ['inlineExecutor', () => inlineExecutor],
  ['threads', () => testPool()],
]
const values = Float64Array.of(1, 2, 3)

describe.each(executors)('the contract of every executor: %s', (_, make) => {
  test('outcomes come in the order of the jobs, whichever ends first', async () => {
    const outcomes = await make().run(sum, { values }, [{ factor: 3 }, { factor: 1 }, { factor: 2 }])
    expect(outcomes.map((outcome) => outcome.ok && outcome.value.total)).toEqual([18, 6, 12])
  })

  test('a failing job is an outcome, and the others go on', async () => {
    const outcomes = await make().run(fail, null, [0, 1, 2])
    expect(outcomes).toMatchObject([
      { ok: true, value: 0 },
      { ok: false, error: { code: 'INTERNAL', message: expect.stringContaining('job 1 is odd') } },
      { ok: true, value: 2 },
    ])
  })

  test('a stream makes jobs as they are asked for, and hands over each outcome with its job', async () => {
    const seen: unknown[] = []
    let made = 0
    function* jobs(): Generator<number> {
      for (let job = 0; job < 5; job++) {
        expect(made - seen.length).toBeLessThanOrEqual(2)
        made++
        yield job
      }
    }
    await make().stream(fail, null, jobs(), (outcome, job) => seen.push([job, outcome.ok]))
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4].map((job) => [job, job % 2 === 0]))
  })

  test('a stream rejects with what its jobs or their taker throw, and with ABORTED', async () => {
    const full = new Error('the disk is full')
    const refuse = () => {
      throw full
    }
    await expect(make().stream(sum, { values }, [{ factor: 1 }], refuse)).rejects.toBe(full)
    function* broken(): Generator<{ factor: number }> {
      yield { factor: 1 }
      throw full
    }
    await expect(make().stream(sum, { values }, broken(), () => {})).rejects.toBe(full)
    const aborted = make().stream(sleep, null, [1], () => {}, { signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('no jobs, no work', async () => {
    const seen: unknown[] = []
    expect(await make().run(sleep, null, [], { onProgress: (counters) => seen.push(counters) })).toEqual([])
    expect(seen).toEqual([[]])
  })

  test('progress ends with the final counters, as copies', async () => {
    const seen: (readonly Int32Array[])[] = []
    await make().run(sum, { values }, [{ factor: 5 }, { factor: 7 }], {
      onProgress: (counters) => {
        seen.push(counters)
        counters[0].fill(99)
      },
    })
    expect(seen.at(-1)![1]).toEqual(Int32Array.of(7, 3))
    await make().run(sum, { values }, [{ factor: 5 }], { onProgress: (counters) => seen.push(counters) })
    expect(seen.at(-1)).toEqual([Int32Array.of(5, 3)])
  })

  test('a counter out of range is the fault of the job', async () => {
    expect(await make().run(overrun, null, [null, null])).toMatchObject([{ ok: false }, { ok: false }])
  })

  test('a signal aborted before rejects at once, and no job starts', async () => {
    const seen: unknown[] = []
    const options = { signal: AbortSignal.abort(), onProgress: (counters: unknown) => seen.push(counters) }
    await expect(make().run(sleep, null, [1000], options)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual([])
  })

  test('a run aborted between jobs rejects', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    const run = make().run(sleep, null, new Array<number>(100).fill(20), { signal: controller.signal })
    await expect(run).rejects.toMatchObject({ name: 'GlmmError', code: 'ABORTED' })
  })

  test('a run can be aborted from its progress', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal, onProgress: () => controller.abort() }
    await expect(make().run(sleep, null, [50, 50, 50, 50, 50], options)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('an onProgress that throws rejects the run with what it threw', async () => {
    const onProgress = () => {
      throw new Error('the screen is gone')
    }
    await expect(make().run(sleep, null, [150, 150, 150, 150], { onProgress })).rejects.toThrow('the screen is gone')
  })
})

test('inline: a job that is told to stop ends the run', async () => {
  const controller = new AbortController()
  const task = {
    ...cooperative,
    execute: (...[, , monitor]: Parameters<typeof cooperative.execute>) => {
      controller.abort()
      expect(monitor.aborted()).toBe(true)
      throw new Error('stopped')
    },
  }
  await expect(inlineExecutor.run(task, null, [null], { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  })
})

test('inline and threads give the same outcomes and the same final counters', async () => {
  const onThreads = testPool()
  const numbers = fc.array(fc.double(), { maxLength: 20 })
  const jobs = fc.array(fc.record({ factor: fc.integer({ min: -3, max: 10 }) }), { maxLength: 12 })
  const stackless = (outcome: object) =>
    JSON.parse(JSON.stringify(outcome, (key, value) => (key === 'message' ? value.split('\n')[0] : value)))
  await fc.assert(
    fc.asyncProperty(numbers, jobs, async (given, todo) => {
      const results = []
      for (const executor of [inlineExecutor, onThreads]) {
        let last: unknown
        const outcomes = await executor.run(sum, { values: Float64Array.from(given) }, todo, {
          onProgress: (counters) => {
            last = counters
          },
        })
        results.push({
          values: outcomes.map((outcome) => (outcome.ok ? outcome.value : stackless(outcome))),
          last,
        })
      }
      expect(results[1]).toEqual(results[0])
    }),
    { numRuns: 50, seed: 1 },
  )
})
