/**
 * What the threads of one run write to each other outside messages, since a busy job reads none: the flag of the
 * main thread that asks jobs to stop, and each job's counters of progress. Plain data over shared memory.
 */
export interface RunBoard {
  /** One element, 1 once the run is to stop. */
  readonly stop: Int32Array
  /** Counters of job j: elements `j * perJob` up to `(j + 1) * perJob`. */
  readonly counters: Int32Array
  readonly perJob: number
}

const sharedInts = (length: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT))

export const runBoard = (jobs: number, perJob: number): RunBoard => ({
  stop: sharedInts(1),
  counters: sharedInts(jobs * perJob),
  perJob,
})

/** The counters of one job: a view, through which they are written. */
export const jobCounters = ({ counters, perJob }: RunBoard, job: number): Int32Array =>
  counters.subarray(job * perJob, (job + 1) * perJob)

/** Every job's counters as they stand: a copy, which does not change in the reader's hands. */
export function countersNow(board: RunBoard, jobs: number): Int32Array[] {
  return Array.from({ length: jobs }, (_, job) => Int32Array.from(jobCounters(board, job)))
}
