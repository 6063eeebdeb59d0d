import { createReadStream, statSync } from 'node:fs'
import { GlmmError } from '../errors.js'
import { compare } from '../fit/compare.js'
import { comparableFit } from '../fit/compare-input.js'
import type { OutputFlag } from './flags.js'
import { checkOutput, present } from './present.js'

/** A fit with a million conditional modes is a quarter of this. */
const largest = 500 * 2 ** 20

/** More fits than a person compares; the call is a mistaken pattern of the shell. */
const mostFits = 1000

export async function compareCommand(
  paths: readonly string[],
  flags: OutputFlag & { readonly json?: true },
): Promise<void> {
  if (paths.length < 2 || paths.length > mostFits) {
    const message = `expected two fits to compare or more, up to ${mostFits}, got ${paths.length}`
    throw new GlmmError('USAGE', message, 'write each with glmm fit ... --out FIT.json, and name the files')
  }
  for (const data of paths) checkOutput({ ...flags, data, header: true })
  const fits = []
  for (const path of paths) fits.push(comparableFit(await readDocument(path), path))
  await present(compare(fits, paths), flags)
}

async function readDocument(path: string): Promise<unknown> {
  const hint = 'write it with glmm fit ... --out FIT.json'
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new GlmmError('FILE', `expected a fit in ${path}, but there is no such file`, hint)
  if (found.isDirectory()) throw new GlmmError('FILE', `expected a fit in ${path}, but it is a folder`, hint)
  const text = await readText(path)
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new GlmmError('FILE', `expected JSON in ${path}, got '${text.slice(0, 40)}'`, hint)
  }
}

/** The text of a file or a pipe, as long as it can be a fit. */
async function readText(path: string): Promise<string> {
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
  const message = `expected a fit of at most ${largest} bytes in ${path}, got more`
  throw new GlmmError('FILE', message, 'write it with glmm fit ... --out FIT.json')
}
