import type { Model } from '../../data/model.js'
import type { ChainStatistics } from '../chain-statistics.js'
import { type CmdstanColumn, cmdstanColumns } from './cmdstan-columns.js'
import { type Draws, rowsOf } from '../draws.js'
import { type StatisticColumn, statisticColumns } from './draws-columns.js'

/** Numbers of one piece of text. */
const numbersAtOnce = 100_000

/** The run of a file of CmdStan's form, as its header has it. */
export interface CmdstanRun {
  readonly sampler: string
  /** What Stan calls its trajectories; null for a sampler that Stan does not have. */
  readonly engine: 'nuts' | 'static' | null
  readonly seed: number
  readonly warmup: number
  readonly targetAccept: number | null
  readonly maxDepth: number | null
  /** Numbers of the chains, from 1, in the order of the draws. */
  readonly chains: readonly number[]
  /** Diagonal of the inverse mass matrix of each chain, in the coordinates it walks; null where it is not known. */
  readonly inverseMetric: readonly (Float64Array | null)[]
  /** Of a chain, the mean over all. */
  readonly warmupSeconds: number
  readonly sampleSeconds: number
  /** Name of the data's file; null where there is none. */
  readonly data: string | null
}

/** The beginnings of the two comments that Stan has not: the names of the columns' quantities, and trajectories cut at the greatest depth. */
export const namesComment = '# glmm names '
export const cutComment = '# glmm cut '

/** The statistics that CmdStan writes, in its order. */
export const cmdstanStatistics: readonly StatisticColumn[] = statisticColumns.filter(({ field }) => field !== 'cut')

/**
 * Chain c (from 0) as CmdStan 2.26 writes a sample, piece by piece, all digits kept: what read_cmdstan_csv of R's cmdstanr,
 * read_stan_csv of rstan and from_cmdstan of ArviZ read. A comment keeps the names that its own cannot.
 */
export function* cmdstanPieces(
  model: Model,
  draws: Draws,
  statistics: readonly ChainStatistics[],
  run: CmdstanRun,
  c: number,
): Generator<string> {
  const { names, ndraws } = draws
  const columns = cmdstanColumns(names, model)
  const own = statistics[c]
  yield head(model, draws, own, run, c)
  yield `${[...cmdstanStatistics.map(({ name }) => name), ...columns.map(({ column }) => column)].join(',')}\n`
  yield `${namesComment}${namesText(names, columns)}\n${cutComment}${cutDraws(own).join(' ')}\n`
  yield adaptation(own, run.inverseMetric[c])
  const reported = cmdstanStatistics.map(({ field }) => own[field])
  const width = names.length
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / width))
  for (let from = 0; from < ndraws; from += atOnce) {
    const to = Math.min(ndraws, from + atOnce)
    const rows = rowsOf(draws, c, from, to)
    let piece = ''
    for (let d = from; d < to; d++) {
      reported.forEach((values, k) => {
        piece += (k > 0 ? ',' : '') + numberText(typeof values === 'number' ? values : values[d])
      })
      for (const { index } of columns) piece += `,${numberText(rows[(d - from) * width + index])}`
      piece += '\n'
    }
    yield piece
  }
  yield elapsed(run)
}

function head(model: Model, { ndraws }: Draws, { stepSize }: ChainStatistics, run: CmdstanRun, c: number): string {
  const { engine, warmup, sampler } = run
  const adapts = warmup > 0 && run.targetAccept !== null
  const lines = [
    'stan_version_major = 2',
    'stan_version_minor = 26',
    'stan_version_patch = 0',
    `model = glmm_${model.family}_${model.link}`,
    'method = sample (Default)',
    '  sample',
    `    num_samples = ${ndraws}`,
    `    num_warmup = ${warmup}`,
    '    save_warmup = 0 (Default)',
    '    thin = 1 (Default)',
    '    adapt',
    `      engaged = ${adapts ? '1 (Default)' : '0'}`,
    ...(run.targetAccept === null ? [] : [`      delta = ${run.targetAccept}`]),
    `    algorithm = ${engine === null ? sampler : 'hmc (Default)'}`,
    ...(engine === null ? [] : ['      hmc', `        engine = ${engine}`]),
    ...(engine === 'nuts' ? ['          nuts', `            max_depth = ${run.maxDepth}`] : []),
    '        metric = diag_e (Default)',
    '        metric_file =  (Default)',
    `        stepsize = ${Number.isFinite(stepSize) ? stepSize : 0}`,
    '        stepsize_jitter = 0 (Default)',
    `    num_chains = ${run.chains.length}`,
    `id = ${run.chains[c]}`,
    'data',
    `  file = ${(run.data ?? ' (Default)').replace(/[\r\n]/g, ' ')}`,
    'init = mode',
    'random',
    `  seed = ${run.seed}`,
  ]
  return lines.map((line) => `# ${line}\n`).join('')
}

/** The step size that adaptation ended with, and the metric; nothing of a sampler without a step size. */
function adaptation({ stepSize }: ChainStatistics, inverseMetric: Float64Array | null): string {
  if (!Number.isFinite(stepSize)) return ''
  const step = `# Adaptation terminated\n# Step size = ${stepSize}\n`
  if (inverseMetric === null) return step
  return `${step}# Diagonal elements of inverse mass matrix:\n# ${inverseMetric.join(', ')}\n`
}

function elapsed({ warmupSeconds, sampleSeconds }: CmdstanRun): string {
  const seconds = (value: number): string => value.toFixed(3)
  return [
    '# ',
    `#  Elapsed Time: ${seconds(warmupSeconds)} seconds (Warm-up)`,
    `#                ${seconds(sampleSeconds)} seconds (Sampling)`,
    `#                ${seconds(warmupSeconds + sampleSeconds)} seconds (Total)`,
    '# \n',
  ].join('\n')
}

/** Each name beside its column, in the order of the draws; letters that a reader of comments might stumble over are in percent. */
function namesText(names: readonly string[], columns: readonly CmdstanColumn[]): string {
  const of: string[] = []
  for (const { column, index } of columns) of[index] = column
  return names.map((name, j) => `${of[j]}:${inPercent(name)}`).join(' ')
}

const inPercent = (name: string): string =>
  encodeURIComponent(Buffer.from(name).toString()).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Draws, from 1, whose trajectories were cut. */
function cutDraws({ cut }: ChainStatistics): number[] {
  const found: number[] = []
  for (let d = 0; d < cut.length; d++) if (cut[d] !== 0) found.push(d + 1)
  return found
}

/** All digits, as R and Python read them. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return value === 0 && 1 / value < 0 ? '-0' : String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Inf' : '-Inf'
}
