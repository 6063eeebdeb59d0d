import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { predict } from '../fit/predict/predict.js'
import type { PredictionKind } from '../fit/predict/predict-record.js'
import { type FitSource, fitSource } from '../fit/predict/predict-source.js'
import { predictionsCsv } from '../report/predict-document.js'
import type { ModelFlags, OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { readData, withReading } from './read-data.js'
import type { ReadFlags } from './read-flags.js'
import { fitHint } from './read-document.js'
import { readOriginal } from './read-original.js'
import { readRecord, withRecord } from './read-record.js'
import { csvOrResult } from './write-csv.js'

export interface PredictFlags {
  readonly kind?: PredictionKind
  readonly level?: number
  readonly nodes?: number
}

type Flags = Pick<ModelFlags, 'data' | 'json'> & ReadFlags & PredictFlags & OutputFlag

export async function predictCommand(path: string, flags: Flags): Promise<void> {
  checkOutput(flags)
  checkOutput({ ...flags, data: path })
  checkEndings(flags, ['.csv'])
  const fit = fitSource(await readRecord(path, 'a fit', fitHint), path)
  const table = await readData(flags)
  const original = flags.kind === 'conditional' ? await originalOf(fit, path) : undefined
  const { kind, level, nodes } = flags
  const predicted = await withRecord(path, fitHint, () => predict(fit, table, { kind, level, nodes, original }))
  const record = withReading(predicted, flags)
  await present(
    record,
    flags,
    csvOrResult(record, () => predictionsCsv(record)),
  )
}

/** The data of the fit where they can still be had; the predictions say what they lack without. */
async function originalOf(fit: FitSource, path: string): Promise<Table | undefined> {
  try {
    return await readOriginal(fit, path)
  } catch (error) {
    if (error instanceof GlmmError) return undefined
    throw error
  }
}
