import { glmOf } from '../../src/fit/start/glm.js'
import { startFrom } from '../../src/fit/start/start.js'
import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { adaptive, laplaceRule, type Rule } from '../../src/likelihood/frame/integration-rule.js'
import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Likelihood } from '../../src/likelihood/likelihood.js'
import { marginalPosterior, outerPrior } from '../../src/likelihood/posterior.js'
import { cholesky, choleskyInverse } from '../../src/numerics/cholesky.js'
import { negativeHessian } from '../../src/numerics/hessian.js'
import { maximise } from '../../src/numerics/maximise.js'
import { marginalNodes } from './marginal-nodes.js'
import { cheapestRule } from './marginal-rule.js'

/** The mode of an outer density, and a covariance around it. */
export interface OuterMode {
  readonly x: Float64Array
  readonly covariance: Float64Array
}

/** A mode, and the rule of integration by which it is one. */
export interface OuterPlace extends OuterMode {
  readonly rule: Rule
  /** False where more nodes would still change the density, and cannot be had. */
  readonly converged: boolean
}

/** Mode of the marginal posterior of the outer coordinates by Laplace's approximation. */
export function marginalMode(like: Likelihood, priors: PriorsInForce): OuterMode {
  const { coordinates, dimension: d } = like
  const first = startFrom(like, glmOf(like.stated))
  const start = coordinates.fromParameters(first.parameters)
  // Logarithms of standard deviations, and the free coordinates of correlations, are known to a few tenths.
  const scale = new Float64Array(d * d)
  const fixed = coordinates.fixed
  for (let i = 0; i < fixed; i++) for (let j = 0; j < fixed; j++) scale[i * d + j] = first.scale[i * d + j]
  for (let j = fixed; j < d; j++) scale[j * (d + 1)] = 0.1
  return modeOf(marginalPosterior(like, priors, laplaceRule), start, scale)
}

/** The mode of the marginal posterior with as many nodes as it takes, from Laplace's. */
function exactMode(
  like: Likelihood,
  priors: PriorsInForce,
  laplace: OuterMode,
  tolerance?: number,
): OuterMode & { readonly nodes: number; readonly converged: boolean } {
  let at = laplace
  let chosen = marginalNodes(like, priors, at.x, at.covariance, tolerance)
  // Laplace's mode may lie where fewer nodes do than at the mode they lead to.
  for (let round = 0; round < 3; round++) {
    at = modeOf(marginalPosterior(like, priors, adaptive(chosen.nodes)), at.x, at.covariance)
    const again = marginalNodes(like, priors, at.x, at.covariance, tolerance)
    const enough = again.nodes <= chosen.nodes
    if (!enough || again.converged) chosen = { nodes: Math.max(again.nodes, chosen.nodes), converged: again.converged }
    if (enough) break
  }
  return { ...at, ...chosen }
}

/** The same, with the cheapest rule that is as exact. */
export function exactPlace(
  like: Likelihood,
  priors: PriorsInForce,
  laplace: OuterMode,
  tolerance?: number,
): OuterPlace {
  const { x, covariance, nodes, converged } = exactMode(like, priors, laplace, tolerance)
  return { x, covariance, converged, rule: cheapestRule(like, priors, x, covariance, nodes, tolerance) }
}

/** The mode of the prior of the outer coordinates. */
export function priorMode(like: Likelihood, priors: PriorsInForce): OuterMode {
  const d = like.dimension
  const scale = new Float64Array(d * d)
  for (let j = 0; j < d; j++) scale[j * (d + 1)] = 1
  return modeOf(outerPrior(like, priors), new Float64Array(d), scale)
}

function modeOf(density: LogDensity, start: Float64Array, scale: Float64Array): OuterMode {
  const d = start.length
  const top = maximise(density.evaluate, start, scale, { tolerance: 1e-4, maxIterations: 200 })
  const found = top.value > Number.NEGATIVE_INFINITY && top.x.every(Number.isFinite)
  const x = found ? top.x : start
  const guess = found ? top.inverseHessian : scale
  const unit = Float64Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(guess[j * (d + 1)], 1e-12)))
  return { x, covariance: laplaceCovariance(density, x, unit) ?? guess }
}

/** Inverse of minus the Hessian of a log density at `center`; null where that is not positive definite. */
function laplaceCovariance(density: LogDensity, center: Float64Array, scale: Float64Array): Float64Array | null {
  const d = center.length
  const information = negativeHessian(density.evaluate, center, scale)
  return cholesky(information, d) ? choleskyInverse(information, d) : null
}
