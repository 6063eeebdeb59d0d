import { extname } from 'node:path'
import { samplePosterior } from '../../samplers/sample-posterior.js'
import { checkDrawsPath, writeDraws } from '../draws/write-draws.js'
import { checkOutput, print, write } from './present.js'
import type { ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { readData } from './read-data.js'
import { samplingRun } from './sampling-run.js'

/** Endings under which --out writes the result; any other must be one of draws. */
const resultEndings = ['.json', '.html', '.htm', '.md']

export async function sampleCommand(formula: string, flags: ModelFlags & SamplingFlags & OutputFlag): Promise<void> {
  const { out } = flags
  const writesResult = out !== undefined && resultEndings.includes(extname(out).toLowerCase())
  checkOutput(out)
  if (out !== undefined && !writesResult) checkDrawsPath(out)
  const table = await readData(flags)
  const { record, sample } = await samplingRun(flags, (executor, hooks) =>
    samplePosterior(formula, table, { ...flags, priors: flags.prior }, executor, hooks),
  )
  await print(record, flags.json)
  if (out === undefined) return
  if (writesResult) return write(record, out)
  await writeDraws(out, sample.draws, sample.statistics)
  process.stderr.write(`glmm: wrote ${out}\n`)
}
