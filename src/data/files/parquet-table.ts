import { Worker } from 'node:worker_threads'
import { GlmmError, thrownError } from '../../errors.js'
import { byteBound } from './byte-bound.js'
import { withoutCodes } from '../missing-codes.js'
import type { ParquetColumns } from './parquet-columns.js'
import type { ParquetJob, ParquetReply } from './parquet-worker.js'
import type { Table } from '../table.js'

export interface ParquetOptions {
  readonly source: string
  /** Bytes that its cells may come to, eight a cell; a function of the size of the file where it is not given. */
  readonly maxBytes: number
  readonly na?: readonly (string | number)[] | undefined
}

/** A table from the bytes of a Parquet file: flat columns of numbers, texts, booleans or dates. */
export async function parquetTable(bytes: Uint8Array, { source, maxBytes, na }: ParquetOptions): Promise<Table> {
  const { nrow, columns } = await decoded(bytes, source, maxBytes)
  return {
    source,
    nrow,
    columns: na ? columns.map((column) => withoutCodes(column, na)) : columns,
    firstLine: 1,
    lines: null,
  }
}

/**
 * The thread that decodes starts from a file of the build, whose parts are in these folders; Node cannot start one from
 * TypeScript, so when this file runs from source it is that of the build in the same checkout.
 */
function workerFile(): URL {
  const here = import.meta.url
  const root = here.replace(
    /(?:src\/data\/files|src\/cli|src|workers|chunks)\/[^/]*$/,
    here.endsWith('.ts') ? 'dist/' : '',
  )
  return new URL('src/data/files/parquet-worker.js', root)
}

/** Seconds that any file may take, and bytes that are decoded in one more at the least. */
const seconds = { all: 0.6, bytes: 1e6 } as const
/** Megabytes of objects that decoding may take, and those a byte of the file. */
const heap = { all: 64, perByte: 30 } as const

/**
 * Decodes in a thread, which is ended when it takes more time or memory than the bytes of the file justify: a damaged
 * file can ask for 2^31 repetitions of a value in five bytes. What is counted is the time of the processor, so that a
 * busy machine does not make a good file a bad one.
 */
function decoded(bytes: Uint8Array, source: string, most: number): Promise<ParquetColumns> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const size = file.byteLength
  // A bound that was raised is a word that the file is as large as that.
  const raised = Math.max(0, most - Math.max(byteBound.stream, byteBound.growth * size))
  const budget = seconds.all + (size + raised / 10) / seconds.bytes
  const megabytes = Math.ceil(heap.all + (heap.perByte * size + 3 * raised) / 2 ** 20)
  const worker = new Worker(workerFile(), {
    workerData: { file, source, most } satisfies ParquetJob,
    transferList: [file],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16 },
  })
  return new Promise<ParquetColumns>((resolve, reject) => {
    let began: { cpu: NodeJS.CpuUsage; active: number } | null = null
    const watch = setInterval(() => {
      if (began === null) return
      const { user, system } = process.cpuUsage(began.cpu)
      const active = worker.performance.eventLoopUtilization().active - began.active
      // Of all threads, and of this one with its waits: both are at least what it has worked.
      if (Math.min((user + system) / 1e6, active / 1e3) > budget) fail(`no end after ${budget.toFixed(1)} s`)
    }, 50)
    const settle = (): void => {
      clearInterval(watch)
      worker.terminate().catch(() => {})
    }
    const fail = (reason: string): void => {
      settle()
      reject(damaged(source, reason, `write the file again; if it is whole, raise its bound: --max-bytes ${10 * most}`))
    }
    worker.on('message', (message: ParquetReply) => {
      if ('begun' in message) {
        began = { cpu: process.cpuUsage(), active: worker.performance.eventLoopUtilization().active }
        return
      }
      settle()
      if ('read' in message) resolve(message.read)
      else reject('fault' in message ? thrownError(message.fault) : damaged(source, message.damage))
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `more than ${megabytes} MB to decode ${size} bytes` : error.message,
      )
    })
    worker.on('exit', () => fail('the decoder ended'))
  })
}

const damaged = (source: string, reason: string, hint = 'write the file again'): GlmmError =>
  new GlmmError('FILE', `a readable Parquet file was expected, got in ${source}: ${reason.split('\n')[0]}`, hint)
