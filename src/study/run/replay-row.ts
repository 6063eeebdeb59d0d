import { type PlainError, plainError } from '../../errors.js'
import type { PlannedStudy } from './plan-study.js'
import { studyKindNamed } from '../registry.js'
import { type RowRecord, readAddress, rowText } from '../spec/row-text.js'
import type { Json, RowValues } from '../spec/study-plan.js'

/** One row made again, in the open. */
export interface Replay {
  readonly schema: 'glmm/replay@1'
  /** What the row's condition sets. */
  readonly settings: { readonly [key: string]: Json }
  /** The seed and address of its random streams. */
  readonly stream: { readonly seed: number; readonly condition: number; readonly replicate: number }
  readonly row: RowRecord
  /** Why it failed, with where it was thrown; null for a row that did not. */
  readonly error: (PlainError & { readonly stack: string | null }) | null
}

/** Makes the row of an address such as '0:17' again, as it is made in the study. USAGE for one that the study has not. */
export function replayRow({ plan }: PlannedStudy, id: string): Replay {
  const { condition, replicate } = readAddress(id, plan)
  let made: RowValues
  let stack: string | null = null
  try {
    made = studyKindNamed(plan.kind).maker(plan)(condition, replicate)
  } catch (thrown) {
    stack = thrown instanceof Error ? (thrown.stack ?? null) : null
    const values = new Float64Array(plan.conditions[condition].columns.length).fill(Number.NaN)
    made = { values, failure: plainError(thrown) }
  }
  return {
    schema: 'glmm/replay@1',
    settings: plan.conditions[condition].settings,
    stream: { seed: plan.seed, condition, replicate },
    row: JSON.parse(rowText(plan).write(condition, replicate, made)) as RowRecord,
    error: made.failure && { ...made.failure, stack },
  }
}
