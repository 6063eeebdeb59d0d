import { comparableLoo, looCompare } from '../draws/answers/loo-compare.js'
import { GlmmError } from '../errors.js'
import { compare } from '../fit/compare/compare.js'
import { comparableFit } from '../fit/compare/compare-input.js'
import type { OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { fitHint, readDocument } from './read-document.js'
import { checkRecord, withRecord } from './read-record.js'

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
  checkEndings(flags)
  const documents: unknown[] = []
  for (const path of paths) documents.push(await readDocument(path, 'a fit', fitHint))
  if (documents.every(isPosterior)) {
    const records = documents.map((document, i) => comparableLoo(document, paths[i]))
    for (const [i, path] of paths.entries()) await checkRecord(documents[i], path, fitHint)
    return present(await withRecord(paths.join(', '), fitHint, () => looCompare(records, paths)), flags)
  }
  const fits = documents.map((document, i) => comparableFit(document, paths[i]))
  for (const [i, path] of paths.entries()) await checkRecord(documents[i], path, fitHint)
  await present(await withRecord(paths.join(', '), fitHint, () => compare(fits, paths)), flags)
}

/** Posteriors are compared by what they predict; a posterior among fits is refused as no fit. */
const isPosterior = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && (document as { schema?: unknown }).schema === 'glmm/posterior@1'
