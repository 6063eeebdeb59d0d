import { fitGeneralisedPareto, generalisedParetoQuantile } from './generalised-pareto.js'
import { sortOrder } from './sort-order.js'

/** Smoothed importance weights of S draws and how far to trust them. */
export interface SmoothedWeights {
  /** Logarithms of weights that sum to one, in the order of the ratios given. */
  readonly logWeights: Float64Array
  /**
   * Shape of the tail of the weights, its estimated number of infinite moments: below 0.5 reliable, below 0.7 usable,
   * above not. -Infinity where the largest weights are all equal, Infinity where it cannot be estimated (fewer than 25
   * draws, ratios that are NaN or +Infinity, no draw with a weight).
   */
  readonly paretoK: number
  /** Kish's effective number of draws, 1 / sum of squared weights, as if the draws were independent. */
  readonly ess: number
}

/**
 * Pareto smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25) the
 * largest min(0.2 S, 3 sqrt(S / r)) ratios are replaced by quantiles of the generalised Pareto distribution fitted to
 * them, none above the largest raw ratio. `logRatios` are log target - log proposal; -Infinity is a weight of zero.
 * `relativeEfficiency` is r, the effective number of draws over their number: 1 for independent ones.
 */
export function psis(logRatios: ArrayLike<number>, relativeEfficiency = 1): SmoothedWeights {
  const size = logRatios.length
  const logWeights = Float64Array.from(logRatios)
  let largest = Number.NEGATIVE_INFINITY
  for (const ratio of logWeights) largest = Math.max(largest, ratio)
  if (!Number.isFinite(largest))
    return { logWeights: logWeights.fill(Number.NaN), paretoK: Number.POSITIVE_INFINITY, ess: Number.NaN }
  for (let s = 0; s < size; s++) logWeights[s] -= largest
  const paretoK = smoothTail(logWeights, relativeEfficiency)
  return { ...normalise(logWeights), paretoK }
}

/** Smooths the largest of `logWeights` (highest: 0) in place and returns the Pareto k of the tail. */
function smoothTail(logWeights: Float64Array, relativeEfficiency: number): number {
  const size = logWeights.length
  const tail = Math.ceil(Math.min(0.2 * size, 3 * Math.sqrt(size / relativeEfficiency)))
  if (tail < 5) return Number.POSITIVE_INFINITY
  const order = sortOrder(logWeights)
  const members = order.subarray(size - tail)
  if (logWeights[members[0]] === logWeights[members[tail - 1]]) return Number.NEGATIVE_INFINITY
  const cutoff = Math.exp(logWeights[order[size - tail - 1]])
  const fitted = fitGeneralisedPareto(Float64Array.from(members, (s) => Math.exp(logWeights[s]) - cutoff))
  // A weakly informative prior worth ten draws pulls k to 0.5, so that short tails do not scatter.
  const k = (fitted.k * tail + 10 * 0.5) / (tail + 10)
  if (!Number.isFinite(k)) return Number.POSITIVE_INFINITY
  for (let z = 0; z < tail; z++) {
    const excess = generalisedParetoQuantile((z + 0.5) / tail, { k, sigma: fitted.sigma })
    logWeights[members[z]] = Math.min(Math.log(excess + cutoff), 0)
  }
  return k
}

function normalise(logWeights: Float64Array): { logWeights: Float64Array; ess: number } {
  let sum = 0
  let squares = 0
  for (const weight of logWeights) {
    sum += Math.exp(weight)
    squares += Math.exp(2 * weight)
  }
  const logSum = Math.log(sum)
  return { logWeights: logWeights.map((weight) => weight - logSum), ess: (sum * sum) / squares }
}
