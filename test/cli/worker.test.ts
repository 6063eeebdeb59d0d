import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bootstrapOf, run, data as table } from '../study/studies.js'
import { type RedisServer, redisServer, sayWhenSkipped, withoutRedis, workerProcess } from '../workers/redis-server.js'
import { expectComplaint, folder, glmm } from './call.js'

sayWhenSkipped()

const study = bootstrapOf(1000)
const own = (): string =>
  folder({
    'study.json': JSON.stringify({ ...study, data: 'betablocker.csv' }),
    'betablocker.csv': readFileSync(table, 'utf8'),
  })

describe('the way to a queue', () => {
  it('is refused in one line where it is no way, without the password', async () => {
    const cwd = own()
    const replies = await Promise.all([
      glmm(['worker'], { cwd }),
      glmm(['worker', '--redis', 'http://me:secret@host'], { cwd }),
      glmm(['worker', '--redis', 'redis://localhost', '--threads', '0'], { cwd }),
      glmm(['worker', '--redis', 'redis://localhost', '--concurrency', '0'], { cwd }),
      glmm(['study', 'study.json', '--redis', 'secret'], { cwd }),
      glmm(['study', 'study.json', '--redis', 'redis://localhost', '--threads', '2'], { cwd }),
    ])
    const says = [
      /expected the URL of a Redis after --redis, got none/,
      /expected the URL of a Redis, got one that begins with http:; write it as redis/,
      /threads must be a whole number of at least 1, got 0/,
      /concurrency must be a whole number of at least 1, got 0/,
      /expected the URL of a Redis, got a text that is no URL/,
      /expected one of --threads and --redis, got both/,
    ]
    for (const [i, { status, stderr, stdout }] of replies.entries()) {
      expect(stderr).toMatch(says[i])
      expect(stderr).toMatch(/^glmm: USAGE: [^\n]+\n$/)
      expect(stderr).not.toContain('secret')
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    }
  })

  it('ends a study in one line where nobody listens', async () => {
    const { status, stderr } = await glmm(['study', 'study.json', '--redis', 'redis://me:secret@127.0.0.1:1'], {
      cwd: own(),
    })
    expect(stderr).toMatch(/^glmm: QUEUE: expected a Redis at redis:\/\/127.0.0.1:1, got: [^\n]*ECONNREFUSED[^\n]*\n$/)
    expect(stderr).not.toContain('secret')
    expect(status).toBe(1)
  })
})

describe.skipIf(withoutRedis !== null)('glmm study --redis', () => {
  it('waits for workers, is interrupted, and gone on with on threads to the same bits', async () => {
    const cwd = own()
    const log = join(cwd, 'study.rows.ndjson')
    const server: RedisServer = await redisServer()
    const waiting = glmm(['study', 'study.json', '--redis', server.url, '--json'], {
      cwd,
      use: (child) => {
        child.stderr!.once('data', () => void workerProcess(server.url))
        const timer = setInterval(() => {
          if (!existsSync(log) || statSync(log).size < 20_000) return
          clearInterval(timer)
          child.kill('SIGINT')
        }, 2)
        child.once('close', () => clearInterval(timer))
      },
    })
    const { stderr, status } = await waiting
    const [waits, stopped] = stderr.split('\n')
    expect(waits).toMatch(/^glmm: waits for workers: start some with glmm worker --redis, as there are none at redis:/)
    expect(stopped).toMatch(/^glmm: ABORTED: expected 1022 rows, got \d+ before the study was stopped; .* --resume/)
    expect(status).toBe(130)
    const done = await glmm(['study', 'study.json', '--resume', '--threads', '2', '--json'], { cwd })
    const { execution } = JSON.parse(done.stdout)
    expect(execution.rowsHash).toBe((await run(study)).execution.rowsHash)
    await server.end('SIGKILL')
  })

  it('says what Redis says to a wrong password, and does not say the password', async () => {
    const server = await redisServer(['--requirepass', 'right'])
    for (const credentials of ['', ':secret@']) {
      const url = server.url.replace('//', `//${credentials}`)
      const reply = await glmm(['study', 'study.json', '--redis', url, '--json'], { cwd: own() })
      expectComplaint(
        reply,
        'QUEUE',
        /expected Redis at redis:\/\/127.0.0.1:\d+ to take the connection, got: (NOAUTH|WRONGPASS)/,
      )
      expect(reply.stderr + reply.stdout).not.toContain('secret')
    }
    await server.end('SIGKILL')
  })
})
