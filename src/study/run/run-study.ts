import { GlmmError, thrownError } from '../../errors.js'
import type { Executor, Outcome } from '../../executor.js'
import { version } from '../../version.js'
import { batches, rowsOf } from '../rows/batches.js'
import { keptRows } from '../rows/kept-rows.js'
import { outlineOf, type PlannedStudy } from './plan-study.js'
import { studyKindNamed } from '../registry.js'
import { type RowLedger, rowLedger } from '../rows/row-ledger.js'
import { type Batch, type BatchOfRows, type RowRange, studyRowsTask } from '../rows/row-task.js'
import { type RowText, rowText } from '../spec/row-text.js'
import { logHeader, type RowsLog, resumeLog, startLog, takeRows } from '../files/rows-log.js'
import { sha256 } from '../files/sha256.js'
import { checkShard, type Shard, shardSpans, shardText } from './shard.js'
import { sealedRows } from '../files/sealed-row.js'
import type { Summary } from '../spec/study-plan.js'
import type { StudyRecord } from '../spec/study-record.js'
import { readUntil } from '../rows/until.js'

/** Where a study stands. */
export interface StudyProgress {
  /** Rows that are there, failed ones and those of the log included. */
  readonly done: number
  readonly failed: number
  /** The most rows there can be. */
  readonly total: number
  /** Rows that were in the log already. */
  readonly resumed: number
  /** Rows each worker has made. */
  readonly workers: readonly number[]
}

/** How a study is run; no option but `shard` changes a row. */
export interface StudyOptions {
  /** Where rows are written as they finish; nowhere unless given. */
  readonly log?: string | undefined
  /** Whether to go on with the rows of that log. */
  readonly resume?: boolean | undefined
  /** The part of the rows to make, `{ index, of }`, index from 1; all unless given. */
  readonly shard?: Shard | undefined
  /** Ends the study; rows in the log stay. */
  readonly signal?: AbortSignal | undefined
  /** Called as rows finish. */
  readonly onProgress?: ((progress: StudyProgress) => void) | undefined
  /** Rows up to so many are in the record, 20,000 unless given; more are in the log only. */
  readonly keepRows?: number | undefined
}

/** Replicates of a condition between two looks at whether it may end; the same however the study is run. */
const untilBlock = 250
/** A worker that dies takes its batch with it, which is made again; when so many die, it is not chance. */
const mostDeaths = 3

/** Runs a planned study. Its rows and measures do not depend on the executor, the batches, or a stop in between. */
export async function runStudy(
  planned: PlannedStudy,
  executor: Executor,
  options: StudyOptions = {},
): Promise<StudyRecord> {
  const began = performance.now()
  const { plan } = planned
  const { shard } = options
  if (shard && planned.until !== null) {
    const message = 'expected a study without until for shards, which end without knowing of each other'
    throw new GlmmError('USAGE', message, 'leave one of the two out')
  }
  if (shard) checkShard(plan.conditions, shard)
  const summary = studyKindNamed(plan.kind).summary(outlineOf(plan))
  const until = planned.until === null ? null : readUntil(planned.until, summary.measures())
  const text = rowText(plan)
  const spans = shardSpans(plan.conditions, shard)
  const total = rowsOf(spans.map((span, condition) => ({ condition, ...span })))
  const kept = keptRows(spans, options.keepRows)
  const ledger = rowLedger(spans, summary, sha256(), kept.visit)
  const log = await openLog(planned, options, text, ledger)
  const resumed = ledger.count().done

  const made = Array.from({ length: executor.workers }, () => 0)
  const counts = { jobs: 0, retried: 0 }
  const retriedBefore = executor.retried ?? 0
  const recheckedBefore = executor.rechecked ?? 0
  const report = (): void => options.onProgress?.({ ...ledger.count(), total, resumed, workers: [...made] })
  const work = async (ranges: readonly RowRange[]): Promise<void> => {
    const cut = batches(ranges, ledger.has, executor.workers, executor.jobMilliseconds)
    const take = (outcome: Outcome<BatchOfRows>, batch: Batch, worker: number): void => {
      flying.delete(batch)
      if (!outcome.ok) throw thrownError(outcome.error)
      const rows = takeBatch(
        outcome.value,
        batch,
        ledger,
        plan.conditions.map(({ columns }) => columns.length),
      )
      log?.append(sealedRows(planned.hash, outcome.value.lines))
      cut.timed(rows, outcome.value.milliseconds)
      made[worker] = (made[worker] ?? 0) + rows
      report()
    }
    const flying = new Set<Batch>()
    function* jobs(): Generator<Batch> {
      for (let batch = cut.next(); batch; batch = cut.next()) {
        counts.jobs++
        flying.add(batch)
        yield batch
      }
    }
    for (let deaths = 0; ; ) {
      try {
        return await executor.stream(
          studyRowsTask,
          plan,
          jobs(),
          take,
          options.signal ? { signal: options.signal } : {},
        )
      } catch (thrown) {
        if (!(thrown instanceof GlmmError) || thrown.code !== 'WORKER_DIED' || ++deaths >= mostDeaths) throw thrown
        // What was on its way goes out again.
        cut.again(flying)
        counts.retried += flying.size
        flying.clear()
      }
    }
  }

  try {
    report()
    if (until === null) await work(spans.map((span, condition) => ({ condition, ...span })))
    else await workUntil(spans, summary, ledger, until.holds, work)
  } finally {
    log?.close()
  }
  const rowsHash = ledger.rowsHash()
  const { done, failed } = ledger.count()
  const record: Omit<StudyRecord, 'execution' | 'warnings'> = {
    schema: 'glmm/study@1',
    version,
    call: planned.call,
    kind: plan.kind,
    seed: plan.seed,
    conditions: plan.conditions.map(({ settings }, c) => ({
      ...settings,
      replicates: ledger.completeTo(c) - spans[c].from,
    })),
    replicates: Math.max(...spans.map(({ from }, c) => ledger.completeTo(c) - from)),
    measures: summary.measures(),
    findings: shard ? [] : summary.findings(),
    rows: kept.rows(),
  }
  const warnings = [
    ...planned.warnings,
    ...kept.warnings(failed, done, log?.path ?? null),
    ...(summary.warnings?.() ?? []),
  ]
  return {
    ...record,
    warnings,
    execution: {
      executor: executor.name,
      workers: executor.workers,
      jobs: counts.jobs,
      retried: counts.retried + (executor.retried ?? 0) - retriedBefore,
      rechecked: (executor.rechecked ?? 0) - recheckedBefore,
      milliseconds: performance.now() - began,
      rows: done,
      failed,
      resumed,
      shard: shard ? shardText(shard) : null,
      log: log?.path ?? null,
      rowsHash,
    },
  }
}

/** Adds the rows of a batch to the ledger; returns how many. */
function takeBatch(
  { lines, values, ok }: BatchOfRows,
  { ranges }: Batch,
  ledger: RowLedger,
  widths: readonly number[],
): number {
  const texts = lines.split('\n')
  let row = 0
  let at = 0
  for (const { condition, from, to } of ranges) {
    for (let replicate = from; replicate < to; replicate++) {
      const end = at + widths[condition]
      ledger.add({ condition, replicate, ok: ok[row] === 1, values: values.subarray(at, end) }, texts[row])
      at = end
      row++
    }
  }
  return row
}

/** Condition by condition, block by block, until the measures of the condition are as exact as asked for. */
async function workUntil(
  spans: ReturnType<typeof shardSpans>,
  summary: Summary,
  ledger: RowLedger,
  holds: ReturnType<typeof readUntil>['holds'],
  work: (ranges: readonly RowRange[]) => Promise<void>,
): Promise<void> {
  for (const [condition, span] of spans.entries()) {
    for (let from = span.from; from < span.to; from += untilBlock) {
      const to = Math.min(span.to, from + untilBlock)
      await work([{ condition, from, to }])
      if (!holds(summary.measures(), condition)) continue
      ledger.close(condition, to)
      break
    }
  }
}

async function openLog(
  { plan, hash, call }: PlannedStudy,
  { log: path, resume, shard }: StudyOptions,
  text: RowText,
  ledger: RowLedger,
): Promise<RowsLog | null> {
  if (path === undefined) return null
  const header = logHeader(hash, outlineOf(plan), call, shard ? shardText(shard) : null)
  if (!resume) return startLog(path, header)
  return resumeLog(path, header, takeRows(hash, text, ledger))
}
