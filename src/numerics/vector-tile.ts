/**
 * Two products at once: a kernel in WebAssembly's vector instructions, which JavaScript has no words for. It works on
 * arrays in a memory of its own, to which a large panel is copied for the time that it is worked on.
 *
 * The module is put together here, instruction by instruction (WebAssembly 2.0, section 5: binary format), because it is
 * one loop of some twenty instructions, and a file to load at run time is one more that can be missing.
 */

/** Instructions, by their names in the specification. */
const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  branch: 0x0c,
  branchIf: 0x0d,
  end: 0x0b,
  get: 0x20,
  set: 0x21,
  store: 0x39,
  constant: 0x41,
  notLess: 0x4f,
  addInteger: 0x6a,
  add: 0xa0,
  loadPair: [0xfd, 0x00],
  lane: [0xfd, 0x21],
  addPairs: [0xfd, 0xf0, 0x01],
  multiplyPairs: [0xfd, 0xf2, 0x01],
} as const
const [integer, vector] = [0x7f, 0x7b]

/** Arguments: byte address and row stride of a, of b, where a's first row ends, where the sums go. */
const [a0, strideA, b0, strideB, end, out] = [0, 1, 2, 3, 4, 5]
const [a1, b1] = [6, 7]
const [sums, x0, x1, y] = [10, 18, 19, 20]

/** The sums over the columns of the products of 2 rows of a with 4 of b, four columns a turn. */
function body(): number[] {
  const next = (to: number, from: number, stride: number) => [op.get, from, op.get, stride, op.addInteger, op.set, to]
  const load = (to: number, address: number, offset: number) => [op.get, address, ...op.loadPair, 3, offset, op.set, to]
  const accumulate = (to: number, x: number) => [
    op.get,
    to,
    op.get,
    x,
    op.get,
    y,
    ...op.multiplyPairs,
    ...op.addPairs,
    op.set,
    to,
  ]
  const forward = (at: number) => [op.get, at, op.constant, 32, op.addInteger, op.set, at]
  const columns = [0, 1, 2, 3]
  const rowB = (j: number) => (j === 0 ? b0 : b1 + j - 1)
  const turn = [0, 16].flatMap((offset) => [
    ...load(x0, a0, offset),
    ...load(x1, a1, offset),
    ...columns.flatMap((j) => [
      ...load(y, rowB(j), offset),
      ...accumulate(sums + j, x0),
      ...accumulate(sums + 4 + j, x1),
    ]),
  ])
  const stores = [...columns, ...columns.map((j) => 4 + j)].flatMap((e) => [
    ...[op.get, out, op.get, sums + e, ...op.lane, 0, op.get, sums + e, ...op.lane, 1],
    ...[op.add, op.store, 3, 8 * e],
  ])
  return [
    ...next(a1, a0, strideA),
    ...columns.slice(1).flatMap((j) => next(rowB(j), rowB(j - 1), strideB)),
    ...[...op.block, ...op.loop, op.get, a0, op.get, end, op.notLess, op.branchIf, 1],
    ...turn,
    ...[a0, a1, b0, b1, b1 + 1, b1 + 2].flatMap(forward),
    ...[op.branch, 0, op.end, op.end],
    ...stores,
    op.end,
  ]
}

/** An unsigned number in LEB128. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)])
const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content]
const name = (text: string): number[] => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))]

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const locals = [2, 4, integer, 11, vector]
  const code = [...locals, ...body()]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 6, ...new Array<number>(6).fill(integer), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('products'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ])
}

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly products: (a: number, strideA: number, b: number, strideB: number, end: number, out: number) => void
}

/** What is used of the global object that neither the language nor Node's types declare. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

let kernel: Kernel | null | undefined
/** The kernel, made at first use; null where the machine has no vector instructions for it. */
function compiled(): Kernel | null {
  if (kernel !== undefined) return kernel
  try {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly
    kernel = new Instance(new Module(moduleBytes())).exports as Kernel
  } catch {
    kernel = null
  }
  return kernel
}

/** The memory as numbers: its first 16 are for the sums of a tile. Replaced where it has to grow. */
let view = new Float64Array(0)
export const reserved = 16

/** An array for `size` numbers, from `reserved` on, that `vectorTile` works on; null where there is none. */
export function vectorArray(size: number): Float64Array | null {
  const found = compiled()
  if (!found) return null
  const missing = 8 * (reserved + size) - found.memory.buffer.byteLength
  try {
    if (missing > 0) found.memory.grow(Math.ceil(missing / 65536))
  } catch {
    return null
  }
  if (view.buffer !== found.memory.buffer) view = new Float64Array(found.memory.buffer)
  return view
}

/** True if `vectorTile` can work on this array. */
export const isVectorArray = (x: Float64Array): boolean => x === view && x.length > 0

/**
 * The 4 x 4 products of rows of the array from a0, lda apart, with rows from b0, ldb apart, each over n elements, to
 * its first 16 elements.
 */
export function vectorTile(a0: number, lda: number, b0: number, ldb: number, n: number): void {
  const { products } = kernel!
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
