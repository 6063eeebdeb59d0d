import { psis } from '../../numerics/psis.js'

/** How far an estimate of the log-likelihood is to be trusted. */
export interface ImportanceDiagnosis {
  /** Monte Carlo standard error of the log-likelihood. */
  readonly mcse: number
  /** The largest Pareto k of a component's weights, -Infinity where these are nearly level: above 0.7 neither the estimate nor its error is to be trusted. */
  readonly paretoK: number
  /** The smallest effective number of draws of a component. */
  readonly ess: number
}

/**
 * A component in which no draw weighs more than so many times the mean has no tail: the Pareto k of what little its weights
 * differ by means nothing.
 */
const levelWeights = 3

/** From log weights, component by component, opposite draws beside each other. */
export function diagnosis(ratios: Float64Array, normalRatio: Float64Array, components: number): ImportanceDiagnosis {
  const draws = ratios.length / components
  let variance = 0
  let paretoK = Number.NEGATIVE_INFINITY
  let ess = draws
  for (let g = 0; g < components; g++) {
    const own = ratios.subarray(g * draws, (g + 1) * draws)
    let sum = 0
    let control = 0
    for (let s = 0; s < draws; s++) {
      sum += Math.exp(own[s])
      control += normalRatio[s * components + g]
    }
    for (let s = 0; s < draws; s += 2) {
      const share = (Math.exp(own[s]) + Math.exp(own[s + 1])) / sum
      const known = (normalRatio[s * components + g] + normalRatio[(s + 1) * components + g]) / control
      variance += (share - known) ** 2
    }
    const smoothed = psis(own)
    const largest = Math.exp(own.reduce((high, log) => Math.max(high, log), Number.NEGATIVE_INFINITY))
    if (!(largest * draws <= levelWeights * sum)) paretoK = Math.max(paretoK, smoothed.paretoK)
    ess = Math.min(ess, smoothed.ess)
  }
  return { mcse: Math.sqrt(variance), paretoK, ess }
}
