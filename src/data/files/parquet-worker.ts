import { parentPort, workerData } from 'node:worker_threads'
import { GlmmError, plainError } from '../../errors.js'
import { type ParquetColumns, parquetColumns } from './parquet-columns.js'

/** What the thread is given, and what it answers: first that it begins, then columns or what is wrong with the file. */
export interface ParquetJob {
  readonly file: ArrayBuffer
  readonly source: string
  readonly most: number
}
export type ParquetReply =
  | { readonly begun: true }
  | { readonly read: ParquetColumns }
  | { readonly fault: ReturnType<typeof plainError> }
  | { readonly damage: string }

const reply = (message: ParquetReply): void => parentPort!.postMessage(message)

const { file, source, most } = workerData as ParquetJob
reply({ begun: true })
try {
  reply({ read: await parquetColumns(file, source, most) })
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  reply(error instanceof GlmmError ? { fault: plainError(error) } : { damage: message.split('\n')[0] })
}
