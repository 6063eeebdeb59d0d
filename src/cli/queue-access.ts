import { readFileSync, statSync } from 'node:fs'
import { GlmmError } from '../errors.js'

export interface QueueFlags {
  readonly redis?: string
  readonly keyFile?: string
}

/** Environment variables that hold what should stand in no call, which others on the machine can see. */
const keyVariable = 'GLMM_QUEUE_KEY'
const passwordVariable = 'GLMM_REDIS_PASSWORD'

const largestKey = 65_536

/**
 * What a command says of the way to a queue: the URL of its Redis, the password where the URL has none
 * (GLMM_REDIS_PASSWORD), and the key that study and workers share (--key-file, or GLMM_QUEUE_KEY).
 */
export function queueAccess({ redis, keyFile }: QueueFlags): {
  readonly redis: string
  readonly password: string | undefined
  readonly key: string | undefined
} {
  if (redis === undefined) {
    const given = keyFile === undefined ? 'none' : '--key-file alone'
    throw new GlmmError('USAGE', `expected the URL of a Redis after --redis, got ${given}`, 'such as redis://host:6379')
  }
  const key = keyFile === undefined ? process.env[keyVariable] : readKey(keyFile)
  return { redis, password: process.env[passwordVariable] || undefined, key: key === '' ? undefined : key }
}

function readKey(path: string): string {
  try {
    const found = statSync(path)
    if (found.isFile() && found.size > largestKey) throw new Error(`it has ${found.size} bytes`)
    if (found.isDirectory()) throw new Error('it is a folder')
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : message
    const hint = 'make one with openssl rand -hex 32 > queue.key, the same for study and workers'
    throw new GlmmError('FILE', `expected a key of the queue in ${path}, but ${reason}`, hint)
  }
}
