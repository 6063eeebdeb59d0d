import { vectorTileBytes } from './vector-tile-bytes.js'

/**
 * Two products at once: a kernel in WebAssembly's vector instructions, which JavaScript has no words for; its source is
 * wasm/vector-tile.ts. It works on arrays that lie in a WebAssembly memory: those of an `assemblySpace` where they stand, others, if they
 * are large, as copies in a memory of the kernel's own.
 */
interface Kernel {
  readonly memory: Memory
  readonly products: (a: number, strideA: number, b: number, strideB: number, end: number, out: number) => void
  /** The memory as numbers: its first 16 are for the sums of a tile. Replaced where the memory grows. */
  view: Float64Array
}

/** What is used of the global object that the language's types do not declare. */
interface Memory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}
interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
  readonly Memory: new (limits: { initial: number }) => Memory
}

const pageBytes = 65536
const assembly = (globalThis as unknown as { WebAssembly?: Assembly }).WebAssembly

let module: object | null | undefined
/** The module, compiled at first use; null where the machine has no vector instructions for it. */
function compiledModule(): object | null {
  if (module !== undefined) return module
  try {
    module = new assembly!.Module(Uint8Array.from(atob(vectorTileBytes), (letter) => letter.charCodeAt(0)))
  } catch {
    module = null
  }
  return module
}

/** A kernel over a memory of its own, of at least so many bytes; null where there is none to be had. */
function kernelOver(bytes: number): Kernel | null {
  const found = compiledModule()
  if (!found) return null
  try {
    const memory = new assembly!.Memory({ initial: Math.ceil(bytes / pageBytes) })
    const { exports } = new assembly!.Instance(found, { env: { memory } })
    return { memory, products: (exports as Kernel).products, view: new Float64Array(memory.buffer) }
  } catch {
    return null
  }
}

/** Kernels of the memories that `vectorMemory` has given out. */
const kernels = new WeakMap<ArrayBufferLike, Kernel>()
/** The kernel for copies, made at first use. */
let scratch: Kernel | null | undefined
/** The kernel on whose array `vectorTile` works. */
let active: Kernel | null = null

/** Numbers at the start of each memory that belong to the kernel. */
export const reserved = 16

/** A memory of at least so many bytes, of which the numbers from `reserved` on are free; null where there is none. */
export function vectorMemory(bytes: number): ArrayBuffer | null {
  const kernel = kernelOver(8 * reserved + bytes)
  if (!kernel) return null
  kernels.set(kernel.memory.buffer, kernel)
  return kernel.memory.buffer
}

/** An array for copies of `size` numbers, from `reserved` on, that `vectorTile` works on; null where there is none. */
export function vectorArray(size: number): Float64Array | null {
  if (scratch === undefined) scratch = kernelOver(pageBytes)
  if (!scratch) return null
  const missing = 8 * (reserved + size) - scratch.memory.buffer.byteLength
  try {
    if (missing > 0) scratch.memory.grow(Math.ceil(missing / pageBytes))
  } catch {
    return null
  }
  if (scratch.view.buffer !== scratch.memory.buffer) scratch.view = new Float64Array(scratch.memory.buffer)
  active = scratch
  return scratch.view
}

/** The whole memory that x lies in, for `vectorTile` to work on; null where that is none of `vectorMemory`. */
export function vectorsAround(x: Float64Array): Float64Array | null {
  const kernel = kernels.get(x.buffer)
  if (!kernel) return null
  active = kernel
  return kernel.view
}

/** True if `vectorTile` works on this array: the last that `vectorArray` or `vectorsAround` gave. */
export const isVectorArray = (x: Float64Array): boolean => active !== null && x === active.view

/**
 * The 4 x 4 products of rows of the array from a0, lda apart, with rows from b0, ldb apart, each over n elements, to
 * its first 16 elements.
 */
export function vectorTile(a0: number, lda: number, b0: number, ldb: number, n: number): void {
  const { products, view } = active!
  const whole = n - (n % 4)
  products(8 * a0, 8 * lda, 8 * b0, 8 * ldb, 8 * (a0 + whole), 0)
  const half = a0 + 2 * lda
  products(8 * half, 8 * lda, 8 * b0, 8 * ldb, 8 * (half + whole), 64)
  for (let k = whole; k < n; k++) {
    for (let i = 0; i < 4; i++) {
      const x = view[a0 + i * lda + k]
      for (let j = 0; j < 4; j++) view[4 * i + j] += x * view[b0 + j * ldb + k]
    }
  }
}
