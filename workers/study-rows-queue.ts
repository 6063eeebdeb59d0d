import { rowsOf } from '../src/study/rows/batches.js'
import { type Batch, type BatchOfRows, type RowRange, studyRowsTask } from '../src/study/rows/row-task.js'
import { rowText } from '../src/study/spec/row-text.js'
import type { StudyPlan } from '../src/study/spec/study-plan.js'
import { expectFound, isRecord } from './check-model.js'
import { checkPlan } from './check-plan.js'
import type { QueueTask } from './queue-task.js'

/** As many as a coordinator ever hands out at once. */
const mostRows = 10_000

/**
 * Rows of a study over a queue. Of a batch only the texts of its rows travel back, and its numbers are read from them, as from a log: so
 * that they cannot differ, and that each row is known to be one that was asked for.
 */
export const studyRowsQueue: QueueTask<StudyPlan, Batch, BatchOfRows> = {
  task: studyRowsTask,
  checkShared: checkPlan,

  checkJob: (data, { conditions }) => {
    expectFound(isRecord(data) && Array.isArray(data.ranges) && data.ranges.length <= mostRows, 'ranges of rows')
    let rows = 0
    const ranges = data.ranges.map((range: unknown): RowRange => {
      expectFound(isRecord(range), 'a range of rows')
      const { condition, from, to } = range as unknown as RowRange
      const known = Number.isInteger(condition) && condition >= 0 && condition < conditions.length
      const sound = known && Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to
      expectFound(sound && to <= conditions[condition].replicates, 'rows of the study')
      rows += to - from
      return { condition, from, to }
    })
    expectFound(rows > 0 && rows <= mostRows, `at most ${mostRows} rows in a batch`)
    return { ranges }
  },

  pack: ({ lines, milliseconds }) => ({ lines, milliseconds }),

  unpack: (data, { ranges }, plan) => {
    expectFound(isRecord(data), 'rows')
    const { lines, milliseconds } = data
    expectFound(typeof lines === 'string', 'texts of rows')
    const timed = typeof milliseconds === 'number' && milliseconds >= 0 && Number.isFinite(milliseconds)
    expectFound(timed, 'the time that rows took')
    const text = rowText(plan)
    const found = lines.split('\n')
    const values: number[] = []
    const ok: number[] = []
    for (const { condition, from, to } of ranges) {
      for (let replicate = from; replicate < to; replicate++) {
        const line = found[ok.length] ?? ''
        const row = text.read(line)
        const asked = row?.condition === condition && row.replicate === replicate && row.text === line
        expectFound(asked, `row ${condition}:${replicate}`)
        for (let j = 0; j < row.values.length; j++) values.push(row.values[j])
        ok.push(row.ok ? 1 : 0)
      }
    }
    expectFound(found.length === ok.length, `${ok.length} rows`)
    return { lines, values: Float64Array.from(values), ok: Uint8Array.from(ok), milliseconds }
  },

  parts: {
    count: ({ ranges }) => rowsOf(ranges),
    alone: ({ ranges }, i) => {
      const { condition, replicate } = addressOf(ranges, i)
      return { ranges: [{ condition, from: replicate, to: replicate + 1 }] }
    },
    same: (whole, i, alone) => whole.lines.split('\n', i + 1)[i] === alone.lines,
    named: ({ ranges }, i) => {
      const { condition, replicate } = addressOf(ranges, i)
      return `row ${condition}:${replicate}`
    },
  },
}

/** The address of row `i` of a batch. */
function addressOf(ranges: readonly RowRange[], i: number): { condition: number; replicate: number } {
  let before = 0
  for (const { condition, from, to } of ranges) {
    if (i < before + to - from) return { condition, replicate: from + i - before }
    before += to - from
  }
  throw new RangeError(`no row ${i} in a batch of ${before}`)
}
