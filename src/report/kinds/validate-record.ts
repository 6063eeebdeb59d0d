import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { GlmmError } from '../../errors.js'
import { jsonTypeInWords } from '../../json-type-words.js'
import { kindOf } from './registry.js'

const validators = new Map<string, ValidateFunction>()

function validatorOf(schema: string): ValidateFunction | null {
  const known = validators.get(schema)
  if (known) return known
  const kind = kindOf(schema)
  if (!kind) return null
  const ajv = new Ajv2020({ strict: false, verbose: true, validateSchema: false, allowUnionTypes: true })
  const made = ajv.compile(kind.shape)
  validators.set(schema, made)
  return made
}

/**
 * Further properties are left alone, so that a record of a later version can still be read. Numbers may be null: JSON has no
 * other way to write one that does not exist.
 *
 * Checks the types in a record that came from anywhere against the schema that it names. FILE with the place of what is wrong, or
 * where it names none that there is; `hint` says how such a record is made.
 */
export function validateRecord(document: unknown, path: string, hint: string): void {
  const schema = (document as { schema?: unknown } | null)?.schema
  const validate = typeof schema === 'string' ? validatorOf(schema) : null
  if (validate === null) {
    const got = typeof schema === 'string' ? `'${schema.slice(0, 40)}'` : 'none'
    throw new GlmmError('FILE', `expected a whole document of a glmm result in ${path}, got schema ${got}`, hint)
  }
  if (validate(document)) return
  const { place, wanted, got } = described(validate.errors!)
  const message = `expected a whole ${schema} in ${path}, got parts of it broken: ${got} at ${place}, not ${wanted}`
  throw new GlmmError('FILE', message, hint)
}

/** The fault that lies deepest: of alternative shapes, the one that was meant matches furthest. */
function described(errors: readonly ErrorObject[]): { place: string; wanted: string; got: string } {
  const depth = ({ instancePath }: ErrorObject): number => instancePath.split('/').length
  const error = errors.reduce((deepest, one) => (depth(one) > depth(deepest) ? one : deepest))
  const { instancePath, keyword, params, data, schema } = error
  if (keyword === 'required') {
    return { place: `${instancePath}/${params.missingProperty}`, wanted: 'a value', got: 'nothing' }
  }
  const wanted = ((): string => {
    if (keyword === 'type') return [params.type].flat().map(jsonTypeInWords).join(' or ')
    if (keyword === 'enum') return `one of ${(schema as readonly unknown[]).join(', ')}`
    if (keyword === 'minimum') return `a number from ${params.limit} on`
    if (keyword === 'minItems') return 'a list that is not empty'
    return error.message ?? keyword
  })()
  return { place: instancePath || '/', wanted, got: shown(data) }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}
