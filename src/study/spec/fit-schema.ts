import { maxNodes } from '../../likelihood/engine/rule-set.js'

/** JSON Schema of how a model is fitted. */
export const fitSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: {
    nodes: {
      description: `a number of nodes from 1 to ${maxNodes}, or "auto"`,
      anyOf: [{ type: 'integer', minimum: 1, maximum: maxNodes }, { const: 'auto' }],
    },
    reml: { type: 'boolean' },
  },
  additionalProperties: false,
}

/** The same with what a method may do otherwise than its study. */
export const methodFitSchema: Readonly<Record<string, unknown>> = {
  ...fitSchema,
  properties: {
    ...(fitSchema.properties as Readonly<Record<string, unknown>>),
    formula: { type: 'string' },
    family: { type: 'string' },
    link: { type: 'string' },
    intervals: { enum: ['wald', 'profile'] },
  },
}

const whole = (minimum: number, maximum: number): object => ({ type: 'integer', minimum, maximum })

/** JSON Schema of how a method samples a posterior. */
export const methodSampleSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: {
    sampler: { type: 'string', description: 'the name of a sampler' },
    priors: { type: 'array', maxItems: 1000, items: { type: 'string', description: 'a prior statement' } },
    chains: whole(1, 1000),
    warmup: whole(0, 10_000_000),
    draws: whole(4, 10_000_000),
    targetAccept: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    limits: {
      type: 'object',
      properties: {
        rhat: { type: 'number', exclusiveMinimum: 1 },
        ess: { type: 'number', minimum: 0 },
        divergences: { type: 'number', minimum: 0, maximum: 1 },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
}
