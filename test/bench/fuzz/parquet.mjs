import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { fit, readTable } from '../../../dist/src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'glmm-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const n = 40
const numbers = (f) => Array.from({ length: n }, (_, i) => f(i))
const columnData = [
  { name: 'y', data: numbers((i) => (i * 7) % 11), type: 'INT32' },
  { name: 'x', data: numbers((i) => (i % 9 === 4 ? null : ((i * 13) % 17) / 4)), type: 'DOUBLE' },
  { name: 'id', data: numbers((i) => 90071992547409931n + BigInt(i % 5)), type: 'INT64' },
  { name: 'g', data: numbers((i) => `g ${i % 5}`), type: 'STRING' },
  { name: 'told', data: numbers((i) => i % 2 === 0), type: 'BOOLEAN' },
  { name: 'day', data: numbers((i) => new Date(Date.UTC(2024, 0, 1 + (i % 6)))), type: 'TIMESTAMP' },
]
const files = ['UNCOMPRESSED', 'SNAPPY'].flatMap((codec) =>
  [n, 15].map((rowGroupSize) => new Uint8Array(parquetWriteBuffer({ columnData, codec, rowGroupSize }))),
)

const changes = [
  (bytes, random) => {
    const at = random.below(bytes.length)
    return bytes.fill(random.below(256), at, at + random.below(20))
  },
  (bytes, random) => set(bytes, random.below(bytes.length), random.below(256)),
  (bytes, random) => set(bytes, random.below(bytes.length), random.pick([0, 0x7f, 0x80, 0xff])),
  (bytes, random) => {
    const at = random.below(bytes.length)
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.below(30))])
  },
  (bytes, random) => {
    const at = random.below(bytes.length)
    const piece = Uint8Array.from({ length: 1 + random.below(9) }, () =>
      random.pick([0xff, 0x80, 0, random.below(256)]),
    )
    return Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)])
  },
  (bytes, random) => {
    for (let i = 0, at = random.below(bytes.length); i < 5 && at + i < bytes.length; i++) bytes[at + i] = 0xff
    return bytes
  },
  (bytes, random) => {
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)]
    bytes.copyWithin(to, from, from + random.below(40))
    return bytes
  },
  // The length of the footer.
  (bytes, random) => set(bytes, bytes.length - 8 + random.below(4), random.below(256)),
]
const set = (bytes, at, value) => {
  bytes[at] = value
  return bytes
}

/** A Parquet file, changed in one to three places; it still begins as one. */
export function make(random) {
  let bytes = Uint8Array.from(random.pick(files))
  for (let i = 1 + random.below(3); i > 0 && bytes.length > 16; i--) bytes = random.pick(changes)(bytes, random)
  bytes.set([0x50, 0x41, 0x52, 0x31].slice(0, bytes.length))
  return bytes
}

/** Reads the file, and fits a model to it. */
export async function attempt(bytes) {
  const path = join(folder, 'fuzz.parquet')
  writeFileSync(path, bytes)
  const table = await readTable(path)
  fit('y ~ x + told + (1 | g)', table, { family: 'poisson' })
}
