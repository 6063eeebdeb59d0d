import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { GlmmError } from '../errors.js'
import { compare } from '../fit/compare.js'
import { comparableFit } from '../fit/compare-input.js'
import type { OutputFlag } from './flags.js'
import { checkOutput, present } from './present.js'

/** A fit with a million conditional modes is a quarter of this. */
const largest = 512 * 2 ** 20

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
  if (found.size > largest) {
    const message = `expected a fit of at most ${largest} bytes, got ${found.size} in ${path}`
    throw new GlmmError('FILE', message, hint)
  }
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new GlmmError('FILE', `expected to read ${path}, but ${(error as Error).message}`, 'check the file')
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new GlmmError('FILE', `expected JSON in ${path}, got '${text.slice(0, 40)}'`, hint)
  }
}
