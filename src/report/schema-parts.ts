/** Parts that JSON Schemas of records are made of. Numbers may be null: JSON has no other way to write one that does not exist. */
export type Schema = Readonly<Record<string, unknown>>

export const number: Schema = { type: ['number', 'null'] }
export const count: Schema = { type: 'integer', minimum: 0 }
export const text: Schema = { type: 'string', maxLength: 1_000_000 }
export const flag: Schema = { type: 'boolean' }
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const named = (items: Schema): Schema => ({ type: 'object', additionalProperties: items })
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values })
export const maybe = (schema: Schema): Schema => ({ anyOf: [{ type: 'null' }, schema] })
/** An object with these properties; those whose names end in ? may be left out. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(properties)
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
    required: names.filter((name) => !name.endsWith('?')),
  }
}
export const numbers: Schema = list(number)
export const texts: Schema = list(text)
export const table: Schema = list(numbers)

export const warnings: Schema = list(object({ code: text, message: text }))
export const limits: Schema = object({ lower: number, upper: number })
export const call: Schema = { type: 'object' }
export const heading: Readonly<Record<string, Schema>> = { version: text, call, warnings }
export const model: Readonly<Record<string, Schema>> = { formula: text, family: text, link: text }

export const coefficient: Schema = object({
  name: text,
  estimate: number,
  se: number,
  z: number,
  p: number,
  lower: number,
  upper: number,
})
export const randomTerm: Schema = object({
  group: text,
  names: texts,
  sd: numbers,
  sdSe: numbers,
  correlation: table,
  'sdLimits?': maybe(list(limits)),
  'correlationLimits?': maybe(list(list(limits))),
})
export const nodes: Schema = { anyOf: [{ type: ['integer', 'null'] }, list({ type: 'integer' })] }
