import { readTable } from '../../data/files/read-table.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import { existingChainFiles, namesChains } from './chain-files.js'
import type { ChainStatistics } from '../chain-statistics.js'
import { type DrawsFile, indexColumns, statisticColumns } from './draws-columns.js'
import { isCmdstan, readCmdstan } from './read-cmdstan.js'

/**
 * Reads draws back from CSV or Parquet, as `writeDraws` or R's posterior (a `draws_df`) wrote them: rows belong to the
 * chain in `.chain` and keep their order there. Every further column of numbers is a parameter. A list of files, one
 * file that begins with a comment, and a name with {chain} in it are chains as CmdStan writes them.
 *
 * @param path - One file, a list with a file a chain, or a name in which {chain} stands for the chain's number.
 * @returns The draws, and the sampler's statistics where the file has them.
 * @throws GlmmError FILE where a file is missing or unreadable, TABLE for what is no table of draws, USAGE for an empty list.
 * @example
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { readDraws, writeDraws } from 'glmm'
 * const path = join(mkdtempSync(join(tmpdir(), 'glmm-')), 'draws.csv')
 * await writeDraws(path, { names: ['b_x'], ndraws: 2, values: [Float64Array.of(1, 2), Float64Array.of(3, 4)] })
 * const { draws } = await readDraws(path)
 * console.log(draws.names[0], draws.values[1][0]) // b_x 3
 */
export async function readDraws(path: string | readonly string[]): Promise<DrawsFile> {
  if (typeof path !== 'string') {
    if (path.length > 0) return readCmdstan(path, false)
    throw new GlmmError('USAGE', 'expected files of draws, got an empty list', 'give one file a chain')
  }
  if (namesChains(path)) return readCmdstan(await existingChainFiles(path), true)
  if (await isCmdstan(path)) return readCmdstan([path], false)
  const table = await readTable(path)
  const columns = numericColumns(table)
  const rows = rowsOfChains(columns.get(indexColumns[0]), table)
  const known: ReadonlySet<string> = new Set([...indexColumns, ...statisticColumns.map(({ name }) => name)])
  const names = [...columns.keys()].filter((name) => !known.has(name))
  const values = rows.map((chain) => {
    const interleaved = new Float64Array(chain.length * names.length)
    for (const [j, name] of names.entries()) {
      const column = columns.get(name)!
      for (let d = 0; d < chain.length; d++) interleaved[d * names.length + j] = column[chain[d]]
    }
    return interleaved
  })
  return { draws: { names, ndraws: rows[0].length, values }, statistics: statisticsOf(columns, rows) }
}

function numericColumns(table: Table): Map<string, Float64Array> {
  return new Map(
    table.columns.map((column) => {
      if (column.kind !== 'numeric')
        throw new GlmmError(
          'TABLE',
          `expected numbers in column ${column.name} of ${table.source}, got text (${column.levels[0]})`,
          'give a file of draws that `glmm sample --out` or R posterior wrote',
        )
      return [column.name, column.values]
    }),
  )
}

/** The row numbers of each chain, chains ascending. */
function rowsOfChains(chainOfRow: Float64Array | undefined, { source }: Table): Int32Array[] {
  if (chainOfRow === undefined)
    throw new GlmmError(
      'TABLE',
      `expected a column .chain in ${source}, got none`,
      'give a file of draws that `glmm sample --out` or R posterior wrote',
    )
  const chains = new Map<number, number[]>()
  for (const [row, chain] of chainOfRow.entries()) {
    const rows = chains.get(chain)
    if (rows === undefined) chains.set(chain, [row])
    else rows.push(row)
  }
  const sorted = [...chains].sort(([a], [b]) => a - b).map(([, rows]) => Int32Array.from(rows))
  const lengths = new Set(sorted.map((rows) => rows.length))
  if (lengths.size > 1)
    throw new GlmmError(
      'TABLE',
      `expected equally long chains in ${source}, got ${sorted.map((rows) => rows.length).join(', ')} draws`,
      'check that the file is complete',
    )
  return sorted
}

function statisticsOf(columns: ReadonlyMap<string, Float64Array>, rows: readonly Int32Array[]): ChainStatistics[] {
  if (!statisticColumns.every(({ name }) => columns.has(name))) return []
  return rows.map((chain) => {
    const pick = (field: keyof ChainStatistics): Float64Array => {
      const column = columns.get(statisticColumns.find((c) => c.field === field)!.name)!
      return Float64Array.from(chain, (row) => column[row])
    }
    return {
      logDensity: pick('logDensity'),
      acceptRate: pick('acceptRate'),
      stepSize: pick('stepSize')[0],
      treeDepth: pick('treeDepth'),
      leapfrogs: pick('leapfrogs'),
      divergent: pick('divergent'),
      energy: pick('energy'),
      cut: pick('cut'),
    }
  })
}
