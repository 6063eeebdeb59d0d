import { GlmmError } from '../../errors.js'
import { version } from '../../version.js'
import { keptRows } from '../rows/kept-rows.js'
import { studyKindNamed } from '../registry.js'
import { rowLedger } from '../rows/row-ledger.js'
import { type RowText, rowText } from '../spec/row-text.js'
import { type LogHeader, readLog, takeRows } from '../files/rows-log.js'
import { sha256 } from '../files/sha256.js'
import { readShard, shardSpans } from './shard.js'
import type { Summary } from '../spec/study-plan.js'
import type { StudyRecord } from '../spec/study-record.js'

/**
 * The record of a study from the logs of its parts, without its data.
 *
 * @param paths - The logs of all its shards, in any order.
 * @param keepRows - Rows up to so many are in the record, 20,000 unless given.
 * @returns The record that one run of the whole study gives, timing aside.
 * @throws GlmmError FILE where the logs are parts of different studies or rows are missing, USAGE for an empty list.
 * @example
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { mergeStudy, study, tableFrom } from 'glmm'
 * const data = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], x: [0, 0, 0, 1, 1, 1, 0, 0, 0] })
 * const spec = { kind: 'bootstrap', data, formula: 'y ~ x', family: 'poisson', replicates: 20, seed: 1 }
 * const folder = mkdtempSync(join(tmpdir(), 'glmm-'))
 * const logs = [1, 2].map((index) => join(folder, `part-${index}.jsonl`))
 * for (const [i, log] of logs.entries()) await study(spec, { log, shard: { index: i + 1, of: 2 }, threads: 1 })
 * const [merged, whole] = [await mergeStudy(logs), await study(spec, { threads: 1 })]
 * console.log(merged.rowsHash === whole.rowsHash) // true
 */
export async function mergeStudy(paths: readonly string[], keepRows?: number): Promise<StudyRecord> {
  const began = performance.now()
  if (paths.length === 0) {
    throw new GlmmError('USAGE', 'expected logs to merge, got none', 'name the files that --shard wrote')
  }
  const headers: LogHeader[] = []
  for (const path of paths) headers.push(await headerOf(path))
  const [first] = headers
  headers.forEach((header, i) => {
    if (header.study === first.study && sameRows(header, first)) return
    const message = `expected parts of one study, got ${first.study.slice(0, 12)} in ${paths[0]} and ${header.study.slice(0, 12)} in ${paths[i]}`
    throw new GlmmError('FILE', message, 'merge the parts of each study by themselves')
  })
  const { outline, call } = first
  const spans = shardSpans(outline.conditions)
  const summary: Summary = studyKindNamed(outline.kind).summary(outline)
  const text: RowText = rowText(outline)
  const kept = keptRows(spans, keepRows)
  const ledger = rowLedger(spans, summary, sha256(), kept.visit)
  // In the order of the shards, so that few rows wait for others.
  const order = headers.map((header, i) => ({ index: header.shard ? readShard(header.shard).index : 0, i }))
  for (const { i } of order.sort((a, b) => a.index - b.index)) {
    await readLog(paths[i], () => {}, takeRows(first.study, text, ledger))
  }
  const missing = spans.findIndex(({ to }, condition) => ledger.completeTo(condition) < to)
  if (missing >= 0 && typeof call.until !== 'string') {
    const { done } = ledger.count()
    const total = spans.reduce((sum, { from, to }) => sum + to - from, 0)
    const message = `expected ${total} rows, got ${done}; the first that is missing is ${missing}:${ledger.completeTo(missing)}`
    throw new GlmmError('FILE', message, 'name the other parts too, or finish them with --shard and --resume')
  }
  const rowsHash = ledger.rowsHash()
  const { done, failed } = ledger.count()
  return {
    schema: 'glmm/study@1',
    version,
    call,
    warnings: [...kept.warnings(failed, done, paths.join(', ')), ...(summary.warnings?.() ?? [])],
    kind: outline.kind,
    seed: outline.seed,
    conditions: outline.conditions.map(({ settings }, c) => ({ ...settings, replicates: ledger.completeTo(c) })),
    replicates: Math.max(...spans.map((_, c) => ledger.completeTo(c))),
    measures: summary.measures(),
    findings: summary.findings(),
    rows: kept.rows(),
    execution: {
      executor: 'merge',
      workers: 0,
      jobs: 0,
      retried: 0,
      rechecked: 0,
      milliseconds: performance.now() - began,
      rows: done,
      failed,
      resumed: done,
      shard: null,
      log: null,
      rowsHash,
    },
  }
}

async function headerOf(path: string): Promise<LogHeader> {
  const found: LogHeader[] = []
  await readLog(path, (header) => found.push(header), null)
  if (found.length > 0) return found[0]
  throw new GlmmError('FILE', `expected the rows of a study in ${path}, got no whole line`, 'run that part again')
}

const sameRows = (a: LogHeader, b: LogHeader): boolean =>
  JSON.stringify(a.outline.conditions) === JSON.stringify(b.outline.conditions)
