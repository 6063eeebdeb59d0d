import type { Redis } from 'ioredis'
import { version } from '../src/version.js'
import { workerKey } from './queue-protocol.js'

/** Looks without any result before it is said that there are no workers. */
const patience = 3

/** To be called at intervals with the number of workers heard of: says once when there is nobody, and why. */
export function workersPresent(
  redis: Redis,
  shown: string,
  onNote: (note: string) => void,
  /** Fingerprint of the key that workers must have; null for none. */
  key: string | null = null,
): (heard: number) => Promise<void> {
  let looks = 0
  let said = false
  const say = (note: string): void => {
    said = true
    onNote(note)
  }
  return async (heard) => {
    if (heard > 0 || said || ++looks % patience !== 0) return
    const found = await presentWorkers(redis).catch(() => null)
    if (found === null || found.some((worker) => worker.version === version && worker.key === key)) return
    if (found.some((worker) => worker.version === version)) {
      const ours = key === null ? 'without a key' : 'with the key of this study'
      return say(`waits for workers ${ours}: those at ${shown} have another or none, see --key-file`)
    }
    const others = [...new Set(found.map((worker) => worker.version))].join(', ')
    say(
      others
        ? `waits for workers of version ${version}: those at ${shown} are of ${others} and leave its jobs alone`
        : `waits for workers: start some with glmm worker --redis, as there are none at ${shown}`,
    )
  }
}

/** What a worker says of itself. */
export interface PresentWorker {
  readonly version: string
  readonly threads: number
  /** Fingerprint of its key; null without one. */
  readonly key: string | null
}

const reported = /^\{"version":"([\w.+-]{1,40})","threads":(\d{1,4})(?:,"key":"([0-9a-f]{16})")?\}$/

/** The workers that say they are there. */
export async function presentWorkers(redis: Redis): Promise<PresentWorker[]> {
  const workers: PresentWorker[] = []
  let cursor = '0'
  do {
    const [after, keys] = await redis.scan(cursor, 'MATCH', workerKey('*'), 'COUNT', 1000)
    cursor = after
    for (const text of keys.length > 0 ? await redis.mget(keys) : []) {
      const [, version, threads, key = null] = reported.exec(text ?? '') ?? []
      if (version) workers.push({ version, threads: Number(threads), key })
    }
  } while (cursor !== '0')
  return workers
}
