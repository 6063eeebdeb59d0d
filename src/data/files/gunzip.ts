import { createGunzip } from 'node:zlib'
import { GlmmError } from '../../errors.js'
import { beyondBound, grownBound } from './byte-bound.js'
import { isGzip, refuseForeign } from '../file-formats.js'

/** What a gzip file holds, of any number of members; a FILE error where that is damaged or goes beyond the bound. */
export async function gunzip(bytes: Uint8Array, what: string, given: number | undefined): Promise<Uint8Array> {
  const bound = grownBound(bytes.length, given)
  const stream = createGunzip()
  stream.end(bytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (size === 0) refuseForeign(chunk, `what ${what} holds`)
      chunks.push(chunk)
      size += chunk.length
      if (size > bound) throw beyondBound(`${what}, uncompressed`, bound)
    }
  } catch (error) {
    if (error instanceof GlmmError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new GlmmError('FILE', `a whole gzip file was expected, got in ${what}: ${reason}`, 'copy the file again')
  } finally {
    stream.destroy()
  }
  const whole = Buffer.concat(chunks)
  if (!isGzip(whole)) return whole
  throw new GlmmError('FILE', `a table was expected in ${what}, got a gzip file in a gzip file`, 'uncompress it once')
}
