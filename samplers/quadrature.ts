import type { Model } from '../src/data/model.js'
import type { ParameterSummary } from '../src/draws/posterior-record.js'
import { GlmmError } from '../src/errors.js'
import { type Likelihood, likelihood } from '../src/likelihood/likelihood.js'
import { type OuterParameters, outerParameters } from '../src/likelihood/outer-parameters.js'
import { outerPrior } from '../src/likelihood/posterior.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { exactMode, marginalMode } from './plan-chains.js'
import { densityGrid, type Grid, type GridPlace, quantileOf } from './quadrature-grid.js'
import { effectMarginals } from './quadrature-effects.js'

/** A posterior without Monte Carlo error. */
export interface IntegratedPosterior {
  readonly summary: readonly ParameterSummary[]
  readonly outer: number
  /** Log of the integral of likelihood times prior, all constants included. */
  readonly logMarginalLikelihood: number
  /** Nodes of each outer coordinate, and how many points of their product were looked at. */
  readonly grid: readonly number[]
  readonly points: number
  /** Nodes of the integral over a random effect. */
  readonly nodes: number
  /** The most that two nodes more a coordinate changed: of means, standard deviations and quantiles in standard deviations. */
  readonly change: number
  /** Largest share of the posterior on the first or last node of a coordinate. */
  readonly edgeWeight: number
  readonly settled: boolean
}

/** The most outer parameters, and the most points a grid may have. */
export const mostOuter = 5
const mostPoints = 200_000

/** Change in standard deviations below which a grid is fine enough: what is left is far smaller, for convergence is geometric. */
const still = 5e-5
/** Change up to which the result counts as settled: a hundredth of what four chains of 1,000 draws can tell. */
export const settledChange = 1e-3

/** What more nodes of the inner integral may change; see marginalNodes. */
const innerError = 2e-5

const probabilities = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975] as const

/** Why the posterior of a model cannot be integrated, and what to do; null where it can. */
export function quadratureRefusal(like: Likelihood): { readonly message: string; readonly hint: string } | null {
  const { dimension, layout, coordinates } = like
  if (dimension > mostOuter) {
    return {
      message: `expected at most ${mostOuter} outer parameters (fixed effects, dispersions, standard deviations, correlations) for quadrature, got ${dimension}`,
      hint: 'use the sampler marginal or nuts',
    }
  }
  const scalar = layout.terms.length === 1 && layout.terms[0].term.names.length === 1 && like.factored !== null
  if (coordinates.effects === 0 || scalar) return null
  return {
    message: `expected at most one random effect of one column for quadrature, got ${like.model.formula}`,
    hint: 'use the sampler marginal or nuts',
  }
}

/**
 * The posterior by adaptive Gauss-Hermite quadrature over the outer coordinates (Naylor and Smith 1982): a product rule
 * placed by the posterior's own mean and covariance, found by iteration from the mode, with the random effect integrated
 * out at each point by the likelihood's adaptive rule. Each coordinate takes as many nodes as it needs.
 */
export function integratePosterior(model: Model, statements: readonly string[]): IntegratedPosterior {
  const like = likelihood(model)
  const refusal = quadratureRefusal(like)
  if (refusal) throw new GlmmError('USAGE', refusal.message, refusal.hint)
  const priors = priorsInForce(model, statements)
  const { coordinates, dimension: d } = like
  const mode = exactMode(like, priors, marginalMode(like, priors), innerError)
  const marginal = like.marginal(mode.nodes)
  const prior = outerPrior(like, priors)
  const natural = new Float64Array(d)
  const unused = new Float64Array(d)
  let points = 0
  const logDensity = (x: Float64Array): number => {
    points++
    coordinates.toParameters(x, natural)
    return marginal.value(natural) + prior.evaluate(x, unused)
  }
  const parameters = outerParameters(model, coordinates)
  const look = (place: GridPlace): Look | null => {
    const grid = densityGrid(logDensity, place)
    return grid && { grid, summary: outerSummary(parameters, grid) }
  }
  const found = refined(look, placed(look, mode.x, mode.covariance))
  if (!found) {
    throw new GlmmError(
      'NO_CONVERGENCE',
      'expected a posterior that a grid around its mode holds, got none',
      'use the sampler nuts, and look at the priors: a flat one may leave the posterior without an integral',
    )
  }
  const { grid, summary, change } = found
  const effects = coordinates.effects === 0 ? [] : effectSummaries(like, parameters, grid, logDensity, mode.nodes)
  return {
    summary: [...summary, ...effects],
    outer: d,
    logMarginalLikelihood: grid.logIntegral,
    grid: grid.counts,
    points,
    nodes: mode.nodes,
    change,
    edgeWeight: grid.edgeWeight,
    settled: change <= settledChange && mode.settled,
  }
}

interface Look {
  readonly grid: Grid
  readonly summary: readonly ParameterSummary[]
}

/** Where the posterior is: mean and covariance of a coarse grid, placed again by what it finds until they stand still. */
function placed(look: (place: GridPlace) => Look | null, mode: Float64Array, curvature: Float64Array): GridPlace {
  const d = mode.length
  let place = { center: mode, covariance: curvature, counts: new Array<number>(d).fill(5) }
  for (let round = 0; round < 8; round++) {
    const grid = look(place)?.grid
    if (!grid) return place
    const { mean, covariance } = grid
    let moved = 0
    for (let j = 0; j < d; j++) {
      const sd = Math.sqrt(covariance[j * (d + 1)])
      moved = Math.max(moved, Math.abs(mean[j] - place.center[j]) / sd)
      moved = Math.max(moved, Math.abs(Math.log(covariance[j * (d + 1)] / place.covariance[j * (d + 1)])))
    }
    place = { ...place, center: mean, covariance }
    if (moved < 0.01) break
  }
  return place
}

/** Raises the nodes of each coordinate on its own, then of all, until the results stand still. */
function refined(look: (place: GridPlace) => Look | null, place: GridPlace): (Look & { change: number }) | null {
  const d = place.center.length
  const base = d > 3 ? 3 : 5
  const alone = (j: number, count: number): Look | null =>
    look({ ...place, counts: place.counts.map((_, i) => (i === j ? count : base)) })
  let counts = place.counts.map((_, j) => {
    let before = alone(j, 5)
    for (let count = 7; count <= 41; count += 2) {
      const next = alone(j, count)
      if (changeBetween(before, next) <= still) return count - 2
      before = next
    }
    return 41
  })
  let before = look({ ...place, counts })
  let change = Number.POSITIVE_INFINITY
  for (;;) {
    const more = counts.map((count) => count + 2)
    if (more.reduce((product, count) => product * count, 1) > mostPoints) break
    const next = look({ ...place, counts: more })
    change = changeBetween(before, next)
    before = next
    counts = more
    if (change <= still || more.some((count) => count > 60)) break
  }
  return before && { ...before, change }
}

/** Largest difference of means, standard deviations and quantiles, in standard deviations. */
function changeBetween(a: Look | null, b: Look | null): number {
  if (!a || !b) return Number.POSITIVE_INFINITY
  let largest = 0
  b.summary.forEach((to, j) => {
    const from = a.summary[j]
    for (const key of ['mean', 'sd', 'q2_5', 'q5', 'q25', 'q50', 'q75', 'q95', 'q97_5'] as const) {
      const moved = Math.abs(to[key] - from[key]) / to.sd
      largest = Math.max(largest, Number.isNaN(moved) ? Number.POSITIVE_INFINITY : moved)
    }
  })
  return largest
}

function outerSummary({ names, write }: OuterParameters, grid: Grid): ParameterSummary[] {
  const { dimension: d, count, points, weights, mean, covariance } = grid
  const values = new Float64Array(count * d)
  for (let k = 0; k < count; k++) write(points.subarray(k * d, (k + 1) * d), values, k * d)
  const x = mean.slice()
  const out = new Float64Array(d)
  return names.map((name, j) => {
    let first = 0
    let second = 0
    for (let k = 0; k < count; k++) first += weights[k] * values[k * d + j]
    for (let k = 0; k < count; k++) second += weights[k] * (values[k * d + j] - first) ** 2
    const sd = Math.sqrt(covariance[j * (d + 1)])
    // Each quantity is a monotone function of its own coordinate.
    const at = (p: number): number => {
      x.set(mean)
      x[j] = quantileOf((t) => grid.cdf(j, t), p, mean[j], sd)
      write(x, out, 0)
      return out[j]
    }
    return summaryOf(name, first, Math.sqrt(second), probabilities.map(at).sort((a, b) => a - b))
  })
}

/** Without chains there is no Monte Carlo error to tell. */
function summaryOf(name: string, mean: number, sd: number, quantiles: readonly number[]): ParameterSummary {
  const [q2_5, q5, q25, q50, q75, q95, q97_5] = quantiles
  const none = Number.NaN
  return { name, mean, sd, mcse: none, mcseSd: none, q2_5, q5, q25, q50, q75, q95, q97_5, rhat: none, essBulk: none, essTail: none }
}

/** Points of the outer grid whose weight is below this share of the largest add nothing to an effect. */
const leastShare = 1e-8
/** Effects move little with the outer parameters: this share of the nodes of each coordinate is enough. */
const thinned = 0.6

function effectSummaries(
  like: Likelihood,
  { effectNames }: OuterParameters,
  { counts, mean, covariance }: Grid,
  logDensity: (x: Float64Array) => number,
  nodes: number,
): ParameterSummary[] {
  const d = mean.length
  const coarse = counts.map((count) => Math.max(3, Math.ceil(thinned * count)))
  const grid = densityGrid(logDensity, { center: mean, covariance, counts: coarse })!
  const largest = grid.weights.reduce((a, b) => Math.max(a, b), 0)
  const kept = [...grid.weights.keys()].filter((k) => grid.weights[k] > leastShare * largest)
  const weights = Float64Array.from(kept, (k) => grid.weights[k])
  const total = weights.reduce((a, b) => a + b, 0)
  const parameters = kept.map((k) => {
    const out = new Float64Array(d)
    like.coordinates.toParameters(grid.points.subarray(k * d, (k + 1) * d), out)
    return out
  })
  const marginals = effectMarginals(
    like,
    parameters,
    weights.map((weight) => weight / total),
    Math.max(nodes, 9),
  )
  return marginals.map(({ mean: center, sd, cdf }, g) =>
    summaryOf(
      effectNames[g],
      center,
      sd,
      probabilities.map((p) => quantileOf(cdf, p, center, sd)),
    ),
  )
}
