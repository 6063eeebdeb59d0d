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
): (heard: number) => Promise<void> {
  let looks = 0
  return async (heard) => {
    if (heard > 0 || ++looks !== patience) return
    const found = await presentWorkers(redis).catch(() => null)
    if (found === null || found.some((worker) => worker.version === version)) return
    const others = [...new Set(found.map((worker) => worker.version))].join(', ')
    onNote(
      others
        ? `waits for workers of version ${version}: those at ${shown} are of ${others} and leave its jobs alone`
        : `waits for workers: start some with glmm worker --redis, as there are none at ${shown}`,
    )
  }
}

/** The workers that say they are there. */
export async function presentWorkers(redis: Redis): Promise<{ readonly version: string; readonly threads: number }[]> {
  const workers: { version: string; threads: number }[] = []
  let cursor = '0'
  do {
    const [after, keys] = await redis.scan(cursor, 'MATCH', workerKey('*'), 'COUNT', 1000)
    cursor = after
    for (const text of keys.length > 0 ? await redis.mget(keys) : []) {
      const [, version, threads] = /^\{"version":"([\w.+-]{1,40})","threads":(\d{1,4})\}$/.exec(text ?? '') ?? []
      if (version) workers.push({ version, threads: Number(threads) })
    }
  } while (cursor !== '0')
  return workers
}
