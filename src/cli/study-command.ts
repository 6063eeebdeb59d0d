import { existsSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { queue } from '../../workers/queue.js'
import { threads } from '../../workers/threads.js'
import { GlmmError } from '../errors.js'
import { mergeStudy } from '../study/run/merge-study.js'
import { type PlannedStudy, parseStudy, planStudy } from '../study/run/plan-study.js'
import { replayRow } from '../study/run/replay-row.js'
import { runStudy, type StudyProgress } from '../study/run/run-study.js'
import { readShard, shardText } from '../study/run/shard.js'
import { studySchema } from '../study/run/study-schema.js'
import type { OutputFlag } from './flags.js'
import { writeNote, writeOutput } from './output.js'
import { checkEndings, outputsOf } from './output-files.js'
import { checkOutput, present } from './present.js'
import { type QueueFlags, queueAccess } from './queue-access.js'
import { safeJson, safeLines } from './terminal-text.js'
import { studyProgressLine } from './study-progress-line.js'

export interface StudyFlags extends OutputFlag, QueueFlags {
  readonly json?: true
  readonly threads?: number
  /** Modules that the threads import first. */
  readonly import?: readonly string[]
  readonly resume?: true
  readonly shard?: string
  readonly until?: string
  readonly replicates?: number
  readonly seed?: number
  /** false with --no-log. */
  readonly log?: string | boolean
}

/** Runs a study file. */
export async function studyCommand(path: string, flags: StudyFlags): Promise<void> {
  checkEndings(flags, ['.ndjson'])
  const outs = outputsOf(flags)
  const [rowsOut, ...furtherLogs] = outs.filter(isLog)
  if (furtherLogs.length > 0 || (rowsOut !== undefined && flags.log !== undefined)) {
    const got = [...outs.filter(isLog), ...(flags.log ? [`--log ${flags.log}`] : ['--no-log'])]
      .slice(0, 2)
      .join(' and ')
    throw new GlmmError('USAGE', `expected one file for the rows, got ${got}`, 'leave one of them out')
  }
  checkOutput({ ...flags, data: path, header: true })
  const shard = flags.shard === undefined ? undefined : readShard(flags.shard)
  const planned = await plannedFrom(path, flags)
  const log = logOf(path, flags, rowsOut)
  // A log that nobody asked for serves an interrupted run only.
  const passing = flags.log !== undefined || rowsOut !== undefined || shard ? null : log
  if (passing !== null && !flags.resume && existsSync(passing)) {
    const message = `expected no rows of an earlier run, but ${passing} has some`
    throw new GlmmError('USAGE', message, 'go on with --resume, or remove that file to begin anew')
  }
  const executor = await executorOf(flags)
  const line = await studyProgressLine(process.stderr)
  const controller = new AbortController()
  const interrupt = (): void => controller.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  let latest: StudyProgress | null = null
  const record = await runStudy(planned, executor, {
    log: log ?? undefined,
    resume: flags.resume,
    shard,
    signal: controller.signal,
    onProgress: (progress) => {
      latest = progress
      line.show(progress)
    },
  })
    .catch((error: unknown) => {
      if (!(error instanceof GlmmError) || error.code !== 'ABORTED') throw error
      throw stopped(latest, log, path, flags)
    })
    .finally(async () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      line.end()
      await executor.close()
    })
  const goes = passing !== null && record.execution.rows === record.rows.length
  const kept = goes ? { ...record, execution: { ...record.execution, log: null } } : record
  await present(kept, { ...flags, out: outs.filter((out) => !isLog(out)) })
  if (goes) rmSync(passing, { force: true })
}

/** Whether a file takes the rows as they finish, rather than the result. */
const isLog = (out: string): boolean => /\.ndjson$/i.test(out)

/** Threads of this machine, or the workers of a queue. */
async function executorOf(flags: StudyFlags): Promise<ReturnType<typeof threads>> {
  const { redis, keyFile, threads: size, import: modules } = flags
  if (redis === undefined && keyFile === undefined) return threads({ threads: size, modules })
  if (size === undefined) return queue({ ...queueAccess(flags), modules, onNote: writeNote })
  const message = `expected one of --threads and --redis, got both`
  throw new GlmmError('USAGE', message, 'each worker has its own --threads: leave them out here')
}

/** Where the rows are kept as they finish: where --log or --out says, else beside the study. */
function logOf(path: string, { log, shard }: StudyFlags, rowsOut: string | undefined): string | null {
  if (log === false) return null
  if (typeof log === 'string') return log
  if (rowsOut !== undefined) return rowsOut
  const part = shard === undefined ? '' : `.${shardText(readShard(shard)).replace('/', '-of-')}`
  return `${path.replace(/\.json$/i, '')}${part}.rows.ndjson`
}

function stopped(progress: StudyProgress | null, log: string | null, path: string, flags: StudyFlags): GlmmError {
  const message = `expected ${progress?.total ?? 0} rows, got ${progress?.done ?? 0} before the study was stopped`
  if (log === null) return new GlmmError('ABORTED', message, 'nothing was kept; without --no-log it would be')
  const named = flags.log === undefined ? '' : ` --log ${log}`
  const hint = `the rows so far are in ${log}: go on with glmm study ${path}${named} --resume and the other options of this call`
  return new GlmmError('ABORTED', message, hint)
}

/** Puts the parts of a study together. */
export async function mergeCommand(
  paths: readonly string[],
  flags: OutputFlag & { readonly json?: true },
): Promise<void> {
  for (const data of paths) checkOutput({ ...flags, data, header: true })
  checkEndings(flags)
  await present(await mergeStudy(paths), flags)
}

/** Makes one row again, and shows it with what went wrong. */
export async function replayCommand(id: string, path: string, flags: Pick<StudyFlags, 'json' | 'seed'>): Promise<void> {
  const replay = replayRow(await plannedFrom(path, flags), id)
  if (flags.json) return writeOutput(`${safeJson(replay)}\n`)
  const { stream, settings, row, error } = replay
  const lines = [
    `row ${stream.condition}:${stream.replicate}, seed ${stream.seed}, ${JSON.stringify(settings)}`,
    ...Object.entries(row).map(([name, value]) => `  ${name}: ${value}`),
  ]
  if (error !== null) lines.push(`failed: ${error.code}: ${error.message}`, error.stack ?? '')
  await writeOutput(`${lines.map(safeLines).join('\n').trimEnd()}\n`)
}

/** Prints the JSON Schema of study files. */
export const schemaCommand = (): Promise<void> => writeOutput(`${JSON.stringify(studySchema(), null, 2)}\n`)

/** The study of a file, with what the call says otherwise. */
async function plannedFrom(
  path: string,
  flags: Pick<StudyFlags, 'until' | 'replicates' | 'seed'>,
): Promise<PlannedStudy> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw new GlmmError('FILE', `expected a study in ${path}, but ${reason}`, 'name a study file; see docs/studies.md')
  })
  const written = parseStudy(text, path)
  const given = Object.entries({ until: flags.until, replicates: flags.replicates, seed: flags.seed })
  const overrides = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return planStudy(written, path)
  return planStudy({ ...written, ...overrides }, path)
}
