import { GlmmError } from '../errors.js'
import { fit, fitOptionsIn } from '../postestimation/fit.js'
import type { FitFlags, ModelFlags, OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present, printText } from './present.js'
import { readData, withReading } from './read-data.js'

export async function fitCommand(formula: string, flags: ModelFlags & FitFlags & OutputFlag): Promise<void> {
  checkOutput(flags)
  checkEndings(flags)
  const record = withReading(fit(formula, await readData(flags), fitOptionsIn(flags)), flags)
  const { converged, reason } = record.convergence
  if (converged) return present(record, flags)
  // A failed job leaves no file and no document, but people may look at where it stopped.
  if (!flags.json) await printText(record)
  const hint =
    'look for a term that predicts the response without error or that the data cannot identify, and leave it out'
  throw new GlmmError('NO_CONVERGENCE', `expected to reach a maximum of the likelihood, got: ${reason}`, hint)
}
