import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior } from '../../src/likelihood/posterior.js'

/** Numbers of nodes tried, each against the next. */
const ladder = [1, 3, 5, 7, 9, 11, 15, 19, 25, 33, 45, 61, 81, 101]

/**
 * What more nodes may change: differences of the log posterior, and its score in posterior standard deviations, whose
 * error is about the shift of a posterior mean in those units. A mean of 40,000 independent draws is known to 5e-3.
 */
export const negligible = 1e-3

/** Distance from the mode, in posterior standard deviations, of the points where the integral is looked at. */
const reach = 1

/**
 * The smallest number of quadrature nodes with which the marginal posterior is exact for the purposes of a sampler: at
 * the mode and `reach` standard deviations to either side of it in each coordinate, the next rung of the ladder changes
 * neither its differences nor its score by more than `tolerance`. `converged` is false where the structure takes no more
 * nodes, or the ladder ends.
 */
export function marginalNodes(
  likelihood: Likelihood,
  priors: PriorsInForce,
  mode: Float64Array,
  covariance: Float64Array,
  tolerance: number = negligible,
): { readonly nodes: number; readonly converged: boolean } {
  if (likelihood.coordinates.effects === 0) return { nodes: 1, converged: true }
  const look = lookAround(mode, covariance, reach)
  const rungs = ladder.filter((nodes) => nodes <= likelihood.rules.mostNodes)
  let coarse = look(marginalPosterior(likelihood, priors, adaptive(rungs[0])))
  for (let rung = 1; rung < rungs.length; rung++) {
    const fine = look(marginalPosterior(likelihood, priors, adaptive(rungs[rung])))
    if (largestChange(coarse, fine) <= tolerance) return { nodes: rungs[rung - 1], converged: true }
    coarse = fine
  }
  return { nodes: rungs[rungs.length - 1], converged: false }
}

/** The largest difference of two looks; what is not a number at either has no say. */
export function largestChange(a: readonly number[], b: readonly number[]): number {
  let change = 0
  for (let k = 0; k < a.length; k++) {
    const between = Math.abs(a[k] - b[k])
    if (!(between <= change)) change = Number.isNaN(between) ? 0 : between
  }
  return change
}

/**
 * A look at a log density: at the mode and so many standard deviations to either side of it in each coordinate, its values
 * less that at the mode, and its score in standard deviations.
 */
export function lookAround(
  mode: Float64Array,
  covariance: Float64Array,
  reach: number,
): (density: LogDensity) => number[] {
  const d = mode.length
  const sd = Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(covariance[j * (d + 1)], 0)))
  const points = [mode]
  for (let j = 0; j < d; j++) {
    for (const side of [-reach, reach]) {
      // Along the regression of the others on this coordinate: where the posterior is, when this one is so far out.
      points.push(mode.map((x, i) => x + (side * covariance[i * d + j]) / Math.max(sd[j], 1e-12)))
    }
  }
  return (density) => look(density, points, sd)
}

function look(density: LogDensity, points: readonly Float64Array[], sd: Float64Array): number[] {
  const gradient = new Float64Array(sd.length)
  const seen: number[] = []
  let first = 0
  points.forEach((x, k) => {
    const value = density.evaluate(x, gradient)
    if (k === 0) first = value
    else seen.push(value - first)
    for (let j = 0; j < sd.length; j++) seen.push(gradient[j] * sd[j])
  })
  return seen
}
