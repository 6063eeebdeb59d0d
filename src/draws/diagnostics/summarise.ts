import { quantile } from '../../numerics/quantile.js'
import { chainCount, chainsOf, type Draws } from '../draws.js'
import { effectiveSampleSize, essMean, essTailOf } from './effective-sample-size.js'
import { moments } from './moments.js'
import { mcseSd } from './monte-carlo-error.js'
import type { ParameterSummary } from '../parameter-summary.js'
import { normalScores, rankNormalised } from './rank-normalised.js'
import { rhatOfRanks } from './rhat.js'
import { sortedDraws } from './sorted-draws.js'
import { splitChains } from './split-chains.js'
import { varies } from './varies.js'

/** Bytes of draws taken into memory together where they lie on disk. */
const bytesAtOnce = 1 << 23

/**
 * Posterior summary and convergence diagnostics of every parameter, in the order of `draws.names`.
 *
 * @param draws - Of `sample`, of `readDraws`, or of any sampler.
 * @returns One summary a parameter; draws that are constant or not finite have NaN for R-hat, ESS and Monte Carlo errors.
 * @example
 * import { summarise } from 'glmm/core'
 * const values = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(3, 1, 2, 6, 4, 5)]
 * console.log(summarise({ names: ['b_x'], ndraws: 6, values })[0].mean) // 3.5
 */
export function summarise(draws: Draws): ParameterSummary[] {
  const halfLength = draws.ndraws < 2 ? draws.ndraws : Math.floor(draws.ndraws / 2)
  const count = chainCount(draws)
  const scores = normalScores(halfLength * (draws.ndraws < 2 ? count : 2 * count))
  const { names, stored } = draws
  if (!stored) return names.map((name, index) => summariseParameter(name, chainsOf(draws, index), scores))
  const summaries: ParameterSummary[] = []
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / (8 * count * draws.ndraws)))
  for (let first = 0; first < names.length; first += atOnce) {
    const columns = stored.columns(first, Math.min(names.length, first + atOnce))
    columns.forEach((chains, j) => {
      summaries.push(summariseParameter(names[first + j], chains, scores))
    })
  }
  return summaries
}

/** Summary of one parameter; `scores` as `normalScores` gives them for the number of draws in the split chains. */
function summariseParameter(name: string, chains: readonly Float64Array[], scores: Float64Array): ParameterSummary {
  const halves = splitChains(chains)
  // Splitting drops the middle draw of a chain of odd length: it counts in the quantiles, but not among the ranks.
  const sortedHalves = sortedDraws(halves)
  const odd = chains[0].length > 1 && chains[0].length % 2 === 1
  const { ascending } = odd ? sortedDraws(chains) : sortedHalves
  const { mean, sd } = moments(chains)
  const at = (p: number): number => (Number.isNaN(mean) ? Number.NaN : quantile(ascending, p))
  const location = {
    q2_5: at(0.025),
    q5: at(0.05),
    q25: at(0.25),
    q50: at(0.5),
    q75: at(0.75),
    q95: at(0.95),
    q97_5: at(0.975),
  }
  const none = Number.NaN
  if (!varies(chains))
    return { name, mean, sd, mcse: none, mcseSd: none, ...location, rhat: none, essBulk: none, essTail: none }
  const ranks = rankNormalised(halves, location.q50, sortedHalves, scores)
  return {
    name,
    mean,
    sd,
    mcse: sd / Math.sqrt(essMean(chains)),
    mcseSd: mcseSd(chains),
    ...location,
    rhat: rhatOfRanks(ranks),
    essBulk: effectiveSampleSize(ranks.bulk),
    essTail: essTailOf(chains, ascending),
  }
}
