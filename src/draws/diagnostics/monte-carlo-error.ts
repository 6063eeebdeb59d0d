import { betaQuantile } from '../../numerics/beta-quantile.js'
import { normalCdf } from '../../numerics/special.js'
import { effectiveSampleSize, essMean, essQuantileOf } from './effective-sample-size.js'
import { moments } from './moments.js'
import { sortedDraws } from './sorted-draws.js'
import { splitChains } from './split-chains.js'

/** Monte Carlo standard error of the posterior mean: SD / sqrt(ESS of the mean). */
export const mcseMean = (chains: readonly Float64Array[]): number => moments(chains).sd / Math.sqrt(essMean(chains))

/**
 * Monte Carlo standard error of the posterior SD, by the delta method from that of the variance: with d = x - mean,
 * Var(sd) = (E d^4 - (E d^2)^2) / ESS(d^2) / (4 E d^2) (Vehtari et al. 2021, section 4, and posterior).
 */
export function mcseSd(chains: readonly Float64Array[]): number {
  const { mean, variance, fourth } = moments(chains)
  const squares = chains.map((chain) => {
    const square = new Float64Array(chain.length)
    for (let i = 0; i < chain.length; i++) square[i] = (chain[i] - mean) ** 2
    return square
  })
  const ess = effectiveSampleSize(splitChains(squares))
  return Math.sqrt((fourth - variance * variance) / ess / variance / 4)
}

/**
 * Monte Carlo standard error of the posterior p quantile: half the distance between the draws at the 16 % and 84 %
 * points of Beta(S p + 1, S (1 - p) + 1), the distribution of the share below the quantile, where S is the ESS for this
 * quantile (Vehtari et al. 2021, section 4).
 *
 * @param chains - Draws of one parameter, an array a chain, all of one length.
 * @param p - Between 0 and 1.
 * @returns The standard error on the parameter's scale; NaN where the effective sample size is.
 * @example
 * import { mcseQuantile } from 'glmm/core'
 * const chain = Float64Array.from({ length: 1000 }, (_, i) => ((i * 619) % 1000) / 1000)
 * console.log(mcseQuantile([chain, chain], 0.5) < 0.05) // true
 */
export function mcseQuantile(chains: readonly Float64Array[], p: number): number {
  const { ascending } = sortedDraws(chains)
  const ess = essQuantileOf(chains, ascending, p)
  if (Number.isNaN(ess)) return Number.NaN
  const draws = ascending.length
  const share = (tail: number): number => betaQuantile(tail, ess * p + 1, ess * (1 - p) + 1)
  const lower = ascending[Math.max(Math.floor(share(normalCdf(-1)) * draws), 1) - 1]
  const upper = ascending[Math.min(Math.ceil(share(normalCdf(1)) * draws), draws) - 1]
  return (upper - lower) / 2
}
