const kinds = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}
type TypedArray = InstanceType<(typeof kinds)[keyof typeof kinds]>

const isTypedArray = (value: object): value is TypedArray => ArrayBuffer.isView(value) && !(value instanceof DataView)

/** The elements in shared memory; an array that lies there already is taken as it is. */
function sharedCopy(array: TypedArray): TypedArray {
  if (array.buffer instanceof SharedArrayBuffer) return array
  const Kind = kinds[array[Symbol.toStringTag]] as unknown as new (buffer: SharedArrayBuffer) => TypedArray
  const copy = new Kind(new SharedArrayBuffer(array.byteLength))
  copy.set(array as never)
  return copy
}

/**
 * Plain data (objects, arrays, maps, sets) copied with every typed array moved into a SharedArrayBuffer, so that
 * a message carries the array by reference. What was one object before is one object afterwards, cycles included.
 * Objects of other classes are left as they are, for structured cloning to deal with.
 */
export function shareArrays<T>(data: T): T {
  const copies = new Map<object, unknown>()

  const remember = <C extends object>(original: object, copy: C): C => {
    copies.set(original, copy)
    return copy
  }
  const share = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (copies.has(value)) return copies.get(value)
    if (isTypedArray(value)) return remember(value, sharedCopy(value))
    if (Array.isArray(value)) {
      const copy = remember(value, [] as unknown[])
      for (const element of value) copy.push(share(element))
      return copy
    }
    if (value instanceof Map) {
      const copy = remember(value, new Map<unknown, unknown>())
      for (const [key, element] of value) copy.set(share(key), share(element))
      return copy
    }
    if (value instanceof Set) {
      const copy = remember(value, new Set<unknown>())
      for (const element of value) copy.add(share(element))
      return copy
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
    const copy = remember(value, {} as Record<string, unknown>)
    for (const [key, element] of Object.entries(value)) copy[key] = share(element)
    return copy
  }
  return share(data) as T
}
