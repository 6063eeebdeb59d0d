// Tasks for the tests of the executors, in JavaScript because a worker thread starts from them directly.
import { threadId } from 'node:worker_threads'

const task = (name, execute, counters = 0) => ({ name, counters, execute })

const sleepNow = (milliseconds) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** Sleeps for the job's milliseconds, says which thread did. */
export const sleep = task('sleep', (_, milliseconds) => {
  sleepNow(milliseconds)
  return threadId
})

/** A pure function of everything it is given. */
export const sum = task(
  'sum',
  (shared, job, monitor) => {
    const total = shared.values.reduce((a, b) => a + b, 0) * job.factor
    monitor.set(0, job.factor)
    monitor.set(1, shared.values.length)
    if (job.factor < 0) throw new RangeError('negative')
    return { total, scaled: Float64Array.from(shared.values, (value) => value * job.factor) }
  },
  2,
)

/** What arrived, and whether it lies in shared memory. */
export const echo = task('echo', (shared, job) => ({
  job,
  values: shared.values,
  inSharedMemory: shared.values.buffer instanceof SharedArrayBuffer,
  bytes: shared.values.byteLength,
  sameObject: shared.values === shared.again,
}))

/** Writes to the shared array: a thing no real task does, which shows that there is one memory. */
export const mark = task('mark', (shared, job) => {
  Atomics.store(shared.flags, job, 1)
  while (Atomics.load(shared.flags, 1 - job) === 0);
  return true
})

export const fail = task('fail', (_, job) => {
  if (job % 2 === 0) return job
  throw new Error(`job ${job} is odd`)
})

export const unclonable = task('unclonable', () => () => 1)

/** Counts up until it is told to stop. */
export const cooperative = task(
  'cooperative',
  (_, __, monitor) => {
    for (let i = 0; !monitor.aborted(); i++) {
      monitor.set(0, i)
      sleepNow(5)
    }
    throw new Error('stopped')
  },
  1,
)

export const busy = task('busy', () => {
  for (;;);
})

/** Counter 0 rises from 1 to 5 within half a second. */
export const count = task(
  'count',
  (_, __, monitor) => {
    for (let i = 1; i <= 5; i++) {
      monitor.set(0, i)
      sleepNow(100)
    }
  },
  1,
)

export const overrun = task('overrun', (_, __, monitor) => monitor.set(1, 1), 1)

/** Ends its thread on job 1, sleeps on any other; the moment is written into shared memory. */
const dying = (name, die) =>
  task(name, (shared, job) => {
    if (job === 1) {
      shared.diedAt[0] = Date.now()
      die()
    } else sleepNow(job)
  })

export const exit = dying('exit', () => process.exit(7))

export const throwLater = dying('throwLater', () => {
  setTimeout(() => {
    throw new Error('thrown in a timer')
  }, 0)
})

export const rejectLater = dying('rejectLater', () => {
  void Promise.reject(new Error('rejected by nobody'))
})

export const exhaust = dying('exhaust', () => {
  const hoard = []
  for (;;) hoard.push(new Array(10_000).fill(hoard.length))
})

export const tasks = [
  sleep,
  sum,
  echo,
  mark,
  fail,
  unclonable,
  cooperative,
  busy,
  count,
  overrun,
  exit,
  throwLater,
  rejectLater,
  exhaust,
]
