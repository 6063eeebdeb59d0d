import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { GlmmError } from '../../errors.js'
import { jsonTypeInWords } from '../../json-type-words.js'
import { nearestName } from '../../nearest-name.js'
import { studyKindNamed } from '../registry.js'
import { studySchema } from './study-schema.js'
import type { StudySpec } from '../spec/study-spec.js'

const schemaId = 'study'
const validators = new Map<string, ValidateFunction>()

/** Compiled once a kind; that the schema is one is for a test to see. */
function validatorOf(kind: string): ValidateFunction {
  const known = validators.get(kind)
  if (known) return known
  const schemas = { [schemaId]: studySchema() }
  const ajv = new Ajv2020({ strictTypes: false, verbose: true, validateSchema: false, schemas })
  const made = ajv.getSchema(`${schemaId}#/$defs/${kind}`)!
  validators.set(kind, made)
  return made
}

/** A study as it is written, checked against its kind's schema; USAGE with the path of what is wrong. */
export function validateSpec(written: unknown): StudySpec {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw fault('', `expected an object, got ${shown(written)}`, 'begin the study with { "kind": ... }')
  }
  const { kind } = written as { kind?: unknown }
  if (kind === undefined) throw fault('', 'expected a property kind, got none', 'name the kind of study')
  studyKindNamed(typeof kind === 'string' ? kind : jsonText(kind))
  const validate = validatorOf(kind as string)
  if (!validate(written)) throw describe(validate.errors!)
  return written as StudySpec
}

/** What ajv found, in words; of alternatives that all fail, the one around them speaks. */
function describe(errors: readonly ErrorObject[]): GlmmError {
  const error = errors.findLast(({ keyword }) => keyword !== 'if')!
  const { instancePath, keyword, params, data, parentSchema } = error
  const known = Object.keys((parentSchema as { properties?: object }).properties ?? {})
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty)
    const near = nearestName(name, known)
    const hint =
      near === null ? `it may have ${known.filter((one) => !one.startsWith('$')).join(', ')}` : `did you mean ${near}?`
    return fault(`${instancePath}/${pointer(name)}`, `expected no property of the name ${name}`, hint)
  }
  if (keyword === 'required') {
    return fault(instancePath, `expected a property ${params.missingProperty}, got none`, 'add it')
  }
  return fault(instancePath, `expected ${expectation(error)}, got ${shown(data)}`, 'see docs/studies.md')
}

function expectation({ keyword, params, message, parentSchema }: ErrorObject): string {
  const { description, type } = parentSchema as { description?: string; type?: string }
  if (description) return description
  switch (keyword) {
    case 'type':
      return jsonTypeInWords(String(params.type))
    case 'const':
      return JSON.stringify(params.allowedValue)
    case 'enum':
      return `one of ${(params.allowedValues as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${jsonTypeInWords(type ?? 'number')} ${params.comparison} ${params.limit}`
    case 'maxItems':
      return `a list of at most ${params.limit}`
    case 'minItems':
      return `a list of at least ${params.limit}`
  }
  return message ?? keyword
}

const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

function shown(value: unknown): string {
  const text = jsonText(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A value as JSON; what nests too deep for that is named by its type. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? 'a list that nests very deep' : 'an object that nests very deep'
  }
}

const fault = (path: string, message: string, hint: string): GlmmError =>
  new GlmmError('USAGE', `${path === '' ? '/' : path}: ${message}`, hint)
