import { createHash } from 'node:crypto'
import type { RunningHash } from '../rows/row-ledger.js'

/** SHA-256, in hexadecimal digits, of texts and bytes as they come. */
export const sha256 = (): RunningHash => {
  const hash = createHash('sha256')
  return { update: (part) => void hash.update(part), digest: () => hash.digest('hex') }
}
