import { GlmmError } from '../src/errors.js'

/**
 * Plain data as bytes and back: null, booleans, numbers, texts, lists, records and typed arrays, each number to its bits.
 * Bytes from elsewhere are data whatever they hold: reading them makes no functions, sets no prototypes, and takes no
 * more memory than the bytes announce truthfully.
 *
 * Layout: the length of a JSON text (4 bytes, little endian), that text, zeros up to a multiple of 8, then the elements
 * of the arrays, each beginning at a multiple of 8. In the JSON, a record with one key that begins with `$` stands for
 * what JSON lacks; a key of the data's own that begins so has one `$` more.
 */
const kinds = { Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array } as const
type Kind = keyof typeof kinds
type NumberArray = InstanceType<(typeof kinds)[Kind]>

const special: Readonly<Record<string, number | undefined>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
  undefined,
}
/** Deeper than any plan, and far from the end of the stack. */
const mostDepth = 64

const aligned = (length: number): number => Math.ceil(length / 8) * 8

const strange = (got: string): GlmmError =>
  new GlmmError('QUEUE', `expected plain data, got ${got}`, 'run the same version of glmm everywhere')

/** QUEUE where the data are not plain. */
export function packPlain(data: unknown): Buffer {
  const arrays: NumberArray[] = []
  let length = 0
  const outline = (value: unknown, depth: number): unknown => {
    if (depth > mostDepth) throw strange('records nested too deep')
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (value === undefined) return { $: 'undefined' }
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: Object.is(value, -0) ? '-0' : String(value) }
    }
    if (typeof value !== 'object') throw strange(`a ${typeof value}`)
    if (Array.isArray(value)) return value.map((element) => outline(element, depth + 1))
    if (ArrayBuffer.isView(value)) {
      const kind = value.constructor.name
      if (!(kind in kinds)) throw strange(`a ${kind}`)
      const array = value as NumberArray
      const from = length
      arrays.push(array)
      length = aligned(length + array.byteLength)
      return { [`$${kind}`]: [from, array.length] }
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) throw strange('an object of a class')
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([key, one]) => [escaped(key), outline(one, depth + 1)]))
  }
  const text = Buffer.from(JSON.stringify(outline(data, 0)))
  const start = aligned(4 + text.length)
  const bytes = Buffer.alloc(start + length)
  bytes.writeUInt32LE(text.length, 0)
  text.copy(bytes, 4)
  let at = start
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at = aligned(at + array.byteLength)
  }
  return bytes
}

const escaped = (key: string): string => (key.startsWith('$') ? `$${key}` : key)

/** The way back; QUEUE where the bytes are not such. */
export function unpackPlain(bytes: Uint8Array): unknown {
  if (bytes.byteLength < 4) throw strange(`${bytes.byteLength} bytes`)
  // A copy of its own that begins at a multiple of 8, so that arrays can be views of it.
  const own = new Uint8Array(bytes)
  const textLength = new DataView(own.buffer).getUint32(0, true)
  const start = aligned(4 + textLength)
  if (start > own.byteLength) throw strange('bytes that end early')
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(own.subarray(4, 4 + textLength)))
  } catch {
    throw strange('bytes that are no JSON')
  }

  let end = 0
  const special$ = (key: string, value: unknown): unknown => {
    if (key === '$' && typeof value === 'string' && Object.hasOwn(special, value)) return special[value]
    const name = key.slice(1)
    const [from, length] = Array.isArray(value) && value.length === 2 ? value : []
    if (!Object.hasOwn(kinds, name)) throw strange(`a record with ${JSON.stringify(key.slice(0, 40))}`)
    const Kind = kinds[name as Kind]
    // One array after another, so that none is another's twice.
    if (from !== end || !Number.isInteger(length) || length < 0) throw strange('an array out of place')
    end = aligned(from + length * Kind.BYTES_PER_ELEMENT)
    if (start + end > own.byteLength) throw strange('an array out of bounds')
    return new Kind(own.buffer, start + from, length)
  }
  const restored = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (depth > mostDepth) throw strange('records nested too deep')
    if (Array.isArray(value)) return value.map((element) => restored(element, depth + 1))
    const entries = Object.entries(value)
    if (entries.length === 1 && /^\$(?!\$)/.test(entries[0][0])) return special$(...entries[0])
    // fromEntries defines properties, and never calls a setter such as that of __proto__.
    return Object.fromEntries(
      entries.map(([key, one]) => {
        if (key === '__proto__') throw strange('a record with __proto__')
        return [key.startsWith('$$') ? key.slice(1) : key, restored(one, depth + 1)]
      }),
    )
  }
  return restored(parsed, 0)
}
