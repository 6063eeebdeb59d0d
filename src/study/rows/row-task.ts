import { plainError } from '../../errors.js'
import type { Task } from '../../executor.js'
import { studyKindNamed } from '../registry.js'
import { rowText } from '../spec/row-text.js'
import type { MakeRow, RowValues, StudyPlan } from '../spec/study-plan.js'

/** Replicates from (included) to to (excluded) of one condition. */
export interface RowRange {
  readonly condition: number
  readonly from: number
  readonly to: number
}

/** A batch of rows, and what came of it. */
export interface Batch {
  readonly ranges: readonly RowRange[]
}

export interface BatchOfRows {
  /** The rows' texts, one a line, in the order of the batch. */
  readonly lines: string
  /** Their numbers, row after row. */
  readonly values: Float64Array
  /** 1 for a row that did not fail. */
  readonly ok: Uint8Array
  readonly milliseconds: number
}

/** Makes the rows of a batch. They do not depend on the batch they are made in. */
export const studyRowsTask: Task<StudyPlan, Batch, BatchOfRows> = {
  name: 'study-rows',
  counters: 0,
  execute: (plan, { ranges }, monitor) => {
    const began = performance.now()
    const { make, text } = prepared(plan)
    const lines: string[] = []
    const values: number[] = []
    const ok: number[] = []
    for (const { condition, from, to } of ranges) {
      for (let replicate = from; replicate < to; replicate++) {
        if (monitor.aborted()) return { lines: '', values: new Float64Array(0), ok: new Uint8Array(0), milliseconds: 0 }
        const row = rowAt(plan, make, condition, replicate)
        lines.push(text.write(condition, replicate, row))
        for (let j = 0; j < plan.conditions[condition].columns.length; j++) values.push(row.values[j] ?? Number.NaN)
        ok.push(row.failure === null ? 1 : 0)
      }
    }
    return {
      lines: lines.join('\n'),
      values: Float64Array.from(values, withoutSignOfZero),
      ok: Uint8Array.from(ok),
      milliseconds: performance.now() - began,
    }
  },
}

/** As a log gives it back. */
const withoutSignOfZero = (value: number): number => value + 0

/** The row at an address, or a failed one without numbers where making it threw. */
function rowAt(plan: StudyPlan, make: MakeRow, condition: number, replicate: number): RowValues {
  try {
    return make(condition, replicate)
  } catch (thrown) {
    const values = new Float64Array(plan.conditions[condition].columns.length).fill(Number.NaN)
    return { values, failure: plainError(thrown) }
  }
}

interface Prepared {
  readonly make: MakeRow
  readonly text: ReturnType<typeof rowText>
}

/** What a thread has built for a plan, kept as long as the plan is. */
const preparations = new WeakMap<StudyPlan, Prepared>()

function prepared(plan: StudyPlan): Prepared {
  let known = preparations.get(plan)
  if (!known) {
    known = { make: studyKindNamed(plan.kind).maker(plan), text: rowText(plan) }
    preparations.set(plan, known)
  }
  return known
}
