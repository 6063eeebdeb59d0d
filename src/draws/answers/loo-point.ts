import { psis } from '../../numerics/psis.js'
import { normalQuantile } from '../../numerics/special.js'
import { effectiveSampleSize } from '../diagnostics/effective-sample-size.js'

/** What leaving one unit (a row, a cluster) out says. */
export interface LooPoint {
  /** Expected log predictive density: log p(y_i | the other units). */
  readonly elpd: number
  /** Effective number of parameters: log p(y_i | all units) less elpd. */
  readonly p: number
  /** Shape of the tail of the importance ratios: above 0.7 elpd is not to be trusted; see psis. */
  readonly paretoK: number
  /** Effective number of draws, their autocorrelation reckoned with. */
  readonly ess: number
  /** Monte Carlo standard error of elpd. */
  readonly mcse: number
}

/** Normal order statistics by which the error of a mean of weights is carried over to its logarithm. */
const points = 1000

let scores: Float64Array | undefined
/** Blom's (1958) approximate order statistics of 1000 standard normal numbers. */
const normalScores = (): Float64Array => {
  scores ??= Float64Array.from({ length: points }, (_, r) => normalQuantile((r + 1 - 0.375) / (points + 0.25)))
  return scores
}

/**
 * Pareto smoothed importance sampling leave-one-out of one unit from its log-likelihood under each draw, `chains` equally
 * long chains one after the other (Vehtari, Gelman and Gabry 2017, "Practical Bayesian model evaluation using
 * leave-one-out cross-validation and WAIC", Statistics and Computing 27), with the relative efficiency and the Monte
 * Carlo error of R's loo 2.5.
 */
export function looPoint(logLik: Float64Array, chains: number): LooPoint {
  const size = logLik.length
  const highest = logLik.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  // Everything but elpd itself is the same for a likelihood times a constant, which keeps it in range.
  const density = logLik.map((value) => Math.exp(value - highest))
  const length = size / chains
  const of = Array.from({ length: chains }, (_, c) => density.subarray(c * length, (c + 1) * length))
  const estimated = effectiveSampleSize(of) / size
  const efficiency = Number.isNaN(estimated) ? 1 : estimated
  const { logWeights, paretoK, ess } = psis(
    logLik.map((value) => -value),
    efficiency,
  )
  let mean = 0
  let plain = 0
  for (let s = 0; s < size; s++) {
    mean += Math.exp(logWeights[s]) * density[s]
    plain += density[s]
  }
  let variance = 0
  for (let s = 0; s < size; s++) variance += (Math.exp(logWeights[s]) * (density[s] - mean)) ** 2
  return {
    elpd: Math.log(mean) + highest,
    p: Math.log(plain / size) - Math.log(mean),
    paretoK,
    ess: ess * efficiency,
    mcse: Math.sqrt(varianceOfLog(mean, Math.sqrt(variance)) / efficiency),
  }
}

/** Variance of the logarithm of a normal variable, its part below zero left out. */
function varianceOfLog(mean: number, sd: number): number {
  let count = 0
  let sum = 0
  let squares = 0
  const centre = Math.log(mean)
  for (const score of normalScores()) {
    const z = mean + sd * score
    if (!(z > 0)) continue
    const log = Math.log(z) - centre
    count++
    sum += log
    squares += log * log
  }
  return (squares - (sum * sum) / count) / (count - 1)
}
