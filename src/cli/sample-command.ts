import { extname } from 'node:path'
import { samplePosterior } from '../../samplers/sample-posterior.js'
import { checkDrawsPath, writeDraws } from '../draws/write-draws.js'
import { stateModel } from '../data/state-model.js'
import { answerQueries, checkQueries } from '../draws/posterior-queries.js'
import type { ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { checkOutput, present, writeResult } from './present.js'
import { type QueryFlags, queriesOf } from './query-options.js'
import { readData, withReading } from './read-data.js'
import { samplingRun } from './sampling-run.js'

/** Endings under which --out writes the result; any other must be one of draws. */
const resultEndings = ['.json', '.html', '.htm', '.md']

export async function sampleCommand(
  formula: string,
  flags: ModelFlags & SamplingFlags & QueryFlags & OutputFlag,
): Promise<void> {
  const { out } = flags
  const writesResult = out !== undefined && resultEndings.includes(extname(out).toLowerCase())
  checkOutput(flags)
  if (out !== undefined && !writesResult) checkDrawsPath(out)
  const queries = queriesOf(flags)
  const table = await readData(flags)
  if (queries) checkQueries(stateModel(formula, table, flags), queries, flags.priorOnly ?? false)
  const result = await samplingRun(flags, (executor, hooks) =>
    samplePosterior(formula, table, { ...flags, priors: flags.prior }, executor, hooks),
  )
  const found = queries && answerQueries(result, queries)
  const { warnings } = result.record
  const asked = found ? { ...found.answers, warnings: [...warnings, ...found.warnings] } : {}
  const record = withReading({ ...result.record, ...asked }, flags)
  const { draws, statistics } = result.sample
  await present(record, flags, (path, signal) =>
    writesResult ? writeResult(record, path) : writeDraws(path, draws, statistics, { signal }),
  )
}
