import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { predict } from '../postestimation/predictions.js'
import { askedValues } from '../postestimation/asked-means.js'
import type { PredictionGrid } from '../postestimation/prediction-grid.js'
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
  readonly at?: string
  readonly interval?: 'mean' | 'response'
  readonly seed?: number
}

type Flags = Partial<Pick<ModelFlags, 'data'>> & Pick<ModelFlags, 'json'> & ReadFlags & PredictFlags & OutputFlag

export async function predictCommand(path: string, flags: Flags): Promise<void> {
  checkOutput({ ...flags, data: flags.data ?? path })
  checkOutput({ ...flags, data: path })
  checkEndings(flags, ['.csv'])
  const fit = fitSource(await readRecord(path, 'a fit', fitHint), path)
  const { kind, level, nodes, interval, seed } = flags
  const { table, varying: show, held } = await rowsToPredict(fit, path, flags)
  if (flags.at !== undefined && kind === 'conditional') checkGroups(fit, show)
  const original = kind === 'conditional' || kind === 'average' ? await originalOf(fit, path) : undefined
  const options = { kind, level, nodes, original, interval, seed, show }
  const predicted = await withRecord(path, fitHint, () => predict(fit, table, options))
  const record = flags.at === undefined ? predicted : { ...predicted, call: { ...predicted.call, at: flags.at, held } }
  const reported = flags.data === undefined ? record : withReading(record, flags)
  await present(
    reported,
    flags,
    csvOrResult(reported, () => predictionsCsv(reported)),
  )
}

/** The rows of --data, or a grid of its own made of the data of the fit. */
async function rowsToPredict(fit: FitSource, path: string, flags: Flags): Promise<PredictionGrid> {
  const { data, at } = flags
  if (at === undefined) return { table: await readData({ ...flags, data: data! }), varying: [], held: {} }
  const { predictionGrid } = await import('../postestimation/prediction-grid.js')
  const original = data === undefined ? await readOriginal(fit, path) : await readData({ ...flags, data })
  return predictionGrid(fit, original, askedValues(at))
}

/** Modes of the random effects are those of levels, of which a grid has none unless they are named. */
function checkGroups(fit: FitSource, named: readonly string[]): void {
  const missing = fit.random.flatMap(({ group }) => group.split(':')).find((name) => !named.includes(name))
  if (missing === undefined) return
  throw new GlmmError(
    'USAGE',
    `expected levels of ${missing} in --at for --kind conditional, got none`,
    `add ${missing}=all, or take --kind average`,
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
