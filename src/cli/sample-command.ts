import { extname } from 'node:path'
import { samplePosterior } from '../../samplers/sample-posterior.js'
import { checkDrawsPath, writeDraws } from '../draws/write-draws.js'
import type { ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { checkOutput, present, writeResult } from './present.js'
import { readData, withReading } from './read-data.js'
import { samplingRun } from './sampling-run.js'

/** Endings under which --out writes the result; any other must be one of draws. */
const resultEndings = ['.json', '.html', '.htm', '.md']

export async function sampleCommand(formula: string, flags: ModelFlags & SamplingFlags & OutputFlag): Promise<void> {
  const { out } = flags
  const writesResult = out !== undefined && resultEndings.includes(extname(out).toLowerCase())
  checkOutput(flags)
  if (out !== undefined && !writesResult) checkDrawsPath(out)
  const table = await readData(flags)
  const result = await samplingRun(flags, (executor, hooks) =>
    samplePosterior(formula, table, { ...flags, priors: flags.prior }, executor, hooks),
  )
  const record = withReading(result.record, flags)
  const { draws, statistics } = result.sample
  await present(record, flags, (path, signal) =>
    writesResult ? writeResult(record, path) : writeDraws(path, draws, statistics, { signal }),
  )
}
