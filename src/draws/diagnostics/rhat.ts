import { quantile } from '../../numerics/quantile.js'
import { type RankNormalised, rankNormalised } from './rank-normalised.js'
import { sortedDraws } from './sorted-draws.js'
import { splitChains } from './split-chains.js'
import { meanOf, varianceOfMeans } from './variance-of-means.js'
import { varies } from './varies.js'

/**
 * Rank-normalised split R-hat of Vehtari, Gelman, Simpson, Carpenter and Burkner (2021), section 4: the larger of the
 * R-hat of the ranks (do the chains agree in location?) and of the folded ranks (in scale?). Above 1.01 the chains have
 * not mixed. NaN for draws that are constant or not finite.
 */
export function rhat(chains: readonly Float64Array[]): number {
  if (!varies(chains)) return Number.NaN
  return rhatOfRanks(rankNormalised(splitChains(chains), quantile(sortedDraws(chains).ascending, 0.5)))
}

/** `rhat` where the split chains have been rank-normalised already. */
export const rhatOfRanks = (ranks: RankNormalised): number =>
  Math.max(potentialScaleReduction(ranks.bulk), potentialScaleReduction(ranks.folded))

/**
 * sqrt(((n - 1)/n W + B/n) / W) of chains as they stand, with B/n the variance of their means and W the mean of their
 * variances (Vehtari et al. 2021, eq. 1 to 4).
 */
function potentialScaleReduction(chains: readonly Float64Array[]): number {
  if (!varies(chains)) return Number.NaN
  const n = chains[0].length
  let squares = 0
  for (const chain of chains) {
    const mean = meanOf(chain)
    for (let i = 0; i < n; i++) squares += (chain[i] - mean) ** 2
  }
  const within = squares / ((n - 1) * chains.length)
  return Math.sqrt(varianceOfMeans(chains) / within + (n - 1) / n)
}
