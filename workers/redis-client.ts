import type { Redis } from 'ioredis'
import { GlmmError } from '../src/errors.js'
import { readRedisUrl } from './redis-url.js'

/** Where Redis or Valkey is, and how it is reached. */
export interface RedisOptions {
  /** `redis://host:port`, with credentials where needed. */
  readonly redis: string
  /** Of the user in the URL, or the default one, where the URL has none: so that it need not stand in a call. */
  readonly password?: string | undefined
  /** Called with a sentence at each change of state worth a note. */
  readonly onNote?: ((note: string) => void) | undefined
  /** How long the first connection is tried; 3 s unless given. Once there was one, it is tried again for ever. */
  readonly connectMilliseconds?: number | undefined
}

export interface RedisClient {
  readonly redis: Redis
  /** Where it is, without credentials. */
  readonly shown: string
  /** Lets go of it without a note. */
  readonly leave: () => void
}

const longestPause = 1000
/** What Redis says where trying again does not help. */
const refusal = /^(?:NOAUTH|WRONGPASS|NOPERM|ERR (?:invalid|AUTH|Client sent AUTH|DB index))/

/** A connection that comes back by itself. QUEUE where there is none in time, or Redis refuses it. */
export async function redisClient(options: RedisOptions): Promise<RedisClient> {
  const { redis: text, password: given = '', onNote = () => {}, connectMilliseconds = 3000 } = options
  const { url, shown, username, password } = readRedisUrl(text)
  const { Redis } = await import('ioredis')
  const { hostname, port, pathname, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const redis = new Redis({
    host,
    port: port === '' ? 6379 : Number(port),
    ...(username !== '' && { username }),
    ...((password || given) !== '' && { password: password || given }),
    db: Number(pathname.replace('/', '')),
    ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    keepAlive: 10_000,
    maxRetriesPerRequest: null, // commands wait for the connection to come back
    retryStrategy: (times: number): number => Math.min(longestPause, 50 * times),
  })
  let reason = 'no answer'
  let up = false
  redis.on('error', (error: Error) => {
    reason = firstLine(error)
  })
  redis.on('close', () => {
    if (up) onNote(`lost Redis at ${shown}, trying to reach it again`)
    up = false
  })
  try {
    await firstConnection(redis, connectMilliseconds)
  } catch (thrown) {
    redis.disconnect()
    if (thrown instanceof GlmmError) throw thrown
    const refused = thrown !== undefined
    throw new GlmmError(
      'QUEUE',
      refused
        ? `expected Redis at ${shown} to take the connection, got: ${firstLine(thrown)}`
        : `expected a Redis at ${shown}, got: ${reason}`,
      refused ? 'check user, password and database of the URL' : 'start redis-server there, or mend --redis',
    )
  }
  up = true
  redis.on('ready', () => {
    if (!up) onNote(`Redis at ${shown} is back`)
    up = true
  })
  const leave = (): void => {
    up = false
    redis.disconnect()
  }
  return { redis, shown, leave }
}

/** Resolves once it is ready; rejects with what Redis refused it for, or with undefined when time is up. */
function firstConnection(redis: Redis, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(undefined), milliseconds)
    redis.once('ready', () => {
      clearTimeout(timer)
      // A server that wants a password lets connections in without one.
      redis.ping().then(() => resolve(), reject)
    })
    redis.on('error', (error: Error) => {
      if (!refusal.test(error.message)) return
      clearTimeout(timer)
      reject(error)
    })
  })
}

/** Whether no patience makes this error go away. */
export const isRefusal = (thrown: unknown): boolean => thrown instanceof Error && refusal.test(thrown.message)

const firstLine = (thrown: unknown): string => {
  const { message, code } = thrown as { message?: string; code?: string }
  return (message || code || String(thrown)).split('\n', 1)[0]
}
