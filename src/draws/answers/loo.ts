import { responseChecksum } from '../../data/response-checksum.js'
import { GlmmError, type Warning } from '../../errors.js'
import { type DrawnModel, drawnModel, type Sampled } from '../drawn-model.js'
import { chainCount } from '../draws.js'
import { looPoint } from './loo-point.js'
import { type LooRecord, listed, type NamedPoint, totalOf } from './loo-record.js'
import { eachRowLogLik } from './row-log-likelihood.js'

/** Above this Pareto k an importance sampling estimate is not to be trusted (Vehtari et al. 2024). */
export const paretoLimit = 0.7

/**
 * Leave-one-row-out cross-validation by Pareto smoothed importance sampling: each row's log density given the parameters
 * and the random effects of a draw. Rows of a frequency are left out with all that they stand for.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @returns The expected log predictive density, its standard error, and the Pareto k of each row.
 * @throws GlmmError USAGE for draws of the prior, and for a posterior without draws.
 * @example
 * import { loo, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * console.log(loo(posterior).pointwise.length) // 9
 */
export function loo(posterior: Sampled): LooRecord {
  const sample = drawnModel(posterior)
  fromPosterior(sample, 'leave-one-out cross-validation')
  const chains = chainCount(sample.draws)
  const points: NamedPoint[] = []
  eachRowLogLik(sample, (row, logLik) => points.push({ name: String(row + 1), ...looPoint(logLik, chains) }))
  return looRecord(sample, points, { unit: 'row', group: null, nodes: null }, [])
}

/** Refuses draws that the response has had no part in. */
export function fromPosterior({ priorOnly }: Pick<DrawnModel, 'priorOnly'>, what: string): void {
  if (!priorOnly) return
  const message = `expected draws of the posterior for ${what}, got draws of the prior`
  throw new GlmmError('USAGE', message, 'sample without --prior-only')
}

/** The record of what leaving each unit out says. */
export function looRecord(
  { model }: DrawnModel,
  pointwise: readonly NamedPoint[],
  what: Pick<LooRecord, 'unit' | 'group' | 'nodes'>,
  warnings: readonly Warning[],
): LooRecord {
  const above = (limit: number): NamedPoint[] => pointwise.filter(({ paretoK }) => paretoK > limit)
  const bad = above(paretoLimit)
  const elpds = pointwise.map(({ elpd }) => elpd)
  return {
    ...what,
    elpd: totalOf(elpds),
    p: totalOf(pointwise.map(({ p }) => p)),
    looic: totalOf(elpds, -2),
    mcse: bad.length > 0 ? null : Math.sqrt(pointwise.reduce((sum, { mcse }) => sum + mcse ** 2, 0)),
    maxParetoK: pointwise.reduce((most, { paretoK }) => Math.max(most, paretoK), Number.NEGATIVE_INFINITY),
    paretoKAbove: { '0.5': above(0.5).length, '0.7': bad.length, '1': above(1).length },
    pointwise,
    responseChecksum: responseChecksum(model.response),
    warnings: [...warnings, ...(bad.length > 0 ? [paretoWarning(bad, pointwise.length, what, model)] : [])],
  }
}

function paretoWarning(
  bad: readonly NamedPoint[],
  total: number,
  { unit, group }: Pick<LooRecord, 'unit' | 'group'>,
  { predictors }: DrawnModel['model'],
): Warning {
  const worst = [...bad].sort((a, b) => b.paretoK - a.paretoK)
  const names = listed(worst.map(({ name, paretoK }) => `${name} (${paretoK.toFixed(2)})`))
  const which = unit === 'row' ? 'rows' : `levels of ${group}`
  const mixed = unit === 'row' && predictors.some(({ random }) => random.length > 0)
  const advice = `leave these out and sample again to learn their elpd${mixed ? ', or leave out whole clusters with --loo-clusters' : ''}`
  return {
    code: 'PARETO_K',
    message: `elpd is not to be trusted: Pareto k is above ${paretoLimit} for ${bad.length} of ${total} ${which}, ${names}; ${advice}`,
  }
}
