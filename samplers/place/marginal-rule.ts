import { adaptive, latticePoints, type LatticeRule, type Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior } from '../../src/likelihood/posterior.js'
import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { largestChange, lookAround, negligible } from './marginal-nodes.js'

/** Steps tried, each against the next. */
const steps = [0.5, 0.42, 0.35, 0.3, 0.25, 0.21, 0.175, 0.15, 0.125]

const latticeOf = (step: number): LatticeRule => ({ by: 'lattice', step })

/**
 * Points of the trapezoidal rule that cost a level as much as so many adaptive nodes: a point costs about a third of a node, and finding
 * the mode, which adaptive nodes need, as much as ten points.
 */
const pointsWorth = (nodes: number): number => 10 + 3 * nodes

/**
 * The trapezoidal rule where it is exact for the purposes of a sampler and costs less than so many adaptive nodes: at the mode and up
 * to two standard deviations from it a finer one changes no more than `tolerance`, and at one standard deviation the
 * adaptive rule, whose own error is up to that, no more than twice as much. Else those nodes.
 */
export function cheapestRule(
  like: Likelihood,
  priors: PriorsInForce,
  mode: Float64Array,
  covariance: Float64Array,
  nodes: number,
  tolerance: number = negligible,
): Rule {
  const byNodes = adaptive(nodes)
  if (like.rules.supports(latticeOf(steps[0]))) return byNodes
  const [near, far] = [1, 2].map((reach) => {
    const look = lookAround(mode, covariance, reach)
    return (rule: Rule) => look(marginalPosterior(like, priors, rule))
  })
  const truth = near(byNodes)
  let coarse = latticeOf(steps[0])
  let seen = far(coarse)
  for (const next of steps.slice(1)) {
    if (latticePoints(coarse.step) > pointsWorth(nodes)) return byNodes
    const fine = latticeOf(next)
    const finer = far(fine)
    if (largestChange(seen, finer) <= tolerance && largestChange(near(coarse), truth) <= 2 * tolerance) {
      return coarse
    }
    coarse = fine
    seen = finer
  }
  return byNodes
}
