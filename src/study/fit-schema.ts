import { maxNodes } from '../likelihood/likelihood.js'

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
