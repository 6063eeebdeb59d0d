import type { Table } from '../../data/table.js'
import type { MakeRow, StudyOutline, StudyPlan, Summary } from './study-plan.js'
import type { StudyRecord } from './study-record.js'
import type { StudySpec } from './study-spec.js'

/** A picture, in characters and, slower, as SVG. */
export interface StudyFigure {
  readonly caption: string
  readonly text: (width: number) => string
  readonly svg: () => Promise<string>
}

/**
 * A kind of study. Shared code knows kinds only through this record; a new one is a file with such a record and a line
 * in the registry.
 */
export interface StudyKind<Spec extends StudySpec = never> {
  readonly name: string
  /** JSON Schema (2020-12) of the properties that this kind has beside those of every study, and which of them it needs. */
  readonly schema: { readonly properties: Readonly<Record<string, unknown>>; readonly required: readonly string[] }
  /** States models, fits what has to be fitted once, and lays out conditions. */
  readonly plan: (spec: Spec, table: Table) => StudyPlan
  /** Prepares to make rows: called once a thread, where what rows share is built. */
  readonly maker: (plan: StudyPlan) => MakeRow
  readonly summary: (outline: StudyOutline) => Summary
  /** What its record shows best as pictures. */
  readonly figures?: (record: StudyRecord) => readonly StudyFigure[]
}
