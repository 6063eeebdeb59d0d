import { checkFormula } from '../check/check.js'
import { checkOutput, print, write } from './present.js'
import type { ModelFlags, OutputFlag, SamplingFlags } from './flags.js'
import { readData } from './read-data.js'
import { samplingRun } from './sampling-run.js'

export async function checkCommand(formula: string, flags: ModelFlags & SamplingFlags & OutputFlag): Promise<void> {
  checkOutput(flags.out)
  const table = await readData(flags)
  const { record } = await samplingRun(flags, (executor, hooks) =>
    checkFormula(formula, table, { ...flags, priors: flags.prior }, executor, hooks),
  )
  await print(record, flags.json)
  if (flags.out !== undefined) await write(record, flags.out)
}
