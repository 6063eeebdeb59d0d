import { quantile } from '../../numerics/quantile.js'
import { meanAutocovariance } from './mean-autocovariance.js'
import { rankNormalised } from './rank-normalised.js'
import { sortedDraws } from './sorted-draws.js'
import { splitChains } from './split-chains.js'
import { varianceOfMeans } from './variance-of-means.js'
import { varies } from './varies.js'

/**
 * Effective sample size of the mean over m chains of n draws as they stand (neither split nor transformed): Vehtari,
 * Gelman, Simpson, Carpenter and Burkner (2021), section 3, with the initial monotone sequence of Geyer (1992).
 * NaN for fewer than three draws a chain, and for draws that are constant or not finite. Capped at mn log10(mn), since
 * the autocorrelations of antithetic chains can bring the sum near zero or below.
 */
export function effectiveSampleSize(chains: readonly Float64Array[]): number {
  const m = chains.length
  const n = m > 0 ? chains[0].length : 0
  if (n < 3 || !varies(chains)) return Number.NaN
  const autocovariance = meanAutocovariance(chains)
  const biased = autocovariance(0)
  const within = (biased * n) / (n - 1)
  const total = biased + varianceOfMeans(chains)
  const correlation = (lag: number): number => 1 - (within - autocovariance(lag)) / total

  // Sums of pairs, rho_2k + rho_2k+1, are positive and decreasing in a reversible chain. Add them while they are
  // positive, each bounded by the one before; of the pair that ends the sequence only the even term is added, once,
  // which matters for antithetic chains.
  let lag = 0
  let even = 1
  let pair = even + correlation(1)
  let held = pair
  let sum = 0
  while (lag < n - 5 && pair > 0) {
    held = Math.min(held, pair)
    sum += held
    lag += 2
    even = correlation(lag)
    pair = even + correlation(lag + 1)
  }
  const last = pair >= 0 ? even : Math.max(even, 0)
  // Where not one pair could be added (fewer than six draws, or rho_1 < -1), 2 stands for an unknown tau, as in posterior.
  const tau = lag === 0 ? 2 : -1 + 2 * sum + last
  return (m * n) / Math.max(tau, 1 / Math.log10(m * n))
}

/** Bulk ESS: of the mean of the rank-normalised split chains, so it exists where the mean or variance does not. */
export const essBulk = (chains: readonly Float64Array[]): number =>
  varies(chains) ? effectiveSampleSize(rankNormalised(splitChains(chains), 0).bulk) : Number.NaN

/** ESS of the mean on its own scale, for the error of the posterior mean. */
export const essMean = (chains: readonly Float64Array[]): number => effectiveSampleSize(splitChains(chains))

/** The smaller of the ESS for the 5 % and the 95 % quantile. */
export const essTail = (chains: readonly Float64Array[]): number => essTailOf(chains, sortedDraws(chains).ascending)

/** `essTail` where the draws have been sorted already. */
export const essTailOf = (chains: readonly Float64Array[], ascending: Float64Array): number =>
  Math.min(essQuantileOf(chains, ascending, 0.05), essQuantileOf(chains, ascending, 0.95))

/** ESS for the p quantile, of the share of draws at or below it, where the draws have been sorted already. */
export function essQuantileOf(chains: readonly Float64Array[], ascending: Float64Array, p: number): number {
  if (!varies(chains)) return Number.NaN
  const size = ascending.length
  // Every draw is at or below the maximum; half a draw less keeps the indicator from being constant.
  const bound = quantile(ascending, p === 1 ? (size - 0.5) / size : p)
  const indicators = chains.map((chain) => {
    const indicator = new Float64Array(chain.length)
    for (let i = 0; i < chain.length; i++) indicator[i] = chain[i] <= bound ? 1 : 0
    return indicator
  })
  return effectiveSampleSize(splitChains(indicators))
}
