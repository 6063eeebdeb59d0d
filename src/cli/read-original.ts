import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import { readData } from './read-data.js'
import { readFlagsOf } from './read-flags.js'

/** The table of a fit's call, read as the call says. FILE where it does not name one or that cannot be read. */
export async function readOriginal({ call }: FitSource, path: string): Promise<Table> {
  const { data } = call
  if (typeof data !== 'string') {
    throw new GlmmError('FILE', `expected ${path} to name its data, got none`, 'name a table with --data')
  }
  if (data === 'standard input') {
    throw new GlmmError(
      'FILE',
      `expected ${path} to name its data, which came from standard input`,
      'name a table with --data',
    )
  }
  try {
    return await readData({ ...readFlagsOf(call), data })
  } catch (error) {
    if (!(error instanceof GlmmError)) throw error
    const message = `expected to read ${data}, the data of ${path}, but ${error.message}`
    throw new GlmmError('FILE', message, 'run this where the fit was run, or name a table with --data')
  }
}
