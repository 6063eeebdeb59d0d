import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { main } from '../cli/call.js'

/** Why tests with a real Redis cannot run here; null where they can. */
export const withoutRedis: string | null = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'redis-server is not installed (Debian: apt-get install redis-server)'
  }
})()

/** What the tests of the file that imports this have begun, ended with them. */
const endings: (() => unknown)[] = []
afterAll(async () => {
  await Promise.all(endings.map((end) => end()))
})

/** Says on standard error that tests are skipped, and why. */
export function sayWhenSkipped(): void {
  if (withoutRedis !== null) process.stderr.write(`\nskipped: the tests of the queue, since ${withoutRedis}\n`)
}

/** A Redis of the test's own, on a free port of the loopback. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Starts it again on the same port and folder, and waits until it listens. */
  readonly start: () => Promise<void>
  /** Ends it by a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export async function redisServer(options: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'glmm-redis-'))
  let child: ChildProcess | null = null
  const start = (): Promise<void> => {
    const flags = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...options]
    const own = spawn('redis-server', flags.map(String))
    child = own
    return new Promise((resolve, reject) => {
      own.stdout.on('data', (text: Buffer) => {
        if (String(text).includes('Ready to accept connections')) resolve()
      })
      own.once('error', reject)
      own.once('exit', () => reject(new Error('redis-server ended')))
    })
  }
  const end = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  endings.push(async () => {
    await end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return { url: `redis://127.0.0.1:${port}`, port, start, end }
}

/** A `glmm worker` in a process of its own. */
export interface WorkerProcess {
  /** What it has said. */
  readonly told: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  /** Resolves at its end with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

export async function workerProcess(
  redis: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [main, 'worker', '--redis', redis, '--threads', '1', ...args], {
    env: { ...process.env, ...environment },
  })
  let told = ''
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'nothing'))
  })
  await new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text
      if (told.includes('waits for studies')) resolve()
    })
    child.once('exit', () => resolve())
  })
  endings.push(() => child.kill('SIGKILL'))
  return { told: () => told, kill: (signal) => void child.kill(signal), ended }
}
