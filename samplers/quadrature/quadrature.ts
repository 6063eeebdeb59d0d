import type { Model } from '../../src/data/model.js'
import type { QuadratureDiagnostics } from '../../src/draws/answers/posterior-record.js'
import type { ParameterSummary } from '../../src/draws/parameter-summary.js'
import { GlmmError } from '../../src/errors.js'
import { outerParameters } from '../../src/likelihood/coordinates/outer-parameters.js'
import { type PriorsInForce, priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { hasOneFactor } from '../../src/likelihood/frame/level-structure.js'
import { unknownModes } from '../../src/likelihood/frame/conditional-effects.js'
import { nodesOf, type Rule } from '../../src/likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { cholesky } from '../../src/numerics/cholesky.js'
import { gaussHermite } from '../../src/numerics/gauss-hermite.js'
import { marginalNodes, negligible } from '../place/marginal-nodes.js'
import { exactPlace, marginalMode, type OuterMode } from '../place/outer-mode.js'
import {
  evenHalf,
  type HyperLattice,
  type Hyperpoint,
  hyperparameterLattice,
  strides,
} from './hyperparameter-lattice.js'
import { conditionalRules, orderedDensity } from './quadrature-conditional.js'
import { type EffectMarginal, effectMarginals } from './quadrature-effects.js'
import { type Grid, gridOf } from './quadrature-grid.js'
import { changeBetween, effectSummary, outerSummary } from './quadrature-summary.js'

/** A posterior without Monte Carlo error. */
export interface IntegratedPosterior extends QuadratureDiagnostics {
  readonly summary: readonly ParameterSummary[]
  readonly outer: number
  /** Log of the integral of likelihood times prior, all constants included. */
  readonly logMarginalLikelihood: number
  /** False where the lattice of hyperparameters had too many points and was cut off. */
  readonly whole: boolean
}

/** The most outer parameters. */
export const mostOuter = 5
/** The most effects of a level: the points of a product rule over them grow as its nodes to this power. */
const mostEffects = 3

/**
 * Change in standard deviations up to which the result counts as converged: a hundredth of what four chains of 1,000 draws
 * can resolve. The error left is far smaller: halving the step of a trapezoidal rule squares its error.
 */
export const convergedChange = 1e-3

/** What more nodes of the inner integral may change, where they are few; see marginalNodes, whose own tolerance is for many. */
const innerError = 5e-5
const manyNodes = 33

/** Why the posterior of a model cannot be integrated, and what to do; null where it can. */
export function quadratureRefusal(like: Likelihood): { readonly message: string; readonly hint: string } | null {
  const { dimension, layout, coordinates } = like
  if (dimension > mostOuter) {
    return {
      message: `expected at most ${mostOuter} outer parameters (fixed effects, dispersions, standard deviations, correlations) for quadrature, got ${dimension}`,
      hint: 'use the sampler marginal or nuts',
    }
  }
  if (coordinates.effects === 0) return null
  const hint = 'use the sampler marginal or nuts'
  if (!hasOneFactor(layout)) {
    return { message: `expected random effects of at most one factor for quadrature, got ${like.model.formula}`, hint }
  }
  const q = layout.terms.reduce((sum, { term }) => sum + term.names.length, 0)
  if (q <= mostEffects) return null
  return { message: `expected at most ${mostEffects} random effects a level for quadrature, got ${q}`, hint }
}

/**
 * The posterior by quadrature over the outer coordinates. Standard deviations, dispersions and correlations, whose
 * posteriors are skewed, are on a lattice (trapezoidal rule); at each of its points the mean's fixed effects, near normal
 * given those, take an adaptive Gauss-Hermite rule of their own (Naylor and Smith 1982), and the random effects the
 * likelihood's.
 */
export function integratePosterior(model: Model, statements: readonly string[]): IntegratedPosterior {
  const like = likelihood(model)
  const refusal = quadratureRefusal(like)
  if (refusal) throw new GlmmError('USAGE', refusal.message, refusal.hint)
  const priors = priorsInForce(like.stated, statements)
  const { coordinates, dimension: d } = like
  const mode = innerMode(like, priors)
  const order = hyperparametersFirst(like)
  const s = d - meanCoordinates(like).length
  const density = orderedDensity(like, priors, mode.rule, order)
  const from = inOrder(mode, order)
  const scales = hyperparameterScale(from, s)
  const rules = conditionalRules(density, from, s)
  const lattice = scales && hyperparameterLattice(scales.center, scales.L, rules.visit)
  const parameters = outerParameters(like.stated)
  const look = (refinement: number): Look | null => {
    const hyper = lattice?.(refinement)
    const grid = hyper && gridOf(hyper)
    if (!grid) return null
    const summary = outerSummary(parameters, order, grid)
    const even = gridOf(evenHalf(hyper))
    const change = even ? changeBetween(outerSummary(parameters, order, even), summary) : Number.POSITIVE_INFINITY
    return { hyper, grid, summary, change: s === 0 ? 0 : change }
  }
  let found = look(0)
  for (let refinement = 1; refinement < strides.length; refinement++) {
    if (!found?.hyper.whole || found.change <= convergedChange) break
    const finer = look(refinement)
    if (!finer?.hyper.whole) break
    found = finer
  }
  if (!found) {
    throw new GlmmError(
      'NO_CONVERGENCE',
      'expected a posterior that a grid around its mode holds, got none',
      'use the sampler nuts, and look at the priors: a flat one may leave the posterior without an integral',
    )
  }
  const { grid, hyper, summary } = found
  const change = Math.max(found.change, rules.change())
  const points = density.count()
  // In one coordinate half a lattice has twice the step; in more it is enough for the effects.
  const fewer = s < 2 ? hyper : evenHalf(hyper)
  const effects =
    coordinates.effects === 0
      ? []
      : effectsOver(like, mode.rule, rules.forEffects(fewer, smoothOrder(like, hyper.hyperpoints[0], order)), order)
  return {
    summary: [...summary, ...effects.map((effect, e) => effectSummary(parameters.effectNames[e], effect))],
    outer: d,
    logMarginalLikelihood: grid.logIntegral,
    whole: hyper.whole,
    grid: grid.counts,
    points,
    nodes: nodesOf(mode.rule),
    change,
    edgeWeight: grid.edgeWeight,
    settled: change <= convergedChange && hyper.whole && mode.converged,
  }
}

/** The mode, with as many nodes of the inner integral as it takes. */
function innerMode(like: Likelihood, priors: PriorsInForce): ReturnType<typeof exactPlace> {
  const laplace = marginalMode(like, priors)
  const { nodes } = marginalNodes(like, priors, laplace.x, laplace.covariance)
  return exactPlace(like, priors, laplace, nodes > manyNodes ? negligible : innerError)
}

interface Look {
  readonly hyper: HyperLattice
  readonly grid: Grid
  readonly summary: readonly ParameterSummary[]
  /** What the points beside its even half change. */
  readonly change: number
}

/**
 * The coordinates in the order of the grid: standard deviations and dispersions, whose posteriors are skewed, before the
 * mean's fixed effects, which are near normal given those.
 */
function hyperparametersFirst(like: Likelihood): number[] {
  const means = meanCoordinates(like)
  const others = Array.from({ length: like.dimension }, (_, i) => i).filter((i) => !means.includes(i))
  return [...others, ...means]
}

/** The coordinates of the mean's fixed effects; none where the model has no one predictor of the mean. */
function meanCoordinates({ layout: { location } }: Likelihood): number[] {
  const { from, to } = location?.fixed ?? { from: 0, to: 0 }
  return Array.from({ length: to - from }, (_, j) => from + j)
}

function inOrder({ x, covariance }: OuterMode, order: readonly number[]): OuterMode {
  const d = order.length
  return {
    x: Float64Array.from(order, (j) => x[j]),
    covariance: Float64Array.from(
      { length: d * d },
      (_, at) => covariance[order[Math.floor(at / d)] * d + order[at % d]],
    ),
  }
}

/** Mode and factor of the covariance of the first s coordinates; null where that is not positive definite. */
function hyperparameterScale(
  { x, covariance }: OuterMode,
  s: number,
): { center: Float64Array; L: Float64Array } | null {
  const d = x.length
  const L = Float64Array.from({ length: s * s }, (_, at) => covariance[Math.floor(at / s) * d + (at % s)])
  return cholesky(L, s) ? { center: x.slice(0, s), L } : null
}

/** The most that neighbouring conditional densities in a mixture may be apart, in their standard deviations: it is smooth then. */
const apart = 0.9
/** Points of a rule over the fixed effects for that. */
const mostPoints = 64

/**
 * Nodes of a rule over the fixed effects at which the conditional densities of every effect are near one another, by
 * how far their modes move with one standard deviation of a fixed effect at the first hyperpoint.
 */
function smoothOrder(like: Likelihood, { x, near }: Hyperpoint, order: readonly number[]): number {
  const t = near.center.length
  const modesAt = (by: number, j: number) => {
    const at = new Float64Array(order.length)
    x.forEach((value, i) => {
      at[order[i]] = value
    })
    for (let i = 0; i < t; i++) at[order[x.length + i]] = near.center[i] + by * near.L[i * t + j]
    const out = new Float64Array(order.length)
    like.coordinates.toParameters(at, out)
    return (like.effectsAt(out) ?? unknownModes(like.stated)).terms
  }
  let moves = 0
  for (let j = 0; j < t; j++) {
    const low = modesAt(-0.5, j)
    modesAt(0.5, j).forEach(({ mode, sd }, term) => {
      mode.forEach((to, e) => {
        if (sd[e] > 0) moves = Math.max(moves, Math.abs(to - low[term].mode[e]) / sd[e])
      })
    })
  }
  let n = 3
  while (t > 0 && (n + 1) ** t <= mostPoints) {
    const { nodes } = gaussHermite(n)
    if (moves * Math.abs(nodes[n >> 1] - nodes[(n >> 1) - 1]) <= apart) break
    n++
  }
  return n
}

/** Points of the grid whose weight is below this share of the largest add nothing to an effect's marginal density. */
const leastShare = 1e-6

function effectsOver(like: Likelihood, rule: Rule, hyper: HyperLattice, order: readonly number[]): EffectMarginal[] {
  const { dimension: d, count, points, weights } = gridOf(hyper)!
  const largest = weights.reduce((a, b) => Math.max(a, b), 0)
  const kept = [...Array(count).keys()].filter((k) => weights[k] > leastShare * largest)
  const total = kept.reduce((sum, k) => sum + weights[k], 0)
  const parameters = kept.map((k) => {
    const x = new Float64Array(d)
    for (let i = 0; i < d; i++) x[order[i]] = points[k * d + i]
    const out = new Float64Array(d)
    like.coordinates.toParameters(x, out)
    return out
  })
  return effectMarginals(
    like,
    rule,
    parameters,
    Float64Array.from(kept, (k) => weights[k] / total),
  )
}
