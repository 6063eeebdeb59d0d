import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { beyondBound, byteBound } from './byte-bound.js'
import { refuseForeign } from '../file-formats.js'

/** Standard input, as a path. */
export const standardInput = '-'

/** Milliseconds that someone has to begin to write to a pipe with a name. */
const patience = 1500

/** All bytes of a file, a pipe or standard input, or a FILE error: no more than a bound, and nothing that is no table. */
export async function readBytes(path: string, what: string, given: number | undefined): Promise<Uint8Array> {
  let handle: FileHandle | null = null
  try {
    if (path === standardInput || path === '/dev/stdin')
      return await collected(process.stdin, what, given ?? byteBound.stream)
    // A pipe that nobody writes to would keep a blocking call for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stats = await handle.stat()
    if (stats.isDirectory()) throw directory(path)
    // Files of the kernel say that they are empty.
    if (!stats.isFile() || stats.size === 0)
      return await collected(pieces(handle, stats, path), what, given ?? byteBound.stream)
    const bound = given ?? byteBound.file
    if (stats.size > bound) throw beyondBound(what, bound)
    return await handle.readFile()
  } catch (error) {
    if (error instanceof GlmmError) throw error
    throw await notRead(path, error)
  } finally {
    await handle?.close().catch(() => {})
  }
}

async function* pieces(handle: FileHandle, stats: Stats, path: string): AsyncGenerator<Uint8Array> {
  const began = performance.now()
  // Nobody has opened the other end for as long as reading gives nothing at once; with a writer it would say EAGAIN.
  let awaited = stats.isFIFO()
  for (;;) {
    const buffer = Buffer.allocUnsafe(65536)
    const got = await handle.read(buffer, 0, buffer.length, null).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EAGAIN') return null
      throw error
    })
    if (got !== null && got.bytesRead > 0) yield buffer.subarray(0, got.bytesRead)
    else if (got !== null && !awaited) return
    else if (got !== null && performance.now() - began > patience)
      throw new GlmmError(
        'FILE',
        `data were expected from the pipe ${path}, got none: nothing writes to it`,
        'start what writes to it first',
      )
    if (got === null || got.bytesRead > 0) awaited = false
    if (got === null || got.bytesRead === 0) await setTimeout(10)
  }
}

/** What comes, until it ends or goes beyond the bound; the first piece says whether it is worth reading on. */
async function collected(source: AsyncIterable<Uint8Array>, what: string, bound: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    if (size === 0) refuseForeign(chunk, what)
    chunks.push(chunk)
    size += chunk.length
    if (size > bound) throw beyondBound(what, bound)
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
}

const directory = (path: string): GlmmError =>
  new GlmmError('FILE', `a file was expected, ${path} is a directory`, 'name a file in it')

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ELOOP: 'it is a link that leads back to itself',
  ENXIO: 'it is a socket or a device that is not there',
  ENAMETOOLONG: 'the name is too long',
}

async function notRead(path: string, error: unknown): Promise<GlmmError> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EISDIR') return directory(path)
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    const reason = reasons[code] ?? (code || String(error))
    const hint = code === 'EACCES' || code === 'EPERM' ? 'check the file permissions' : 'check the path'
    return new GlmmError('FILE', `a readable file was expected at ${path}, got: ${reason}`, hint)
  }
  const names = await readdir(dirname(path)).catch(() => null)
  const near = names === null ? null : nearestName(basename(path), names)
  const absent = names === null ? `, whose folder ${dirname(path)} does not exist` : ', it does not exist'
  return new GlmmError(
    'FILE',
    `a data file was expected at ${path}${absent}`,
    near === null ? 'check the path; it is relative to the current directory' : `did you mean ${near}?`,
  )
}
