import { GlmmError } from '../../errors.js'
import type { ComparableFit } from './compare-record.js'

type Fields = Readonly<Record<string, unknown>>

/** More fields of a kind than any fit has. */
const most = 10_000

/**
 * The fit in a JSON document of schema glmm/fit@1, which may come from anywhere: what a comparison uses is checked and
 * copied, the rest is left. `name` is what a complaint calls it.
 */
export function comparableFit(document: unknown, name: string): ComparableFit {
  const wrong = (expected: string, got: unknown): GlmmError =>
    new GlmmError('FILE', `expected ${expected} in ${name}, got ${shown(got)}`, 'write it with glmm fit ... --out')
  const record = (value: unknown, what: string): Fields => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    throw wrong(what, value)
  }
  const text = (fields: Fields, key: string): string => {
    const value = own(fields, key)
    if (typeof value === 'string' && value.length <= 100_000) return value
    throw wrong(`a text as ${key}`, value)
  }
  const number = (fields: Fields, key: string): number => {
    const value = own(fields, key)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw wrong(`a number as ${key}`, value)
  }
  const count = (fields: Fields, key: string): number => {
    const value = number(fields, key)
    if (Number.isSafeInteger(value) && value >= 0) return value
    throw wrong(`a whole number as ${key}`, value)
  }
  const nodesOf = (fields: Fields): number | number[] | null => {
    const value = own(fields, 'nodes')
    if (value === null) return null
    return Array.isArray(value)
      ? list(value, 'nodes').map((_, k) => count(value as unknown as Fields, String(k)))
      : count(fields, 'nodes')
  }
  const list = (value: unknown, what: string): readonly unknown[] => {
    if (Array.isArray(value) && value.length <= most) return value
    throw wrong(`a list as ${what}`, value)
  }
  const coefficients = (value: unknown, what: string): ComparableFit['fixed'] =>
    list(value, what).map((one) => {
      const fields = record(one, `a coefficient in ${what}`)
      const nothing = { runsTo: endOf(own(fields, 'runsTo')), se: null, z: null, p: null, lower: null, upper: null }
      const df = own(fields, 'df')
      const inference =
        typeof df === 'number' && df > 0 ? ({ statistic: 't', df } as const) : ({ statistic: 'z', df: null } as const)
      return { name: text(fields, 'name'), estimate: number(fields, 'estimate'), ...nothing, ...inference }
    })

  const fit = record(document, 'a fit')
  const schema = own(fit, 'schema')
  if (schema !== 'glmm/fit@1') throw wrong('a document of schema glmm/fit@1', schema)
  const method = own(fit, 'method')
  if (method !== 'ml' && method !== 'reml' && method !== 'glm') throw wrong("'ml', 'reml' or 'glm' as method", method)
  const checksum = own(fit, 'responseChecksum') ?? null
  if (checksum !== null && typeof checksum !== 'string') throw wrong('a text as responseChecksum', checksum)
  const convergence = record(own(fit, 'convergence'), 'the convergence')
  const certificate = own(fit, 'certificate') ?? null
  const adequate = certificate === null || own(record(certificate, 'a certificate'), 'verdict') !== 'inadequate'
  const call = record(own(fit, 'call'), 'the call')
  return {
    call: { data: own(call, 'data') ?? null, offset: own(call, 'offset') ?? null },
    formula: text(fit, 'formula'),
    family: text(fit, 'family'),
    link: text(fit, 'link'),
    method,
    nodes: nodesOf(fit),
    nobs: count(fit, 'nobs'),
    responseChecksum: checksum,
    logLik: number(fit, 'logLik'),
    bic: number(fit, 'bic'),
    df: count(fit, 'df'),
    fixed: coefficients(own(fit, 'fixed'), 'fixed'),
    further: list(own(fit, 'further') ?? [], 'further').map((one) => {
      const fields = record(one, 'a predictor in further')
      return { predictor: text(fields, 'predictor'), fixed: coefficients(own(fields, 'fixed'), 'further') }
    }),
    random: list(own(fit, 'random'), 'random').map((one) => {
      const fields = record(one, 'a term in random')
      const names = list(own(fields, 'names'), 'names of a random term').map((value) => {
        if (typeof value !== 'string') throw wrong('texts as names of a random term', value)
        return value
      })
      const numbers = (value: unknown, what: string): number[] => {
        const row = list(value, what).map((cell) => (cell === null ? Number.NaN : cell))
        if (row.length === names.length && row.every((cell) => typeof cell === 'number')) return row
        throw wrong(`${names.length} numbers in ${what}`, value)
      }
      const correlation = list(own(fields, 'correlation'), 'correlation').map((row) => numbers(row, 'correlation'))
      if (correlation.length !== names.length) throw wrong(`${names.length} rows in correlation`, correlation)
      const sd = numbers(own(fields, 'sd'), 'sd')
      const ends = own(fields, 'runsTo')
      const runsTo = sd.map((_, i) => (Array.isArray(ends) && ends[i] === 'Inf' ? ends[i] : null))
      const none = { sdSe: sd.map(() => null), runsTo, sdLimits: null, correlationLimits: null }
      return { group: text(fields, 'group'), names, sd, correlation, ...none }
    }),
    certificate: certificate === null ? null : { verdict: adequate ? 'adequate' : 'inadequate' },
    convergence: {
      converged: own(convergence, 'converged') !== false,
      singular: own(convergence, 'singular') === true,
    },
  }
}

/** The end that a parameter runs to; null for anything else. */
const endOf = (value: unknown): 'Inf' | '-Inf' | null => (value === 'Inf' || value === '-Inf' ? value : null)

/** A field of the document itself, not of what all objects have. */
const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined)

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? `'${value.slice(0, 63)}'` : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
