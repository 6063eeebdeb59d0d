import { GlmmError } from '../errors.js'
import { readDocument } from './read-document.js'

/** A record of a result, read and its types checked; FILE where it is none. What checks it is loaded on use. */
export async function readRecord(path: string, what: string, hint: string): Promise<unknown> {
  const document = await readDocument(path, what, hint)
  await checkRecord(document, path, hint)
  return document
}

/** Checks the types in a record that was read; FILE where they are others. */
export async function checkRecord(document: unknown, path: string, hint: string): Promise<void> {
  const { validateRecord } = await import('../report/kinds/validate-record.js')
  validateRecord(document, path, hint)
}

/**
 * Does work with a record from elsewhere. Each part of it has the type it should have, but that they belong together only the work
 * itself can find: what it throws then is reported as a fault of the record.
 */
export async function withRecord<Done>(path: string, hint: string, work: () => Done | Promise<Done>): Promise<Done> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof TypeError || thrown instanceof RangeError)) throw thrown
    const message = `expected a result whose parts belong together in ${path}, got one that does not hold: ${thrown.message}`
    throw new GlmmError('FILE', message, hint)
  }
}
