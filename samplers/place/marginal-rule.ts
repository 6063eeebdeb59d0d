import type { LatticeMarginal } from '../../src/likelihood/scalar/lattice-marginal.js'
import type { Likelihood, MarginalDensity } from '../../src/likelihood/likelihood.js'
import { outerPosterior } from '../../src/likelihood/posterior.js'
import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { largestChange, lookAround, negligible } from './marginal-nodes.js'

/** How random effects are integrated out: nodes an effect, adaptively placed, or, with a step, on one lattice for all levels. */
export interface MarginalRule {
  readonly nodes: number
  readonly step: number | null
}

/** Laplace's. */
export const laplaceRule: MarginalRule = { nodes: 1, step: null }

export const integralBy = (like: Likelihood, { nodes, step }: MarginalRule): MarginalDensity | LatticeMarginal =>
  step === null ? like.marginal(nodes) : like.lattice!(step)

/** Steps tried, each against the next. */
const steps = [0.5, 0.42, 0.35, 0.3, 0.25, 0.21, 0.175, 0.15, 0.125]

/** A place of a lattice costs a level about a third of what a node costs that is placed for it, whose mode is worth ten places. */
const places = (nodes: number): number => 10 + 3 * nodes

/**
 * A lattice where it is exact for the purposes of a sampler and costs less than so many adaptive nodes: at the mode and up
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
): MarginalRule {
  const adaptive = { nodes, step: null }
  const { lattice } = like
  if (!lattice) return adaptive
  const [near, far] = [1, 2].map((reach) => {
    const look = lookAround(mode, covariance, reach)
    return (integral: MarginalDensity) => look(outerPosterior(like, priors, integral))
  })
  const truth = near(like.marginal(nodes))
  let coarse = lattice(steps[0])
  let seen = far(coarse)
  for (const next of steps.slice(1)) {
    if (coarse.places.length > places(nodes)) return adaptive
    const fine = lattice(next)
    const finer = far(fine)
    if (largestChange(seen, finer) <= tolerance && largestChange(near(coarse), truth) <= 2 * tolerance) {
      return { nodes: coarse.places.length, step: coarse.step }
    }
    coarse = fine
    seen = finer
  }
  return adaptive
}
