import { GlmmError } from '../src/errors.js'

/** Where a Redis or Valkey is. */
export interface RedisAddress {
  readonly url: string
  /** Host, port and database: what may be shown, for the URL may hold a password. */
  readonly shown: string
  /** Empty where it has none. */
  readonly username: string
  readonly password: string
}

/** USAGE where the text is no such URL; it is not shown, since it may hold a password. */
export function readRedisUrl(text: string): RedisAddress {
  const hint =
    'write it as redis://host:6379, rediss:// for TLS, with user:password@ before the host where needed, or the password in GLMM_REDIS_PASSWORD'
  const wrong = (got: string): GlmmError => new GlmmError('USAGE', `expected the URL of a Redis, got ${got}`, hint)
  if (!URL.canParse(text)) throw wrong('a text that is no URL')
  const { protocol, hostname, port, pathname, search, hash } = new URL(text)
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw wrong(`one that begins with ${protocol}`)
  if (hostname === '') throw wrong('one without a host')
  if (!/^\/?\d{0,9}$/.test(pathname)) throw wrong('one whose path is not the number of a database')
  if (search !== '' || hash !== '') throw wrong('one with further parts after the database')
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text)
    } catch {
      throw wrong('one whose user or password has a % that begins no character: % itself is written %25')
    }
  }
  const { username, password } = new URL(text)
  const database = pathname.replace('/', '')
  const shown = `${protocol}//${hostname}:${port || 6379}${database ? `/${database}` : ''}`
  return { url: text, shown, username: decoded(username), password: decoded(password) }
}
