import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { planStudy } from '../../src/study/run/plan-study.js'
import { runStudy, type StudyProgress } from '../../src/study/run/run-study.js'
import type { StudyRecord } from '../../src/study/spec/study-record.js'
import { version } from '../../src/version.js'
import { packPlain } from '../../workers/plain-bytes.js'
import { queue } from '../../workers/queue.js'
import { hashOf, prefix, queueName, resultsKey, sharedKey } from '../../workers/queue-protocol.js'
import { bootstrapOf, run } from '../study/studies.js'
import {
  type RedisServer,
  redisServer,
  sayWhenSkipped,
  type WorkerProcess,
  withoutRedis,
  workerProcess,
} from './redis-server.js'

sayWhenSkipped()

const study = bootstrapOf(800)

/** Runs the study on the workers of a Redis; `meddle` is called once, when a fifth of the rows are there. */
async function onQueue(redis: string, meddle: () => void = () => {}): Promise<StudyRecord & { notes: string[] }> {
  const notes: string[] = []
  const executor = await queue({ redis, onNote: (note) => notes.push(note) })
  let met = false
  const onProgress = ({ done, total }: StudyProgress): void => {
    if (met || done < total / 5) return
    met = true
    meddle()
  }
  try {
    return { ...(await runStudy(await planStudy(study), executor, { onProgress })), notes }
  } finally {
    await executor.close()
  }
}

describe.skipIf(withoutRedis !== null)('a study on workers of a queue', () => {
  let inline: string
  let server: RedisServer
  let worker: WorkerProcess

  beforeAll(async () => {
    inline = (await run(study)).execution.rowsHash
    server = await redisServer(['--appendonly', 'yes', '--appendfsync', 'everysec'])
    worker = await workerProcess(server.url)
  })

  it('has the same bits on two workers, one of them killed in the middle, and stays in Redis with nothing', async () => {
    const two = await workerProcess(server.url)
    const whole = await onQueue(server.url)
    expect(whole.execution).toMatchObject({ executor: 'queue', workers: 2, rows: 822, rowsHash: inline })
    expect(whole.notes).toEqual([])

    const killed = await onQueue(server.url, () => two.kill('SIGKILL'))
    expect(killed.execution.rowsHash).toBe(inline)
    expect(killed.execution.rows).toBe(822)
    expect(killed.execution.retried).toBeGreaterThan(0)
    expect(await two.ended).toBe('SIGKILL')

    const redis = new Redis(server.url)
    expect(await redis.keys(`${prefix}:results:*`)).toEqual([])
    expect(await redis.keys(`${prefix}:${queueName}:????????-*`)).toEqual([])
    const kept = await redis.keys(`${prefix}:shared:*`)
    expect(kept).toHaveLength(1)
    expect(await redis.ttl(kept[0])).toBeLessThanOrEqual(600)
    redis.disconnect()
  })

  it('has them after a kill -9 of a Redis that keeps a file of what it is told', async () => {
    const found = await onQueue(server.url, () => {
      void server.end('SIGKILL').then(() => setTimeout(() => void server.start(), 500))
    })
    expect(found.execution).toMatchObject({ rows: 822, failed: 0, rowsHash: inline })
    expect(found.notes).toEqual([expect.stringMatching(/^lost Redis at/), expect.stringMatching(/ is back$/)])
  })

  it('has them after a stop of a Redis that keeps nothing at all', async () => {
    const bare = await redisServer()
    const other = await workerProcess(bare.url)
    const found = await onQueue(bare.url, () => {
      void bare.end('SIGTERM').then(() => setTimeout(() => void bare.start(), 500))
    })
    expect(found.execution).toMatchObject({ rows: 822, failed: 0, rowsHash: inline })
    expect(found.execution.retried).toBeGreaterThan(0)
    expect(other.told()).toMatch(/lost Redis[^\n]*\n(.*\n)?glmm: Redis at [^\n]* is back\n/)
    other.kill('SIGINT')
    expect(await other.ended).toBe(130)
  })

  it('refuses what is no job of this version, and goes on', async () => {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null })
    const jobs = new Queue(queueName, { connection: redis, prefix })
    const plan = packPlain({ kind: 'bootstrap', seed: 1, conditions: [], facts: null, data: {} })
    await redis.set(sharedKey(hashOf(plan)), plan)
    await redis.set(sharedKey('0'.repeat(64)), 'something else')
    const sound = {
      version,
      run: '00000000-0000-4000-8000-000000000000',
      index: 0,
      task: 'study-rows',
      shared: hashOf(plan),
      job: { ranges: [{ condition: 0, from: 0, to: 1 }] },
    }
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...sound, version: '9.9.9' }, /expected a study of version .*, got one of version 9\.9\.9; install the same/],
      [{ ...sound, run: '../../etc' }, /expected the run of a job/],
      [{ ...sound, task: 'constructor' }, /expected a task of the queue \(study-rows\), got "constructor"/],
      [{ ...sound, shared: '0'.repeat(64) }, /expected data with the SHA-256 000.* got others/],
      [sound, /expected rows of the study/],
    ]
    await jobs.addBulk(wrong.map(([data]) => ({ name: 'x', data })))
    while (wrong.some(([, says]) => !says.test(worker.told()))) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(worker.told().match(/refused a job/g)).toHaveLength(wrong.length)
    expect((await onQueue(server.url)).execution.rowsHash).toBe(inline)
    await jobs.close()
    redis.disconnect()
  })

  it('is told what is wrong with the data of a study by the worker that refuses it', async () => {
    const planned = await planStudy(study)
    const data = structuredClone(planned.plan.data) as { full: { model: { response: { y: Float64Array } } } }
    Object.assign(data.full.model.response, { y: new Float64Array(3) })
    const executor = await queue({ redis: server.url })
    await expect(runStudy({ ...planned, plan: { ...planned.plan, data } }, executor)).rejects.toMatchObject({
      code: 'QUEUE',
      message: 'expected a response of 44 rows from the queue',
    })
    await executor.close()
  })

  it('can be stopped while Redis is away, and drops results of nobody', async () => {
    const bare = await redisServer()
    const executor = await queue({ redis: bare.url })
    const controller = new AbortController()
    const running = runStudy(await planStudy(study), executor, { signal: controller.signal })
    const redis = new Redis(bare.url)
    const [key] = await vi.waitFor(async () => {
      const found = await redis.keys(`${prefix}:${queueName}:????????-*`)
      expect(found.length).toBeGreaterThan(0)
      return found
    })
    const named = key.slice(`${prefix}:${queueName}:`.length).split('.')[0]
    await redis.rpush(resultsKey(named), 'rubbish', packPlain({ index: -1 }))
    await vi.waitFor(async () => expect(await redis.llen(resultsKey(named))).toBe(0))
    redis.disconnect()
    await bare.end('SIGKILL')
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    await executor.close()
  })

  it('lets its worker finish and leave', async () => {
    worker.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(worker.told()).toMatch(/^(glmm: [^\n]+\n)+glmm: finishes the jobs it holds; [^\n]+\nglmm: has left\n$/)
  })
})
