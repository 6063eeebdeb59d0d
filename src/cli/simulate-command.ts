import { fitSource } from '../fit/predict/predict-source.js'
import { simulate } from '../fit/predict/simulate.js'
import { simulationsCsv } from '../report/simulate-document.js'
import type { ModelFlags, OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { readData, withReading } from './read-data.js'
import type { ReadFlags } from './read-flags.js'
import { fitHint } from './read-document.js'
import { readOriginal } from './read-original.js'
import { readRecord, withRecord } from './read-record.js'
import { csvOrResult } from './write-csv.js'

export interface SimulateFlags {
  readonly data?: string
  readonly replicates?: number
  readonly seed?: number
  readonly conditional?: true
}

type Flags = Pick<ModelFlags, 'json'> & ReadFlags & SimulateFlags & OutputFlag

export async function simulateCommand(path: string, flags: Flags): Promise<void> {
  const { data, replicates, seed, conditional } = flags
  checkOutput({ ...flags, data: data ?? path })
  checkOutput({ ...flags, data: path })
  checkEndings(flags, ['.csv'])
  const fit = fitSource(await readRecord(path, 'a fit', fitHint), path)
  const given = data === undefined ? null : { ...flags, data }
  const table = given ? await readData(given) : await readOriginal(fit, path)
  const drawn = await withRecord(path, fitHint, () => simulate(fit, table, { replicates, seed, conditional }))
  const record = given ? withReading(drawn, given) : drawn
  await present(
    record,
    flags,
    csvOrResult(record, () => simulationsCsv(record)),
  )
}
