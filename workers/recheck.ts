import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { GlmmError } from '../src/errors.js'
import type { Outcome } from '../src/executor.js'
import type { QueueTask } from './queue-task.js'
import { runBoard } from './run-board.js'
import { shareArrays } from './share.js'
import { threadTeam } from './thread-team.js'
import type { RunStart } from './worker-api.js'
import { workerEntry } from './worker-entry.js'

/** Makes a share of what came from workers again on this machine, and compares it to the bit. */
export interface Recheck {
  /** Resolves once the parts chosen of a result are made again; rejects with QUEUE where one differs. */
  readonly look: (result: unknown, job: unknown, worker: string) => Promise<void> | null
  /** Parts made again so far. */
  readonly done: () => number
  readonly close: () => Promise<void>
}

/** One part in so many is made again, chosen at random in each run of so many, and one of each worker's first result. */
export const defaultShare = 0.01
/** Threads here for each thread of a worker; at least one. */
const threadsFor = (threads: number, share: number): number =>
  Math.max(1, Math.min(availableParallelism(), Math.ceil(threads * share)))

/**
 * The check of one run. Which parts are looked at nobody can foresee: the choice is no part of a result, and the only one
 * here that does not follow from a seed.
 */
export function recheck(
  { task, parts }: QueueTask,
  shared: unknown,
  { share = defaultShare, threads = 1, modules = [] }: RecheckOptions,
): Recheck {
  const every = share > 0 ? Math.max(1, Math.round(1 / share)) : Number.POSITIVE_INFINITY
  const known = new Set<string>()
  let seen = 0
  let next = share > 0 ? randomInt(every) : Number.POSITIVE_INFINITY
  let done = 0
  let team: ReturnType<typeof threadTeam> | null = null
  let start: RunStart | null = null

  const chosen = (count: number, worker: string): Set<number> => {
    const found = new Set<number>()
    if (share > 0 && !known.has(worker)) found.add(randomInt(count))
    known.add(worker)
    while (next < seen + count) {
      if (next >= seen) found.add(next - seen)
      next = (Math.floor(next / every) + 1) * every + randomInt(every)
    }
    seen += count
    return found
  }

  return {
    look: (result, job, worker) => {
      const places = chosen(parts.count(job), worker)
      if (places.size === 0) return null
      start ??= { task: task.name, shared: shareArrays(shared), board: runBoard(0, task.counters), modules }
      team ??= threadTeam(threadsFor(threads, share), workerEntry())
      const own = team
      const begin = start
      const one = async (place: number): Promise<void> => {
        const made = (await own.execute(begin, parts.alone(job, place))) as Outcome<unknown>
        done++
        if (made.ok && parts.same(result, place, made.value)) return
        throw differs(parts.named(job, place), worker)
      }
      return Promise.all([...places].map(one)).then(() => {})
    },
    done: () => done,
    close: async () => {
      await team?.close()
    },
  }
}

export interface RecheckOptions {
  /** Share of the parts that is made again; 0.01 unless given, 0 for none. */
  readonly share?: number | undefined
  /** Threads of the workers. */
  readonly threads?: number | undefined
  readonly modules?: readonly string[] | undefined
}

const differs = (part: string, worker: string): GlmmError =>
  new GlmmError(
    'QUEUE',
    `expected ${part} of worker ${worker.slice(0, 80)} as this machine makes it, got another`,
    'do not resume this log, which may hold more of them: give study and workers one --key-file, and the same version of Node',
  )
