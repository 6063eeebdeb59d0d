import type { Model } from '../../data/model.js'
import { GlmmError, type Warning } from '../../errors.js'
import { state } from '../../likelihood/frame/stated.js'
import { simulateResponse } from '../../likelihood/frame/simulate.js'
import { quantile } from '../../numerics/quantile.js'
import { checkSeed, stream } from '../../random/stream.js'
import { drawnCoordinates } from '../drawn-coordinates.js'
import { drawnModel, type Sampled } from '../drawn-model.js'
import type { PredictiveDistribution, PredictiveRecord, PredictiveStatistic } from './predictive-record.js'
import { statisticNamed, usualStatistics } from './predictive-statistics.js'

/** What is replicated, and what of it is compared. */
export interface PredictiveOptions {
  /** Test statistics: mean, sd, min, max, zeros, group-sd, and quantiles such as q90; the first six where left out. */
  readonly statistics?: readonly string[] | undefined
  /** True to draw the random effects anew, as of new levels; otherwise each replicate has those of its draw. */
  readonly newLevels?: boolean | undefined
  /** Responses to replicate, from draws spread evenly over all; 1000 or all draws where left out. */
  readonly replicates?: number | undefined
  /** 1 where left out: same seed, same replicates. */
  readonly seed?: number | undefined
}

const usualReplicates = 1000
/** Numbers held for the distribution: 40 MB of them. */
const mostNumbers = 5e6
const bins = 20

/**
 * Posterior predictive check (Gelman, Meng and Stern 1996, Statistica Sinica 6), and the prior one where the draws are of
 * the prior: responses replicated at draws of the parameters and random effects, compared with the observed one.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @param options - Test statistics, number of replicates, seed, and whose random effects a replicate has.
 * @returns Each statistic of the observed response among those of the replicates.
 * @throws GlmmError USAGE for options and for a posterior without draws, MODEL where the family cannot simulate.
 * @example
 * import { predictiveCheck, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * const { replicates, statistics } = predictiveCheck(posterior, { statistics: ['max'], replicates: 100 })
 * console.log(replicates, statistics[0].observed) // 100 11
 */
export function predictiveCheck(posterior: Sampled, options: PredictiveOptions = {}): PredictiveRecord {
  const { model, draws, priorOnly } = drawnModel(posterior)
  const { newLevels = false } = options
  const seed = checkSeed(options.seed ?? 1)
  const names = options.statistics ?? usualStatistics(model)
  const statistics = names.flatMap((name) => {
    const of = statisticNamed(name, model)
    return of === null ? [] : [{ name, of, values: [] as number[] }]
  })
  const stated = state(model)
  const read = drawnCoordinates(stated, draws)
  const room = Math.max(1, Math.floor(mostNumbers / model.nobs))
  const count = Math.min(wanted(options.replicates, read.count), room)
  const { trials, y } = model.response
  const scaled = (values: Float64Array): Float64Array =>
    trials ? values.map((value, i) => (trials[i] > 0 ? value / trials[i] : 0)) : values
  const observed = scaled(y)
  const replicated: Float64Array[] = []
  let failure: unknown = null
  for (let r = 0; r < count; r++) {
    const s = Math.floor((r * read.count) / count)
    const rng = stream({ seed, replicate: r, purpose: 'predictive' })
    try {
      const effects = newLevels ? undefined : read.effects(s)
      replicated.push(scaled(simulateResponse(stated, read.parameters(s), rng, { effects }).y))
    } catch (error) {
      if (!(error instanceof GlmmError)) throw error
      failure ??= error
    }
  }
  if (replicated.length === 0) throw failure
  for (const one of replicated) for (const { of, values } of statistics) values.push(of(one))
  return {
    of: priorOnly ? 'prior' : 'posterior',
    newLevels,
    replicates: replicated.length,
    seed,
    scale: trials ? 'proportion' : 'response',
    statistics: statistics.map(({ name, of, values }) => compared(name, of(observed), values)),
    distribution: distributionOf(observed, replicated),
    warnings: failure === null ? [] : [failed(count - replicated.length, count)],
  }
}

/** Refuses what a check after the sampling would refuse. */
export function checkPredictive(model: Model, { statistics = [], replicates }: PredictiveOptions): void {
  for (const name of statistics) {
    if (statisticNamed(name, model) !== null) continue
    const message = `expected a statistic that ${model.formula} has, got ${name}`
    throw new GlmmError('USAGE', message, 'it needs two rows or two levels of a grouping factor; leave it out')
  }
  wanted(replicates, Number.POSITIVE_INFINITY)
}

function wanted(given: number | undefined, draws: number): number {
  if (given === undefined) return Math.min(usualReplicates, draws)
  if (Number.isInteger(given) && given >= 1 && given <= draws) return given
  const message = `expected 1 to ${draws} replicates, one a draw at most, got ${given}`
  throw new GlmmError('USAGE', message, 'give a whole number in that range, or make more draws')
}

function compared(name: string, observed: number, values: readonly number[]): PredictiveStatistic {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const sorted = Float64Array.from(values).sort()
  const above = values.reduce((sum, value) => sum + (value > observed ? 1 : value === observed ? 0.5 : 0), 0)
  return {
    name,
    observed,
    mean,
    sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)),
    q2_5: quantile(sorted, 0.025),
    q97_5: quantile(sorted, 0.975),
    p: above / n,
  }
}

/** Shares of rows in bins of equal width over the observed values and the middle 99 % of the replicated ones; the end bins hold what is beyond. */
function distributionOf(observed: Float64Array, replicated: readonly Float64Array[]): PredictiveDistribution {
  const some = replicated.slice(0, 100).flatMap((one) => Array.from(one))
  const sorted = Float64Array.from(some).sort()
  const low = observed.reduce((a, b) => Math.min(a, b), quantile(sorted, 0.005))
  const high = observed.reduce((a, b) => Math.max(a, b), quantile(sorted, 0.995))
  const whole = observed.every(Number.isInteger) && replicated.slice(0, 100).every((one) => one.every(Number.isInteger))
  // Counts have bins of whole numbers, so that none holds more of them than its neighbours.
  const width = whole ? Math.max(1, Math.ceil((high - low + 1) / bins)) : (high - low || 1) / bins
  const number = whole ? Math.ceil((high - low + 1) / width) : bins
  const from = whole ? low - 0.5 : low
  const shares = (y: Float64Array): Float64Array => {
    const share = new Float64Array(number)
    for (const value of y) {
      const bin = Math.floor((value - from) / width)
      share[Math.max(0, Math.min(number - 1, bin))] += 1 / y.length
    }
    return share
  }
  const each = replicated.map(shares)
  const column = Array.from({ length: number }, (_, k) => Float64Array.from(each, (share) => share[k]).sort())
  const at = (p: number): number[] => column.map((values) => quantile(values, p))
  return {
    edges: Array.from({ length: number + 1 }, (_, k) => from + k * width),
    observed: Array.from(shares(observed)),
    q2_5: at(0.025),
    q50: at(0.5),
    q97_5: at(0.975),
  }
}

const failed = (count: number, all: number): Warning => ({
  code: 'PREDICTIVE',
  message: `${count} of ${all} replicates could not be drawn and are left out: at these draws a mean leaves its range or is beyond what a number holds; use tighter priors`,
})
