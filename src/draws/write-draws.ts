import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { GlmmError } from '../errors.js'
import type { ChainStatistics } from './chain-statistics.js'
import type { Draws } from './draws.js'
import { drawsColumns } from './draws-columns.js'
import { csvPieces } from './draws-to-csv.js'
import { writeAtomically } from './write-atomically.js'

/**
 * Writes draws to a file, whole or not at all: `.csv` as `drawsToCsv` gives them, `.parquet` with the same columns
 * (32-bit integers for whole numbers, doubles otherwise). `readDraws` reads both. An aborted `signal` ends the writing of a CSV, and leaves no file.
 */
export async function writeDraws(
  path: string,
  draws: Draws,
  statistics: readonly ChainStatistics[] = [],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  checkDrawsPath(path)
  await writeAtomically(path, async (temporary) => {
    if (isParquet(path)) await writeParquet(temporary, draws, statistics)
    else await writeFile(temporary, csvPieces(draws, statistics), { signal })
  })
}

/** Refuses a name `writeDraws` would refuse: worth asking before hours of sampling. */
export function checkDrawsPath(path: string): void {
  const extension = extname(path)
  if (!['.csv', '.parquet'].includes(extension.toLowerCase()))
    throw new GlmmError(
      'FILE',
      `expected a file of draws named .csv or .parquet, got ${path}`,
      extension === '' ? `name it ${path}.csv or ${path}.parquet` : 'change the ending of the name',
    )
}

const isParquet = (path: string): boolean => extname(path).toLowerCase() === '.parquet'

async function writeParquet(path: string, draws: Draws, statistics: readonly ChainStatistics[]): Promise<void> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const { ndraws } = draws
  const nrow = ndraws * draws.values.length
  const columnData = drawsColumns(draws, statistics).map(({ name, whole, at }) => {
    const data = whole ? new Int32Array(nrow) : new Float64Array(nrow)
    for (let row = 0; row < nrow; row++) data[row] = at(Math.floor(row / ndraws), row % ndraws)
    return { name, data, type: whole ? ('INT32' as const) : ('DOUBLE' as const), nullable: false }
  })
  parquetWriteFile({ filename: path, columnData, rowGroupSize: 100_000, createdBy: 'glmm' })
}
