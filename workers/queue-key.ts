import { createHmac, timingSafeEqual } from 'node:crypto'
import { GlmmError } from '../src/errors.js'

/**
 * What a coordinator and its workers prove to each other that a message is theirs: an HMAC-SHA256 (RFC 2104) under a key
 * that they share and that never travels. Without a key nothing is signed, and anyone who reaches Redis can take part.
 */
export interface QueueKey {
  /** Identifies a key without revealing it. */
  readonly fingerprint: string
  /** The signature of a message, in hexadecimal digits; `purpose` keeps messages of one kind from passing for another's. */
  readonly sign: (purpose: Purpose, message: string | Uint8Array) => string
  /** Whether a signature is that of the message. */
  readonly signed: (purpose: Purpose, message: string | Uint8Array, signature: unknown) => boolean
}

type Purpose = 'job' | `result of ${string}` | 'key'

/** Shorter keys can be guessed from a message and its signature. */
const leastCharacters = 16

/** The key of a text; white space around it is not part of it. USAGE where it is too short to be one. */
export function queueKey(text: string): QueueKey {
  const secret = text.trim()
  if (secret.length < leastCharacters) {
    const message = `expected a key of the queue of at least ${leastCharacters} characters, got ${secret.length}`
    throw new GlmmError('USAGE', message, 'make one with openssl rand -hex 32, the same for study and workers')
  }
  const sign: QueueKey['sign'] = (purpose, message) =>
    createHmac('sha256', secret).update(`${purpose}\n`).update(message).digest('hex')
  return {
    fingerprint: sign('key', '').slice(0, 16),
    sign,
    signed: (purpose, message, signature) => {
      if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return false
      return timingSafeEqual(Buffer.from(sign(purpose, message)), Buffer.from(signature))
    },
  }
}
