import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'

/** Lists and sorted sets in which BullMQ keeps the jobs that it knows something to do with. */
const lists = ['wait', 'paused', 'active'] as const
const sets = ['delayed', 'prioritized', 'waiting-children', 'failed', 'completed'] as const

export interface LostJobs {
  /** Redis has them no more: done, and their results on the way, or lost. */
  readonly gone: ReadonlySet<string>
  /** Redis has them, but in none of its lists, so that no worker is ever handed one. */
  readonly stranded: ReadonlySet<string>
}

/** What of these jobs has been lost, as of one moment. */
export async function lostJobs(redis: Redis, jobs: Queue, ids: readonly string[]): Promise<LostJobs> {
  const snapshot = redis.multi()
  for (const name of lists) snapshot.lrange(jobs.toKey(name), 0, -1)
  for (const name of sets) snapshot.zrange(jobs.toKey(name), 0, -1)
  for (const id of ids) snapshot.exists(jobs.toKey(id))
  const found = (await snapshot.exec()) ?? []
  const places = found.slice(0, lists.length + sets.length)
  const failed = found.find(([error]) => error)
  if (failed) throw failed[0]
  const listed = new Set(places.flatMap(([, members]) => members as string[]))
  const gone = new Set<string>()
  const stranded = new Set<string>()
  ids.forEach((id, i) => {
    if (found[places.length + i]?.[1] === 0) gone.add(id)
    else if (!listed.has(id)) stranded.add(id)
  })
  return { gone, stranded }
}
