import type { Outcome } from '../src/executor.js'
import type { RunStart } from './worker-api.js'
import { startWorker, type WorkerHandle } from './worker-handle.js'

/** Threads that take jobs of several runs as they come. */
export interface ThreadTeam {
  /** Runs a job when a thread is free; rejects with the thread's death where it ends in the job. */
  execute(start: RunStart, job: unknown): Promise<Outcome<unknown>>
  close(): Promise<void>
}

interface Lane {
  worker: WorkerHandle
  /** The run whose data the thread holds. */
  begun: RunStart | null
}

/** A team of `size` threads. A thread stays with a run for as long as there are jobs of it, for its data are there. */
export function threadTeam(size: number, entry: URL): ThreadTeam {
  const free: Lane[] = []
  const lanes = new Set<Lane>()
  const waiting: ((lane: Lane) => void)[] = []
  let jobs = 0

  const freeLane = (start: RunStart): Promise<Lane> => {
    const at = free.findIndex(({ begun }) => begun === start)
    const [lane] = at >= 0 ? free.splice(at, 1) : lanes.size < size ? [newLane()] : free.splice(0, 1)
    return lane ? Promise.resolve(lane) : new Promise((resolve) => waiting.push(resolve))
  }
  const newLane = (): Lane => {
    const lane: Lane = { worker: startWorker(entry), begun: null }
    lanes.add(lane)
    return lane
  }
  const release = (lane: Lane): void => {
    if (!lane.worker.usable()) Object.assign(lane, { worker: startWorker(entry), begun: null })
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }

  return {
    async execute(start, job) {
      const lane = await freeLane(start)
      try {
        if (lane.begun !== start) {
          lane.begun = null
          const refusal = await lane.worker.begin(start)
          if (refusal) return { ok: false, error: refusal }
          lane.begun = start
        }
        return await lane.worker.execute(jobs++, job)
      } finally {
        release(lane)
      }
    },
    async close() {
      for (const { worker } of lanes) worker.terminate()
      await Promise.all([...lanes].map(({ worker }) => worker.ended))
    },
  }
}
