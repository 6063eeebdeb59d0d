import type { Redis } from 'ioredis'
import { GlmmError } from '../src/errors.js'
import { unpackPlain } from './plain-bytes.js'
import { hashOf, mostSharedBytes, sharedKey } from './queue-protocol.js'

/** What a worker keeps of studies: so many, and so many bytes of them unless one alone is larger. */
const mostKept = 8
const mostKeptBytes = 2 ** 30

export interface SharedStore<Kept> {
  /** The data with this hash; null where Redis does not have them (yet). Rejects with QUEUE where they are not what the hash says. */
  get(hash: string, take: (data: unknown) => Kept): Promise<Kept | null>
}

/** Data by their hash: fetched once, checked, and kept until others have been used more recently. */
export function sharedStore<Kept>(redis: Redis): SharedStore<Kept> {
  /** The least recently used first. */
  const kept = new Map<string, { readonly value: Promise<Kept | null>; bytes: number }>()

  const fetch = async (hash: string, take: (data: unknown) => Kept, entry: { bytes: number }): Promise<Kept | null> => {
    const unknown = (): null => null // what Redis does not say now may be asked again
    const length = await redis.strlen(sharedKey(hash)).catch(unknown)
    if (length !== null && length > mostSharedBytes)
      throw strange(`${length} bytes`, `at most ${mostSharedBytes} bytes`)
    const bytes = await redis.getBuffer(sharedKey(hash)).catch(unknown)
    if (bytes === null) return null
    if (hashOf(bytes) !== hash) throw strange('others', `data with the SHA-256 ${hash}`)
    entry.bytes = bytes.length
    return take(unpackPlain(bytes))
  }
  const trim = (): void => {
    const total = (): number => [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    while (kept.size > 1 && (kept.size > mostKept || total() > mostKeptBytes)) kept.delete(kept.keys().next().value!)
  }

  return {
    async get(hash, take) {
      const known = kept.get(hash)
      if (known) {
        kept.delete(hash)
        kept.set(hash, known)
        return known.value
      }
      const sizes = { bytes: 0 }
      const entry = Object.assign(sizes, { value: fetch(hash, take, sizes) })
      kept.set(hash, entry)
      const forget = (): void => {
        if (kept.get(hash) === entry) kept.delete(hash)
      }
      try {
        const value = await entry.value
        if (value === null) forget()
        trim()
        return value
      } catch (thrown) {
        forget()
        throw thrown
      }
    },
  }
}

const strange = (got: string, wanted: string): GlmmError =>
  new GlmmError('QUEUE', `expected ${wanted} from the queue, got ${got}`, 'see who else writes to this Redis')
