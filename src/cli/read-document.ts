import { createReadStream } from 'node:fs'
import { GlmmError } from '../errors.js'
import { fileStatus } from './file-status.js'

/** A fit with a million conditional modes is a quarter of this. */
const largest = 500 * 2 ** 20

/** The JSON in a file or a pipe. `what` it is expected to be and the `hint` go into complaints. */
export async function readDocument(path: string, what: string, hint: string): Promise<unknown> {
  const found = fileStatus(path)
  if (!found) throw new GlmmError('FILE', `expected ${what} in ${path}, but there is no such file`, hint)
  if (found.isDirectory()) throw new GlmmError('FILE', `expected ${what} in ${path}, but it is a folder`, hint)
  const text = await readText(path, what, hint)
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new GlmmError('FILE', `expected JSON in ${path}, got '${text.slice(0, 40)}'`, hint)
  }
}

/** How every command asks for a fit. */
export const fitHint = 'write it with glmm fit ... --out FIT.json'

async function readText(path: string, what: string, hint: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk)
      size += chunk.length
      if (size > largest) break
    }
  } catch (error) {
    throw new GlmmError('FILE', `expected to read ${path}, but ${(error as Error).message}`, 'check the file')
  }
  if (size <= largest) return Buffer.concat(chunks).toString('utf8')
  throw new GlmmError('FILE', `expected ${what} of at most ${largest} bytes in ${path}, got more`, hint)
}
