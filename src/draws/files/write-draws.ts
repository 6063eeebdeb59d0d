import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { GlmmError } from '../../errors.js'
import { checkChainFiles, namesChains } from './chain-files.js'
import type { ChainStatistics } from '../chain-statistics.js'
import { chainCount, type Draws, rowsOf } from '../draws.js'
import { leadingColumns } from './draws-columns.js'
import { csvPieces } from './draws-to-csv.js'
import { writeAtomically } from './write-atomically.js'

/**
 * Writes draws to a file, whole or not at all: `.csv` as `drawsToCsv` gives them, `.parquet` with the same columns
 * (32-bit integers for whole numbers, doubles otherwise). `readDraws` reads both. An aborted `signal` ends the
 * writing, and leaves no file.
 *
 * @param path - Ends in `.csv` or `.parquet`.
 * @param draws - Chains of draws, as `sample.draws` has them.
 * @param statistics - The sampler's statistics, an entry a chain; none where left out.
 * @param options - A signal to end the writing.
 * @throws GlmmError FILE where the path cannot be written, has another ending, or names a file a chain.
 * @example
 * import { mkdtempSync, readFileSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { writeDraws } from 'glmm'
 * const path = join(mkdtempSync(join(tmpdir(), 'glmm-')), 'draws.csv')
 * await writeDraws(path, { names: ['b_x'], ndraws: 2, values: [Float64Array.of(0.5, 0.25)] })
 * console.log(readFileSync(path, 'utf8').split('\n')[1]) // 1,1,1,0.5
 */
export async function writeDraws(
  path: string,
  draws: Draws,
  statistics: readonly ChainStatistics[] = [],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  checkDrawsPath(path)
  if (namesChains(path)) {
    const message = `expected one file for the draws, got ${path}`
    throw new GlmmError('FILE', message, 'writePosterior writes a file a chain')
  }
  await writeAtomically(path, async (temporary) => {
    if (isParquet(path)) await writeParquet(temporary, draws, statistics, signal)
    else await writeFile(temporary, csvPieces(draws, statistics), { signal })
  })
}

/** Refuses a name that draws cannot be written under: worth asking before hours of sampling. */
export function checkDrawsPath(path: string): void {
  if (namesChains(path)) {
    checkChainFiles(path)
    return
  }
  const extension = extname(path)
  if (!['.csv', '.parquet'].includes(extension.toLowerCase()))
    throw new GlmmError(
      'FILE',
      `expected a file of draws named .csv or .parquet, got ${path}`,
      extension === '' ? `name it ${path}.csv or ${path}.parquet` : 'change the ending of the name',
    )
}

const isParquet = (path: string): boolean => extname(path).toLowerCase() === '.parquet'

/** Bytes of parameters in one row group. */
const groupBytes = 1 << 25

async function writeParquet(
  path: string,
  draws: Draws,
  statistics: readonly ChainStatistics[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ParquetWriter, fileWriter, schemaFromColumnData } = await import('hyparquet-writer')
  const leading = leadingColumns(draws, statistics)
  const { names, ndraws } = draws
  const width = names.length
  /** Row group of draws `from` to `to - 1` of a chain. */
  const group = (c: number, from: number, to: number) => {
    const rows = rowsOf(draws, c, from, to)
    const size = to - from
    return [
      ...leading.map(({ name, whole, at }) => {
        const data = whole ? new Int32Array(size) : new Float64Array(size)
        for (let d = 0; d < size; d++) data[d] = at(c, from + d)
        return { name, data, type: whole ? ('INT32' as const) : ('DOUBLE' as const), nullable: false }
      }),
      ...names.map((name, j) => {
        const data = new Float64Array(size)
        for (let d = 0; d < size; d++) data[d] = rows[d * width + j]
        return {
          name,
          data,
          type: 'DOUBLE' as const,
          nullable: false,
          encoding: 'PLAIN' as const,
          codec: 'UNCOMPRESSED' as const,
        }
      }),
    ]
  }
  const schema = schemaFromColumnData({ columnData: group(0, 0, 1) })
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'glmm' })
  const atOnce = Math.max(1, Math.min(ndraws, Math.floor(groupBytes / (8 * width))))
  for (let c = 0; c < chainCount(draws); c++) {
    for (let from = 0; from < ndraws; from += atOnce) {
      await writer.write({ columnData: group(c, from, Math.min(ndraws, from + atOnce)), rowGroupSize: atOnce })
      await setImmediate()
      signal?.throwIfAborted()
    }
  }
  await writer.finish()
}
