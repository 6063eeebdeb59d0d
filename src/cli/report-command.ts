import { renderText } from '../report/render-text.js'
import type { ResultRecord } from '../report/document-kind.js'
import { illustratedDocument } from '../report/kinds/registry.js'
import type { OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { readRecord, withRecord } from './read-record.js'

const hint = 'write it with --out RESULT.json of glmm fit, sample, check, compare, predict, simulate or study'

/** The report of a result that a command wrote as JSON: printed, and written by the ending of --out. */
export async function reportCommand(path: string, flags: OutputFlag & { readonly json?: true }): Promise<void> {
  checkOutput({ ...flags, data: path, header: true })
  checkEndings(flags)
  const record = (await readRecord(path, 'a result', hint)) as ResultRecord
  // What cannot be shown is found before anything is written.
  await withRecord(path, hint, async () => renderText(await illustratedDocument(record), { width: 100, colour: false }))
  await present(record, flags)
}
