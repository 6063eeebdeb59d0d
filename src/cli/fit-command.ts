import { GlmmError } from '../errors.js'
import { fit } from '../fit/fit.js'
import { checkOutput, print, write } from './present.js'
import type { FitFlags, ModelFlags, OutputFlag } from './flags.js'
import { readData } from './read-data.js'

export async function fitCommand(formula: string, flags: ModelFlags & FitFlags & OutputFlag): Promise<void> {
  checkOutput(flags.out)
  const record = fit(formula, await readData(flags), flags)
  await print(record, flags.json)
  if (flags.out !== undefined) await write(record, flags.out)
  if (!record.convergence.converged) {
    const hint = 'look at the estimates; scale the columns, or leave out a term that the data cannot identify'
    throw new GlmmError('NO_CONVERGENCE', `expected to reach a maximum, got: ${record.convergence.reason}`, hint)
  }
}
