import { reserved, vectorMemory } from './vector-tile.js'

/**
 * Where the typed arrays of engines and kernels come from: who makes them decides what can reach them, this thread alone,
 * others, or WebAssembly. All arrays are zero at first. Where they lie changes no result, to the last bit.
 */
export interface Space {
  /** n numbers. */
  readonly vector: (n: number) => Float64Array
  /** n whole numbers of 32 bits. */
  readonly integers: (n: number) => Int32Array
}

/** Memory of this thread. */
export const heap: Space = {
  vector: (n) => new Float64Array(n),
  integers: (n) => new Int32Array(n),
}

/** Memory that other threads can be given. */
export const shared: Space = {
  vector: (n) => new Float64Array(new SharedArrayBuffer(8 * n)),
  integers: (n) => new Int32Array(new SharedArrayBuffer(4 * n)),
}

/** Bytes of a memory from which arrays are cut; a larger array has one to itself. */
const chunk = 1 << 24
/** Arrays start at multiples of this. */
const alignment = 16

/**
 * Memory that the vector kernel reads and writes, so that it works on large panels where they stand.
 *
 * @returns a space whose arrays are cut one after the other from WebAssembly memories, and freed with the last of a memory
 * @throws RangeError where the machine has no such memory
 */
export function assemblySpace(): Space {
  let buffer: ArrayBuffer | null = null
  let next = 0
  const place = (bytes: number): number => {
    const size = Math.ceil(bytes / alignment) * alignment
    if (!buffer || next + size > buffer.byteLength) {
      buffer = vectorMemory(Math.max(size, chunk))
      if (!buffer) throw new RangeError(`no WebAssembly memory of ${Math.max(size, chunk)} bytes`)
      next = 8 * reserved
    }
    next += size
    return next - size
  }
  return {
    vector: (n) => {
      const at = place(8 * n)
      return new Float64Array(buffer!, at, n)
    },
    integers: (n) => {
      const at = place(4 * n)
      return new Int32Array(buffer!, at, n)
    },
  }
}
