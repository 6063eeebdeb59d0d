import type { ChainStatistics } from '../chain-statistics.js'
import type { Draws } from '../draws.js'

/** What a file of draws holds; `statistics` is empty where the file lacks any of the sampler's columns. */
export interface DrawsFile {
  readonly draws: Draws
  readonly statistics: readonly ChainStatistics[]
}

/** One column of a file of draws: its value for draw d of chain c, both from 0. */
export interface DrawsColumn {
  readonly name: string
  /** Whether all values are whole numbers below 2^31. */
  readonly whole: boolean
  readonly at: (c: number, d: number) => number
}

/** A statistic of the sampler under the name Stan gives it. */
export interface StatisticColumn {
  readonly name: string
  readonly whole: boolean
  readonly field: keyof ChainStatistics
}

/** In Stan's order; Stan has no `max_treedepth__`. */
export const statisticColumns: readonly StatisticColumn[] = [
  { name: 'lp__', whole: false, field: 'logDensity' },
  { name: 'accept_stat__', whole: false, field: 'acceptRate' },
  { name: 'stepsize__', whole: false, field: 'stepSize' },
  { name: 'treedepth__', whole: true, field: 'treeDepth' },
  { name: 'n_leapfrog__', whole: true, field: 'leapfrogs' },
  { name: 'divergent__', whole: true, field: 'divergent' },
  { name: 'energy__', whole: false, field: 'energy' },
  { name: 'max_treedepth__', whole: true, field: 'cut' },
]

/** The columns that say which draw a row is, numbered from 1, as R's posterior names them. */
export const indexColumns = ['.chain', '.iteration', '.draw'] as const

/** The columns before the parameters: which draw it is, and the sampler's statistics where there are any. */
export function leadingColumns({ ndraws }: Draws, statistics: readonly ChainStatistics[] = []): DrawsColumn[] {
  const columns: DrawsColumn[] = [
    { name: indexColumns[0], whole: true, at: (c) => c + 1 },
    { name: indexColumns[1], whole: true, at: (_, d) => d + 1 },
    { name: indexColumns[2], whole: true, at: (c, d) => c * ndraws + d + 1 },
  ]
  if (statistics.length === 0) return columns
  for (const { name, whole, field } of statisticColumns) {
    const values = statistics.map((chain) => chain[field])
    columns.push({ name, whole, at: (c, d) => valueAt(values[c], d) })
  }
  return columns
}

const valueAt = (values: Float64Array | number, d: number): number => (typeof values === 'number' ? values : values[d])
