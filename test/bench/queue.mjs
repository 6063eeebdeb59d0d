// npm run bench:queue: studies on two worker processes of a Redis of this benchmark's own, against two threads; workers killed every
// ten seconds; Redis stopped, and killed, for ten seconds; the memory of the coordinator. `-- --rows N` sets the rows of the
// memory run (1,000,000), `-- --only TEXT` picks parts by name. Needs redis-server.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'dist/src/cli/main.js')
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const only = option('only', '')
const memoryRows = Number(option('rows', 1e6))

try {
  execFileSync('redis-server', ['--version'])
} catch {
  console.log('skipped: redis-server is not installed')
  process.exit(0)
}

const folder = mkdtempSync(join(tmpdir(), 'glmm-bench-'))
const children = new Set()
const begin = (command, args, options = {}) => {
  const child = spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  children.add(child)
  child.ended = new Promise((resolve) => child.once('exit', resolve)).then(() => children.delete(child))
  return child
}
const endAll = () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.on('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})
const url = `redis://127.0.0.1:${port}`
const told = (stream, words) =>
  new Promise((resolve) => stream.on('data', (text) => String(text).includes(words) && resolve()))
const startRedis = async () => {
  const redis = begin('redis-server', [
    ...['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec'],
  ])
  await told(redis.stdout, 'Ready to accept')
  return redis
}
const startWorker = async () => {
  const worker = begin(process.execPath, [main, 'worker', '--redis', url, '--threads', 1])
  await told(worker.stderr, 'waits for studies')
  return worker
}
const cpuMilliseconds = (pid) => {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = rest.split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}
const study = (name, text) => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, JSON.stringify(text))
  return path
}
/** Runs a study; its execution, the most memory its process had, in MB, and its CPU time, in ms. */
const run = async (path, flags) => {
  const out = `${path}.result.json`
  const child = begin(process.execPath, [main, 'study', path, ...flags, '--no-log', '--out', out])
  child.stdout.resume()
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  let peak = 0
  let cpu = 0
  const watch = setInterval(() => {
    try {
      cpu = cpuMilliseconds(child.pid)
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak)
    } catch {}
  }, 200)
  await child.ended
  clearInterval(watch)
  if (child.exitCode !== 0) throw new Error(said)
  return { ...JSON.parse(readFileSync(out, 'utf8')).execution, peakMegabytes: Math.round(peak / 1024), cpu }
}
const queued = (path) => run(path, ['--redis', url])
const threaded = (path) => run(path, ['--threads', 2])
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const report = (name, found, whole) => {
  const same = found.rowsHash === whole.rowsHash && found.rows === whole.rows
  const { rows, jobs, retried, milliseconds } = found
  console.log(
    `${name}: ${rows} rows in ${jobs} jobs, ${retried} again, ${(milliseconds / 1000).toFixed(1)} s, ${same ? 'the same hash' : 'ANOTHER HASH'}`,
  )
  if (!same) process.exitCode = 1
}

const betablocker = {
  kind: 'bootstrap',
  seed: 1,
  data: join(root, 'examples/01-betablocker/betablocker.csv'),
  family: 'binomial',
  formula: 'cbind(r, n - r) ~ treat + (1 | center)',
}
const rate = study('rate', { ...betablocker, replicates: 20_000 })
const long = study('long', {
  ...betablocker,
  kind: 'simulation',
  replicates: 10_000,
  groups: { center: 44 },
  methods: [
    { name: 'laplace', fit: { nodes: 1 } },
    { name: 'agq', fit: { nodes: 25 } },
  ],
})
const parts = {
  async rate() {
    const workers = [await startWorker(), await startWorker()]
    await queued(rate)
    const ratios = []
    const overheads = []
    const others = [redis, ...workers]
    const spent = () => others.reduce((sum, { pid }) => sum + cpuMilliseconds(pid), 0)
    for (let i = 0; i < 5; i++) {
      const threads = await threaded(rate)
      const before = spent()
      const queue = await queued(rate)
      report('two workers', queue, threads)
      ratios.push(threads.milliseconds / queue.milliseconds)
      overheads.push((spent() - before + queue.cpu) / threads.cpu)
    }
    const shown = (values) => `median ${median(values).toFixed(2)} of ${values.map((one) => one.toFixed(2)).join(', ')}`
    console.log(`rate of the queue over that of threads: ${shown(ratios)}`)
    console.log(`CPU time of study, workers and Redis over that of threads: ${shown(overheads)}`)
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  },

  async kills() {
    const whole = await threaded(long)
    const workers = [await startWorker(), await startWorker()]
    let over = false
    let kills = 0
    const killing = (async () => {
      for (;;) {
        for (let i = 0; i < 100 && !over; i++) await pause(100)
        if (over) return
        workers.shift().kill('SIGKILL')
        kills++
        workers.push(await startWorker())
      }
    })()
    const found = await queued(long)
    over = true
    await killing
    report(`a worker killed every 10 s, ${kills} of them`, found, whole)
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  },

  async outages() {
    const whole = await threaded(rate)
    const workers = [await startWorker(), await startWorker()]
    for (const [name, signal] of [
      ['Redis stopped for 10 s', 'SIGTERM'],
      ['Redis killed with -9, 10 s', 'SIGKILL'],
    ]) {
      const running = queued(rate)
      await pause(3000)
      redis.kill(signal)
      await redis.ended
      await pause(10_000)
      redis = await startRedis()
      report(name, await running, whole)
    }
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  },

  async memory() {
    const workers = [await startWorker(), await startWorker()]
    const quick = { ...betablocker, formula: 'cbind(r, n - r) ~ treat' }
    const few = await queued(study('few', { ...quick, replicates: memoryRows / 10 }))
    const many = await queued(study('many', { ...quick, replicates: memoryRows }))
    for (const { rows, peakMegabytes, milliseconds } of [few, many]) {
      console.log(`coordinator: ${rows} rows, at most ${peakMegabytes} MB, ${(milliseconds / 1000).toFixed(0)} s`)
    }
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  },
}

let redis = await startRedis()
for (const [name, part] of Object.entries(parts)) if (name.includes(only)) await part()
process.exit()
