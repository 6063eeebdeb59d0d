import { checkFormula } from '../check/check.js'
import type { ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { readData, withReading } from './read-data.js'
import { samplingRun } from './sampling-run.js'

export async function checkCommand(formula: string, flags: ModelFlags & SamplingFlags & OutputFlag): Promise<void> {
  checkOutput(flags)
  checkEndings(flags)
  const table = await readData(flags)
  const { record } = await samplingRun(flags, (executor, hooks) =>
    checkFormula(formula, table, { ...flags, priors: flags.prior }, executor, hooks),
  )
  await present(withReading(record, flags), flags)
}
