import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { planStudy } from '../../src/study/run/plan-study.js'
import { type BatchOfRows, studyRowsTask } from '../../src/study/rows/row-task.js'
import { runStudy } from '../../src/study/run/run-study.js'
import type { StudyRecord } from '../../src/study/spec/study-record.js'
import { packPlain, unpackPlain } from '../../workers/plain-bytes.js'
import { type QueueOptions, queue } from '../../workers/queue.js'
import { queueKey } from '../../workers/queue-key.js'
import {
  type JobMessage,
  openResult,
  prefix,
  queueName,
  resultsKey,
  sealResult,
  sharedKey,
  signJob,
} from '../../workers/queue-protocol.js'
import { folder, glmm } from '../cli/call.js'
import { bootstrapOf, run } from '../study/studies.js'
import { type RedisServer, redisServer, sayWhenSkipped, withoutRedis, workerProcess } from './redis-server.js'

sayWhenSkipped()

const study = bootstrapOf(400)
const key = 'a key of more than sixteen characters'
const other = 'another key of more than sixteen characters'

/** The study on the workers of a queue, with what it notes. */
async function onQueue(options: QueueOptions): Promise<StudyRecord & { readonly notes: readonly string[] }> {
  const notes: string[] = []
  const executor = await queue({ ...options, onNote: (note) => notes.push(note) })
  try {
    return { ...(await runStudy(await planStudy(study), executor)), notes }
  } finally {
    await executor.close()
  }
}

/**
 * One who takes jobs without being asked to: does the work with the program's own code, lets `alter` change the lines,
 * and hands them in signed with `sign` or not at all.
 */
function stranger(
  url: string,
  alter: (lines: string) => string,
  sign: string | null = null,
): { readonly results: () => number; readonly leave: () => Promise<void> } {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  let results = 0
  let left: Promise<void> | undefined
  const worker = new Worker(
    queueName,
    async ({ data }: { data: JobMessage }) => {
      const plan = unpackPlain((await redis.getBuffer(sharedKey(data.shared)))!)
      const monitor = { set: () => {}, aborted: () => false }
      const { lines, milliseconds } = studyRowsTask.execute(plan as never, data.job as never, monitor) as BatchOfRows
      const value = { lines: alter(lines), milliseconds }
      const bytes = packPlain({ index: data.index, worker: 'stranger', attempt: 1, outcome: { ok: true, value } })
      results++
      await redis.rpush(resultsKey(data.run), sealResult(sign === null ? null : queueKey(sign), data.run, bytes))
    },
    { connection: redis, prefix, concurrency: 4, drainDelay: 1 },
  )
  worker.on('error', () => {})
  return {
    results: () => results,
    leave: () => (left ??= worker.close().then(() => redis.disconnect())),
  }
}

/** Every estimate a little larger than it is: rows that look like any others. */
const altered = (lines: string): string =>
  lines
    .split('\n')
    .map((line) => {
      const row = JSON.parse(line)
      return JSON.stringify({ ...row, treat: row.treat + 1e-3 })
    })
    .join('\n')

describe('signatures', () => {
  const message: JobMessage = {
    version: '1',
    run: '00000000-0000-4000-8000-000000000000',
    index: 0,
    task: 'study-rows',
    shared: '0'.repeat(64),
    job: { ranges: [] },
  }

  it('are HMAC-SHA256, which openssl makes as well', () => {
    // printf 'job\nx' | openssl dgst -sha256 -hmac 'a key of more than sixteen characters'
    expect(queueKey(`  ${key}\n`).sign('job', 'x')).toBe(
      'df42277b6dc747ed759db4105e449cb99409ff3b304e7973928f3096c774f0d2',
    )
  })

  it('bind all of a job, and a result to its run', () => {
    const own = queueKey(key)
    const { signature } = signJob(own, message)
    expect(own.signed('job', JSON.stringify(Object.values(message)), signature)).toBe(true)
    const sealed = sealResult(own, message.run, Buffer.from('bytes'))
    expect(openResult(own, message.run, sealed)?.toString()).toBe('bytes')
    const otherRun = message.run.replace(/.$/, '1')
    expect(openResult(own, otherRun, sealed)).toBeNull()
    expect(openResult(queueKey(other), message.run, sealed)).toBeNull()
    for (const bytes of ['', 'bytes', 'x'.repeat(64)])
      expect(openResult(own, message.run, Buffer.from(bytes))).toBeNull()
    sealed[0] ^= 1
    expect(openResult(own, message.run, sealed)).toBeNull()
  })

  it('want a key that cannot be guessed', () => {
    for (const short of ['', 'secret', `${' '.repeat(40)}x\n`]) {
      expect(() => queueKey(short)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    }
  })
})

describe.skipIf(withoutRedis !== null)('who takes part in a study', () => {
  let inline: string
  let server: RedisServer

  beforeAll(async () => {
    inline = (await run(study)).execution.rowsHash
  }, 120_000)
  beforeEach(async () => {
    server = await redisServer()
  }, 120_000)

  it('has the key: results of others, and of other keys, are dropped', async () => {
    const cwd = folder({ 'queue.key': `${key}\n` })
    const strangers = [stranger(server.url, altered), stranger(server.url, altered, other)]
    const worker = await workerProcess(server.url, ['--key-file', join(cwd, 'queue.key')])
    // What they take costs some seconds till it is handed out again: they leave after their first.
    const busy = setInterval(() => {
      for (const { results, leave } of strangers) if (results() > 0) void leave()
    }, 5)
    const found = await onQueue({ redis: server.url, key })
    clearInterval(busy)
    expect(strangers.reduce((sum, { results }) => sum + results(), 0)).toBeGreaterThan(0)
    await Promise.all(strangers.map(({ leave }) => leave()))
    expect(found.notes).toContain('drops results that are not signed with the key of this study')
    expect(found.execution).toMatchObject({ rows: 422, failed: 0, rowsHash: inline })

    // Jobs of others are not taken.
    const executor = await queue({ redis: server.url })
    await expect(runStudy(await planStudy(study), executor)).rejects.toMatchObject({
      code: 'QUEUE',
      message: expect.stringContaining('got one without a signature'),
    })
    await executor.close()
    expect(worker.told()).toMatch(/refused a job: expected a job signed with the key of worker/)
    worker.kill('SIGKILL')
    await worker.ended
  })

  it('is told so where the keys differ', async () => {
    const worker = await workerProcess(server.url, [], { GLMM_QUEUE_KEY: other })
    const notes: string[] = []
    const executor = await queue({ redis: server.url, key, onNote: (note) => notes.push(note) })
    const controller = new AbortController()
    const running = runStudy(await planStudy(study), executor, { signal: controller.signal })
    await vi.waitFor(() => expect(notes).toHaveLength(1), { timeout: 20_000 })
    expect(notes[0]).toMatch(/waits for workers with the key of this study: those at .* have another or none/)
    await vi.waitFor(() => expect(worker.told()).toMatch(/a job is signed with a key, and worker \S+ has another/))
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    await executor.close()
    worker.kill('SIGKILL')
    await worker.ended
  })

  it('without a key, rows that differ from those made again here end the study, and none of them is kept', async () => {
    const away = stranger(server.url, altered)
    const log = join(folder(), 'rows.ndjson')
    const executor = await queue({ redis: server.url })
    await expect(runStudy(await planStudy(study), executor, { log })).rejects.toMatchObject({
      code: 'QUEUE',
      message: expect.stringMatching(/^expected row \d+:\d+ of worker stranger as this machine makes it, got another$/),
      hint: expect.stringContaining('--key-file'),
    })
    await executor.close()
    expect(away.results()).toBeGreaterThan(0)
    await away.leave()
    expect(readFileSync(log, 'utf8').trimEnd().split('\n')).toHaveLength(1)
  })

  it('without a key, the share of rows made again is one in a hundred, and one of each worker', async () => {
    const honest = stranger(server.url, (lines) => lines)
    const found = await onQueue({ redis: server.url })
    await honest.leave()
    expect(found.execution.rowsHash).toBe(inline)
    // 422 rows are four whole hundreds and a part; one row of the first batch besides, which may be the same.
    expect(found.execution.rechecked).toBeGreaterThanOrEqual(4)
    expect(found.execution.rechecked).toBeLessThanOrEqual(6)
  })

  it('is handed a job again whose place in the list of waiting ones is lost', async () => {
    const redis = new Redis(server.url)
    const executor = await queue({ redis: server.url })
    const running = runStudy(await planStudy(study), executor)
    const wait = `${prefix}:${queueName}:wait`
    await vi.waitFor(async () => expect(await redis.llen(wait)).toBeGreaterThan(0))
    // All of them at first, then those that come, one by one.
    await redis.del(wait)
    const worker = await workerProcess(server.url)
    let left = 2
    const losing = setInterval(() => void (left-- > 0 && redis.rpop(wait)), 500)
    const found = await running
    clearInterval(losing)
    expect(found.execution).toMatchObject({ rows: 422, failed: 0, rowsHash: inline })
    expect(found.execution.retried).toBeGreaterThan(0)
    await executor.close()
    redis.disconnect()
    worker.kill('SIGKILL')
    await worker.ended
  })
})

describe.skipIf(withoutRedis !== null)('a password', () => {
  it('can come from the environment, for study and worker', async () => {
    const server = await redisServer(['--requirepass', 'right one'])
    const environment = { GLMM_REDIS_PASSWORD: 'right one' }
    const worker = await workerProcess(server.url, [], environment)
    expect(worker.told()).toMatch(/waits for studies/)
    const cwd = folder()
    writeFileSync(join(cwd, 'study.json'), JSON.stringify(study))
    const { status, stdout } = await glmm(['study', 'study.json', '--redis', server.url, '--json'], {
      cwd,
      environment,
    })
    expect(status).toBe(0)
    expect(JSON.parse(stdout).execution).toMatchObject({
      executor: 'queue',
      rowsHash: (await run(study)).execution.rowsHash,
    })
    const wrong = await glmm(['study', 'study.json', '--redis', server.url], {
      cwd,
      environment: { GLMM_REDIS_PASSWORD: 'wrong one' },
    })
    expect(wrong.stderr).toMatch(/^glmm: QUEUE: [^\n]*WRONGPASS/)
    expect(wrong.stderr).not.toContain('wrong one')
    await server.end('SIGKILL')
  })
})
