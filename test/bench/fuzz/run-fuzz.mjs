import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = new URL('.', import.meta.url)
const own = ['run-fuzz', 'fuzz-child', 'random']

/** A kind is a file of this folder that exports `make(random)`, an input, and `attempt(input)`, what has to end well. */
export const fuzzKinds = readdirSync(here)
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => name.slice(0, -4))
  .filter((name) => !own.includes(name) && !name.startsWith('shared-'))
  .sort()

/** CPU seconds and wall seconds an input, and bytes of resident memory of the process that has run it. */
const usual = { cpuSeconds: 2, wallSeconds: 20, bytes: 300 * 2 ** 20 }

/**
 * Runs `count` inputs of a kind (or of a module, by its URL), from index `from` on, in processes of their own that are ended where an input hangs. An
 * input depends on kind, seed and index alone. Faults are INTERNAL (an error that is no GlmmError), HANG, SLOW, MEMORY and DIED.
 */
export async function runFuzz(kind, { seed = 1, count = 200, from = 0, limits = {} } = {}) {
  const bounds = { ...usual, ...limits }
  const report = { kind, count, outcomes: {}, faults: [], slowest: { index: -1, seconds: 0 }, peak: 0 }
  const add = (ended) => {
    const { index, outcome, detail, cpuSeconds } = ended
    report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1
    if (cpuSeconds > report.slowest.seconds) report.slowest = { index, seconds: cpuSeconds }
    if (faultOf(ended, bounds)) report.faults.push({ index, outcome: faultOf(ended, bounds), detail })
  }
  const end = from + count
  for (let next = from; next < end; ) {
    next = await child(kind, seed, next, end, bounds, async (ended) => {
      // The peak is that of all inputs so far: an input that went beyond it is run again alone.
      const alone = ended.peak > bounds.bytes && count > 1
      if (!alone) report.peak = Math.max(report.peak, ended.peak)
      if (!alone) return add(ended)
      const again = await runFuzz(kind, { seed, count: 1, from: ended.index, limits })
      report.peak = Math.max(report.peak, again.peak)
      add({ ...ended, peak: again.peak })
    })
  }
  return report
}

function faultOf({ outcome, cpuSeconds, peak }, bounds) {
  if (['INTERNAL', 'HANG', 'DIED'].includes(outcome)) return outcome
  if (cpuSeconds > bounds.cpuSeconds) return 'SLOW'
  return peak > bounds.bytes ? 'MEMORY' : null
}

/** Runs inputs in one process until all are done or one ends it; gives the index to go on from. */
function child(kind, seed, from, end, bounds, told) {
  return new Promise((resolve, reject) => {
    const process = fork(fileURLToPath(new URL('fuzz-child.mjs', here)), [kind, seed, from, end].map(String), {
      execArgv: ['--max-semi-space-size=4'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let at = from
    let said = ''
    let last = Promise.resolve()
    let killed = false
    let timer = setTimeout(() => {}, 0)
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        killed = true
        process.kill('SIGKILL')
      }, bounds.wallSeconds * 1000)
    }
    process.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-2000)
    })
    process.on('message', (message) => {
      if (message.ended === undefined) {
        watch()
        return
      }
      const { ended } = message
      at = ended.index + 1
      last = last.then(() => told(ended))
      // Its memory would be blamed on the inputs that follow.
      if (ended.peak > bounds.bytes) process.kill('SIGKILL')
    })
    process.on('error', reject)
    process.on('close', (code) => {
      clearTimeout(timer)
      const done = at >= end || (code === null && !killed)
      if (done) return void last.then(() => resolve(at), reject)
      const outcome = killed ? 'HANG' : 'DIED'
      const detail = killed
        ? `no end after ${bounds.wallSeconds} s`
        : `exit status ${code}: ${said.trim().split('\n')[0]}`
      last.then(() => told({ index: at, outcome, detail, cpuSeconds: 0, peak: 0 })).then(() => resolve(at + 1), reject)
    })
  })
}
