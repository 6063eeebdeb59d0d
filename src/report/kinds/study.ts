import type { StudyRecord } from '../../study/spec/study-record.js'
import type { DocumentKind } from '../document-kind.js'
import { count, heading, list, maybe, number, object, oneOf, text, texts } from '../schema-parts.js'

const shape = object({
  ...heading,
  kind: text,
  seed: count,
  conditions: list({ type: 'object' }),
  replicates: number,
  measures: list({
    type: 'object',
    properties: { condition: count, parameter: text },
    required: ['condition', 'parameter'],
    additionalProperties: { type: ['number', 'string', 'null'] },
  }),
  findings: texts,
  rows: list(object({ condition: count, replicate: count, status: oneOf('ok', 'failed') })),
  execution: object({
    executor: text,
    workers: number,
    jobs: number,
    retried: number,
    milliseconds: number,
    rows: count,
    failed: count,
    'resumed?': number,
    'shard?': maybe(text),
    'log?': maybe(text),
    rowsHash: text,
  }),
})

/** What studies need takes as long to load as a fit: it is loaded for a study alone. */
export const study: DocumentKind<StudyRecord> = {
  schema: 'glmm/study@1',
  shape,
  document: async (record) => (await import('../study-document.js')).studyDocument(record),
  illustrated: async (record) => {
    const { studyDocument, studyFigures } = await import('../study-document.js')
    return studyDocument(record, await studyFigures(record))
  },
}
