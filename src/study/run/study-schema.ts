import { studyKinds } from '../registry.js'

/** Properties of every study file. */
const shared = {
  $schema: { type: 'string' },
  title: { type: 'string' },
  seed: { type: 'integer', minimum: 0, maximum: 4294967295 },
  replicates: { type: 'integer', minimum: 1, maximum: 100_000_000 },
  until: { type: 'string', description: 'a measure and its limit, such as "coverageMcse < 0.005"' },
  data: {
    type: 'string',
    minLength: 1,
    description: 'the path of a CSV or Parquet table, relative to the study file (in a program a table itself, too)',
    examples: ['data.csv', 'data.parquet'],
  },
  names: { type: 'array', items: { type: 'string' }, description: 'column names of a file without a header' },
  read: {
    type: 'object',
    description: 'how the file is read, as the options of the same names of glmm fit say',
    properties: {
      comment: { type: 'string', description: 'what follows it on a line is a comment' },
      skip: { type: 'integer', minimum: 0, description: 'lines above the header to pass over' },
      decimal: { enum: ['.', ','] },
      na: { type: 'array', items: { type: ['string', 'number'] }, description: 'cells that are missing' },
      maxBytes: { type: 'integer', minimum: 1, description: 'bytes to read at most' },
    },
    additionalProperties: false,
  },
  formula: { type: 'string' },
  family: { type: 'string' },
  link: { type: 'string' },
  weights: { type: 'string' },
  trials: { type: 'string' },
  frequency: { type: 'string' },
  precision: { type: 'string' },
  offset: { type: 'string' },
  dispersion: { type: 'string' },
  zi: { type: 'string' },
  contrasts: { type: 'string' },
} as const

const schemaOf = ({ name, schema }: (typeof studyKinds)[number]): Record<string, unknown> => ({
  type: 'object',
  properties: { kind: { const: name }, ...shared, ...schema.properties },
  required: ['kind', 'data', 'formula', ...schema.required],
  additionalProperties: false,
})

/** JSON Schema of study files, made of those of the kinds; docs/study.schema.json is this. */
export const studySchema = (): Record<string, unknown> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Study of glmm',
  type: 'object',
  properties: { kind: { enum: studyKinds.map(({ name }) => name) } },
  required: ['kind'],
  oneOf: studyKinds.map((kind) => ({ $ref: `#/$defs/${kind.name}` })),
  $defs: Object.fromEntries(studyKinds.map((kind) => [kind.name, schemaOf(kind)])),
})
