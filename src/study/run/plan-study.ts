import type { Table } from '../../data/table.js'
import { stateModel } from '../../data/state-model.js'
import { GlmmError, type Warning } from '../../errors.js'
import { checkSeed } from '../../random/stream.js'
import { studyKindNamed } from '../registry.js'
import { studyData } from '../files/study-data.js'
import { studyHash } from '../files/study-hash.js'
import type { StudyOutline, StudyPlan } from '../spec/study-plan.js'
import type { StudySpec } from '../spec/study-spec.js'
import { validateSpec } from './validate-spec.js'

/** A study that is ready to run. */
export interface PlannedStudy {
  readonly plan: StudyPlan
  readonly hash: string
  /** The resolved options, enough to run it again. */
  readonly call: Readonly<Record<string, unknown>>
  readonly until: string | null
  /** What was surprising in the data. */
  readonly warnings: readonly Warning[]
}

/**
 * Checks a study, reads its data and plans it. Paths are relative to the file `from`, or to the current directory
 * where the study comes from no file.
 */
export async function planStudy(written: unknown, from: string | null = null): Promise<PlannedStudy> {
  const given = written as StudySpec
  const own = typeof given === 'object' && given !== null && isTable(given.data) ? given.data : null
  const spec = own ? { ...validateSpec({ ...given, data: own.source }), data: own } : validateSpec(written)
  const table = own ?? (await studyData(spec, from))
  const seed = checkSeed(spec.seed ?? 1)
  const plan = studyKindNamed(spec.kind).plan({ ...spec, seed }, table)
  const { $schema: _, ...call } = { ...spec, seed, data: table.source } as Record<string, unknown>
  return {
    plan,
    hash: studyHash({ ...spec, seed }, table),
    call: { command: 'study', study: from, ...call },
    until: spec.until ?? null,
    warnings: surprises(spec, table),
  }
}

/** What the model of the study says of how its data were read and what their cells look like. */
const surprises = (spec: StudySpec, table: Table): readonly Warning[] =>
  stateModel(spec.formula, table, spec).warnings.filter(
    ({ code }) => code === 'READING' || code === 'LEVELS' || code === 'ROWS_DROPPED',
  )

const isTable = (data: unknown): data is Table => typeof data === 'object' && data !== null && 'columns' in data

/** A plan without its data. */
export const outlineOf = ({ kind, seed, conditions, facts }: StudyPlan): StudyOutline => ({
  kind,
  seed,
  conditions,
  facts,
})

/** Reads a study file. */
export function parseStudy(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new GlmmError('FILE', `expected JSON in ${path}, but ${(error as Error).message}`, 'mend the file')
  }
}
