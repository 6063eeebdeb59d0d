import { chainsOf, type Draws } from '../draws/draws.js'
import { mcseMean } from '../draws/diagnostics/monte-carlo-error.js'
import { adaptive, laplaceRule } from '../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { outerParameters } from '../likelihood/coordinates/outer-parameters.js'
import { marginalPosterior } from '../likelihood/posterior.js'
import type { PriorsInForce } from '../likelihood/coordinates/priors-in-force.js'
import { psis } from '../numerics/psis.js'

/** How the draws of a sampler look from the quadrature's side. */
export interface CrossCheck {
  /**
   * Largest mean of an element of the score over the draws, in its Monte Carlo standard errors. Draws from the density
   * that quadrature computes have mean score zero (Stein's identity), whatever the prior: beyond about 4 the
   * sampler and the quadrature do not agree on the posterior.
   */
  readonly largestScore: number
  /**
   * Pareto k of the ratio of the likelihood at the best rung to Laplace's over the draws: above 0.7 not even
   * reweighting could mend the posterior that Laplace's approximation gives.
   */
  readonly paretoK: number
}

/** So many draws of each chain are looked at, evenly spaced. */
const lookedAt = 100

/** Null where no quadrature is at hand to compare the draws with. */
export function crossCheck(
  like: Likelihood,
  priors: PriorsInForce,
  draws: Draws,
  bestNodes: number,
): CrossCheck | null {
  if (like.rules.mostNodes === 1) return null
  const { dimension: d } = like
  const parameters = outerParameters(like.stated)
  const columns = Array.from({ length: d }, (_, j) => chainsOf(draws, j))
  const best = marginalPosterior(like, priors, adaptive(bestNodes))
  const laplace = marginalPosterior(like, priors, laplaceRule)
  const each = Math.min(lookedAt, draws.ndraws)
  const chains = draws.values.length
  const scores = Array.from({ length: d }, () => Array.from({ length: chains }, () => new Float64Array(each)))
  const logRatios = new Float64Array(chains * each)
  const x = new Float64Array(d)
  const reported = new Float64Array(d)
  const gradient = new Float64Array(d)
  for (let c = 0; c < chains; c++) {
    for (let s = 0; s < each; s++) {
      const draw = Math.floor(((s + 0.5) * draws.ndraws) / each)
      for (let j = 0; j < d; j++) reported[j] = columns[j][c][draw]
      parameters.read(reported, 0, x)
      const approximate = laplace.evaluate(x, gradient)
      logRatios[c * each + s] = best.evaluate(x, gradient) - approximate
      for (let j = 0; j < d; j++) scores[j][c][s] = gradient[j]
    }
  }
  const z = scores.map((ofChains) => {
    let sum = 0
    for (const chain of ofChains) for (const score of chain) sum += score
    return Math.abs(sum / (chains * each)) / mcseMean(ofChains)
  })
  return { largestScore: Math.max(...z), paretoK: psis(logRatios).paretoK }
}
