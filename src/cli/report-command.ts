import { GlmmError } from '../errors.js'
import { documentOf, type ResultRecord } from '../report/result-document.js'
import type { OutputFlag } from './flags.js'
import { checkOutput, present } from './present.js'
import { readDocument } from './read-document.js'

const hint = 'write it with --out RESULT.json of glmm fit, sample, check, compare, predict, simulate or study'

/** The report of a result that a command wrote as JSON: printed, and written by the ending of --out. */
export async function reportCommand(path: string, flags: OutputFlag & { readonly json?: true }): Promise<void> {
  checkOutput({ ...flags, data: path, header: true })
  const document = await readDocument(path, 'a result', hint)
  await present(await resultRecord(document, path), flags)
}

/** A document that came from anywhere counts as a result where a report can be made of it. */
async function resultRecord(document: unknown, path: string): Promise<ResultRecord> {
  const schema = (document as { schema?: unknown } | null)?.schema
  let made: unknown
  try {
    made = await documentOf(document as ResultRecord)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    made = undefined
  }
  if (made !== undefined) return document as ResultRecord
  const got = typeof schema === 'string' ? `'${schema.slice(0, 40)}', or parts of it broken` : 'none'
  throw new GlmmError('FILE', `expected a whole document of a glmm result in ${path}, got schema ${got}`, hint)
}
