import { compare, fit, predict, simulate } from './fit-schemas.js'
import { check, looCompare, posterior } from './posterior-schemas.js'
import { type Schema, count, heading, list, maybe, number, object, oneOf, text, texts } from './schema-parts.js'

const study = object({
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

/**
 * JSON Schemas of the records that commands write and others read: the types of what a report, a prediction or a comparison
 * uses. Further properties are left alone, so that a record of a later version can still be read. Numbers may be null: JSON
 * has no other way to write one that does not exist.
 */
export const recordSchemas: Readonly<Record<string, Schema>> = {
  'glmm/fit@1': fit,
  'glmm/posterior@1': posterior,
  'glmm/check@1': check,
  'glmm/compare@1': compare,
  'glmm/loo-compare@1': looCompare,
  'glmm/predict@1': predict,
  'glmm/simulate@1': simulate,
  'glmm/study@1': study,
}
