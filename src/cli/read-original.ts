import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import type { FitSource } from '../fit/predict-source.js'
import { readData } from './read-data.js'

/** The table of a fit's call, read as the call says. FILE where it does not name one or that cannot be read. */
export async function readOriginal({ call }: FitSource, path: string): Promise<Table> {
  const { data, header, names } = call
  if (typeof data !== 'string') {
    throw new GlmmError('FILE', `expected ${path} to name its data, got none`, 'name a table with --data')
  }
  try {
    const listed = Array.isArray(names) ? { names: names.join(',') } : {}
    return await readData({ data, header: header !== false, ...listed })
  } catch (error) {
    if (!(error instanceof GlmmError)) throw error
    const message = `expected to read ${data}, the data of ${path}, but ${error.message}`
    throw new GlmmError('FILE', message, 'run this where the fit was run, or name a table with --data')
  }
}
