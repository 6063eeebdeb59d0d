import { open } from 'node:fs/promises'
import { GlmmError } from '../../errors.js'
import type { ChainStatistics } from '../chain-statistics.js'
import { cmdstanStatistics, cutComment, namesComment } from './cmdstan-csv.js'
import type { DrawsFile } from './draws-columns.js'

const hint = 'give files of draws that `glmm sample --out` or CmdStan wrote, one a chain'

/** Whether a file begins as CmdStan's do, with a comment. */
export async function isCmdstan(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (file === null) return false
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0).catch(() => ({ bytesRead: 0, buffer: '' }))
  await file.close()
  return bytesRead === 1 && buffer.toString() === '#'
}

/**
 * Reads chains back from files of CmdStan's form, one a chain, line by line; draws of the warm-up are left out. Files
 * of this program give back names, draws and statistics to the last bit. `complete` is true where the files are all of a run.
 */
export async function readCmdstan(paths: readonly string[], complete: boolean): Promise<DrawsFile> {
  const chains: CmdstanChain[] = []
  for (const path of paths) chains.push(await readChain(path))
  const [{ names, ndraws, run }] = chains
  chains.forEach((chain, c) => {
    const other = `expected the chains of one run in ${paths[0]} and ${paths[c]}, got`
    if (chain.names.length !== names.length || chain.names.some((name, j) => name !== names[j])) {
      throw new GlmmError('TABLE', `${other} other parameters in the second`, hint)
    }
    if (chain.ndraws !== ndraws) {
      throw new GlmmError('TABLE', `${other} ${ndraws} and ${chain.ndraws} draws`, 'check that the files are complete')
    }
  })
  const count = Number(run.get('num_chains') ?? paths.length)
  if (complete && chains.some(({ run: own }) => own.get('glmm') !== undefined) && count !== paths.length) {
    const message = `expected the ${count} chains of the run in ${paths[0]}, got ${paths.length}: ${paths.join(', ')}`
    throw new GlmmError('TABLE', message, 'remove those of other runs, or name the files one by one')
  }
  return {
    draws: { names, ndraws, values: chains.map(({ values }) => values) },
    statistics: chains.flatMap(({ statistics }) => (statistics ? [statistics] : [])),
  }
}

interface CmdstanChain {
  readonly names: readonly string[]
  readonly ndraws: number
  readonly values: Float64Array
  readonly statistics: ChainStatistics | null
  /** What its comments say, by their keys. */
  readonly run: ReadonlyMap<string, string>
}

/** Which parameter, or which statistic, each column of a file is: parameters count from 0, statistics down from -1. */
interface Columns {
  readonly names: readonly string[]
  readonly of: Int32Array
}

async function readChain(path: string): Promise<CmdstanChain> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new GlmmError('FILE', `expected a file of draws at ${path}, got ${error.code ?? error}`, 'check the name')
  })
  const run = new Map<string, string>()
  let header: string[] | null = null
  let columns: Columns | null = null
  let listed: string | null = null
  let cut: Set<number> | null = null
  let values = new Float64Array(1 << 12)
  const statistics = cmdstanStatistics.map((): number[] => [])
  let rows = 0
  let skip = 0
  let number = 0
  const wrong = (expected: string, got: string): GlmmError =>
    new GlmmError('TABLE', `expected ${expected} on line ${number} of ${path}, got ${got}`, hint)
  const comment = (line: string): void => {
    if (line.startsWith(namesComment)) {
      listed = line.slice(namesComment.length)
      run.set('glmm', 'names')
    } else if (line.startsWith(cutComment)) {
      cut = new Set(line.slice(cutComment.length).split(' ').filter(Boolean).map(Number))
    } else {
      const found = /^#\s*(\S+)\s*=\s*(.*?)\s*(\(Default\))?\s*$/.exec(line)
      if (found) run.set(found[1], found[2])
    }
  }
  for await (const line of file.readLines()) {
    number++
    if (line.startsWith('#')) comment(line)
    else if (line.trim() === '') continue
    else if (header === null) header = line.trim().split(',')
    else {
      if (columns === null) {
        columns = columnsOf(header, listed, path)
        skip = warmupRows(run)
      }
      if (skip > 0) {
        skip--
        continue
      }
      const cells = line.split(',')
      const { names, of } = columns
      if (cells.length !== of.length) throw wrong(`${of.length} numbers`, String(cells.length))
      if ((rows + 1) * names.length > values.length) values = grown(values, (rows + 1) * names.length)
      for (let k = 0; k < cells.length; k++) {
        const value = parsed(cells[k])
        if (value === null) throw wrong(`numbers in column ${header[k]}`, `'${cells[k]}'`)
        if (of[k] >= 0) values[rows * names.length + of[k]] = value
        else if (of[k] >= -statistics.length) statistics[-1 - of[k]].push(value)
      }
      rows++
    }
  }
  if (columns === null) throw new GlmmError('TABLE', `expected draws in ${path}, got none`, hint)
  const asked = Math.ceil(Number(run.get('num_samples')) / Number(run.get('thin') ?? 1))
  if (asked > rows) {
    throw new GlmmError('TABLE', `expected ${asked} draws in ${path}, got ${rows}`, 'check that the file is complete')
  }
  return {
    names: columns.names,
    ndraws: rows,
    values: values.slice(0, rows * columns.names.length),
    statistics: statistics.every((one) => one.length === rows) ? chainStatistics(statistics, cut, run) : null,
    run,
  }
}

/** The first draws of a file that are of the warm-up. */
function warmupRows(run: ReadonlyMap<string, string>): number {
  if (!['1', 'true'].includes(run.get('save_warmup') ?? '')) return 0
  return Math.ceil(Number(run.get('num_warmup') ?? 0) / Number(run.get('thin') ?? 1))
}

/** Without a list of names in the file, 'theta.2.1' is 'theta[2,1]'. */
function columnsOf(header: readonly string[], listed: string | null, path: string): Columns {
  const statistic = (name: string): number => cmdstanStatistics.findIndex((one) => one.name === name)
  const names: string[] = []
  const index = new Map<string, number>()
  if (listed === null) {
    for (const column of header) {
      if (column.endsWith('__')) continue
      const [base, ...at] = column.split('.')
      index.set(column, names.push(at.length > 0 ? `${base}[${at.join(',')}]` : base) - 1)
    }
  } else {
    for (const pair of listed.split(' ')) {
      const [column, name] = pair.split(':')
      index.set(column, names.push(decodeURIComponent(name)) - 1)
    }
    const lost = [...index.keys()].find((column) => !header.includes(column))
    if (lost !== undefined) throw new GlmmError('TABLE', `expected a column ${lost} in ${path}, got none`, hint)
  }
  const other = -1 - cmdstanStatistics.length
  const of = header.map((column) => {
    const k = statistic(column)
    return k >= 0 ? -1 - k : (index.get(column) ?? other)
  })
  return { names, of: Int32Array.from(of) }
}

function grown(values: Float64Array, needed: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(2 * values.length, needed))
  larger.set(values)
  return larger
}

const spelled: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** A number, or null. */
function parsed(cell: string): number | null {
  const value = Number(cell)
  if (!Number.isNaN(value) && cell !== '') return value
  return spelled[cell.trim().toLowerCase()] ?? null
}

/** CmdStan does not report which trajectories were cut off: those at its maximal tree depth. */
function chainStatistics(
  columns: readonly (readonly number[])[],
  cut: ReadonlySet<number> | null,
  run: ReadonlyMap<string, string>,
): ChainStatistics {
  const pick = (field: keyof ChainStatistics): Float64Array =>
    Float64Array.from(columns[cmdstanStatistics.findIndex((one) => one.field === field)])
  const treeDepth = pick('treeDepth')
  const greatest = Number(run.get('max_depth') ?? Number.POSITIVE_INFINITY)
  return {
    logDensity: pick('logDensity'),
    acceptRate: pick('acceptRate'),
    stepSize: pick('stepSize')[0],
    treeDepth,
    leapfrogs: pick('leapfrogs'),
    divergent: pick('divergent'),
    energy: pick('energy'),
    cut: treeDepth.map((depth, d) => ((cut ? cut.has(d + 1) : depth >= greatest) ? 1 : 0)),
  }
}
