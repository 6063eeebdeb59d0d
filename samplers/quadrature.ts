import type { Model } from '../src/data/model.js'
import type { ParameterSummary } from '../src/draws/posterior-record.js'
import { GlmmError } from '../src/errors.js'
import { type Likelihood, likelihood } from '../src/likelihood/likelihood.js'
import { type OuterParameters, outerParameters } from '../src/likelihood/outer-parameters.js'
import { outerPrior } from '../src/likelihood/posterior.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { exactMode, marginalMode } from './plan-chains.js'
import { densityGrid, type Grid, type GridPlace, quantileOf } from './quadrature-grid.js'
import { outerGradient, tailPlacement } from './quadrature-tail.js'
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
  /** The most that a node or two more a coordinate changed: of means, standard deviations and quantiles in standard deviations. */
  readonly change: number
  /** Largest share of the posterior on the first or last node of a coordinate. */
  readonly edgeWeight: number
  readonly settled: boolean
}

/** The most outer parameters, and the most points a grid may have. */
export const mostOuter = 5
const mostPoints = 20_000

/** Change in standard deviations below which a grid is fine enough: what is left is far smaller, for convergence is geometric. */
const still = 1e-4
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
  const order = scalesFirst(like)
  const x = new Float64Array(d)
  const logDensity = (y: Float64Array): number => {
    points++
    for (let i = 0; i < d; i++) x[order[i]] = y[i]
    coordinates.toParameters(x, natural)
    return marginal.value(natural) + prior.evaluate(x, unused)
  }
  const parameters = outerParameters(model, coordinates)
  const look = (place: GridPlace): Look | null => {
    const grid = densityGrid(logDensity, place)
    return grid && { grid, order, summary: outerSummary(parameters, order, grid) }
  }
  const gradientAt = outerGradient(like, priors, mode.nodes, order)
  const heads = d - like.layout.fixedStart[1]
  const inOrder = {
    x: Float64Array.from(order, (j) => mode.x[j]),
    covariance: Float64Array.from(
      { length: d * d },
      (_, at) => mode.covariance[order[Math.floor(at / d)] * d + order[at % d]],
    ),
  }
  const first = {
    center: inOrder.x.slice(0, heads),
    covariance: leading(inOrder.covariance, d, heads),
    widening: order.map((_, i) => (i < heads ? widening.head : widening.tail)),
    tail: tailPlacement(gradientAt, inOrder, heads),
  }
  const found = refined(look, placed(look, first))
  if (!found) {
    throw new GlmmError(
      'NO_CONVERGENCE',
      'expected a posterior that a grid around its mode holds, got none',
      'use the sampler nuts, and look at the priors: a flat one may leave the posterior without an integral',
    )
  }
  const { grid, summary, change, place } = found
  const effects =
    coordinates.effects === 0 ? [] : effectSummaries(like, parameters, order, place, logDensity, mode.nodes)
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

/**
 * The coordinates in the order of the grid: standard deviations and dispersions, whose posteriors are skewed, before the
 * mean's fixed effects, which are near normal given those.
 */
function scalesFirst({ layout, dimension }: Likelihood): number[] {
  const means = layout.fixedStart[1]
  return Array.from({ length: dimension }, (_, i) => (i + means) % dimension)
}

interface Look {
  readonly grid: Grid
  readonly summary: readonly ParameterSummary[]
  /** The parameter that each coordinate of the grid is. */
  readonly order: readonly number[]
}

/** How much wider the rule is than the posterior: in the scales, and in the mean's fixed effects given these. */
const widening = { head: 1.2, tail: 1.05 } as const

/** Where the scales are: mean and covariance of a coarse grid, placed again by what it finds until they stand still. */
function placed(look: (place: GridPlace) => Look | null, first: Omit<GridPlace, 'counts'>): GridPlace {
  const d = first.widening.length
  const s = first.center.length
  let place: GridPlace = { ...first, counts: first.widening.map((_, i) => (i < s ? 7 : 3)) }
  for (let round = 0; round < 8 && s > 0; round++) {
    const grid = look(place)?.grid
    if (!grid) return place
    const center = grid.mean.slice(0, s)
    const covariance = leading(grid.covariance, d, s)
    let moved = 0
    for (let j = 0; j < s; j++) {
      const variance = covariance[j * (s + 1)]
      moved = Math.max(moved, Math.abs(center[j] - place.center[j]) / Math.sqrt(variance))
      moved = Math.max(moved, Math.abs(Math.log(variance / place.covariance[j * (s + 1)])))
    }
    place = { ...place, center, covariance }
    if (moved < 0.01) break
  }
  return place
}

/** The leading s x s block of a d x d matrix. */
const leading = (matrix: Float64Array, d: number, s: number): Float64Array =>
  Float64Array.from({ length: s * s }, (_, at) => matrix[Math.floor(at / s) * d + (at % s)])

/** Raises the nodes of each coordinate on its own, then of all, until the results stand still. */
function refined(
  look: (place: GridPlace) => Look | null,
  place: GridPlace,
): (Look & { change: number; place: GridPlace }) | null {
  const s = place.center.length
  const alone = (j: number, count: number): Look | null =>
    look({ ...place, counts: place.counts.map((_, i) => (i === j ? count : i < s ? 7 : 3)) })
  let counts = place.counts.map((_, j) => {
    let before = alone(j, 3)
    for (let count = 5; count <= 41; count += 2) {
      const next = alone(j, count)
      if (changeBetween(before, next, j) <= still) return count - 2
      before = next
    }
    return 41
  })
  const size = (of: readonly number[]): number => of.reduce((product, count) => product * count, 1)
  // More than there may be: of the fixed effects, which are near normal, the one with the most gives way.
  while (size(counts) > mostPoints && Math.max(...counts.slice(s)) > 3) {
    const widest = counts.indexOf(Math.max(...counts.slice(s)), s)
    counts = counts.map((count, j) => (j === widest ? count - 1 : count))
  }
  counts = counts.map((count, j) => Math.max(1, count - (j < s ? 2 : 1)))
  let before = look({ ...place, counts })
  let change = Number.POSITIVE_INFINITY
  for (;;) {
    const more = counts.map((count, j) => count + (j < s ? 2 : 1))
    if (size(more) > mostPoints) break
    const next = look({ ...place, counts: more })
    change = changeBetween(before, next)
    before = next
    counts = more
    if (change <= still || more.some((count) => count > 60)) break
  }
  return before && { ...before, change, place: { ...place, counts } }
}

/**
 * Largest difference of means, standard deviations and quantiles, in standard deviations; with `only`, the quantiles of
 * that coordinate of the grid alone, for those of a coordinate with few nodes are no guide.
 */
function changeBetween(a: Look | null, b: Look | null, only?: number): number {
  if (!a || !b) return Number.POSITIVE_INFINITY
  let largest = 0
  b.summary.forEach((to, j) => {
    const from = a.summary[j]
    const keys = only === undefined || b.order[only] === j ? figures : (['mean', 'sd'] as const)
    for (const key of keys) {
      const moved = Math.abs(to[key] - from[key]) / to.sd
      largest = Math.max(largest, Number.isNaN(moved) ? Number.POSITIVE_INFINITY : moved)
    }
  })
  return largest
}

const figures = ['mean', 'sd', 'q2_5', 'q5', 'q25', 'q50', 'q75', 'q95', 'q97_5'] as const

function outerSummary({ names, write }: OuterParameters, order: readonly number[], grid: Grid): ParameterSummary[] {
  const { dimension: d, count, points, weights, mean, covariance } = grid
  const x = new Float64Array(d)
  const inOrder = (y: Float64Array): void => {
    for (let i = 0; i < d; i++) x[order[i]] = y[i]
  }
  const values = new Float64Array(count * d)
  for (let k = 0; k < count; k++) {
    inOrder(points.subarray(k * d, (k + 1) * d))
    write(x, values, k * d)
  }
  const out = new Float64Array(d)
  return names.map((name, j) => {
    let first = 0
    let second = 0
    for (let k = 0; k < count; k++) first += weights[k] * values[k * d + j]
    for (let k = 0; k < count; k++) second += weights[k] * (values[k * d + j] - first) ** 2
    const i = order.indexOf(j)
    const sd = Math.sqrt(covariance[i * (d + 1)])
    // Each quantity is a monotone function of its own coordinate.
    const at = (p: number): number => {
      inOrder(mean)
      x[j] = quantileOf((t) => grid.cdf(i, t), p, mean[i], sd)
      write(x, out, 0)
      return out[j]
    }
    return summaryOf(
      name,
      first,
      Math.sqrt(second),
      probabilities.map(at).sort((a, b) => a - b),
    )
  })
}

/** Without chains there is no Monte Carlo error to tell. */
function summaryOf(name: string, mean: number, sd: number, quantiles: readonly number[]): ParameterSummary {
  const [q2_5, q5, q25, q50, q75, q95, q97_5] = quantiles
  const none = Number.NaN
  return {
    name,
    mean,
    sd,
    mcse: none,
    mcseSd: none,
    q2_5,
    q5,
    q25,
    q50,
    q75,
    q95,
    q97_5,
    rhat: none,
    essBulk: none,
    essTail: none,
  }
}

/** Points of the outer grid whose weight is below this share of the largest add nothing to an effect. */
const leastShare = 1e-8
/** Effects move little with the outer parameters: this share of the nodes of each coordinate is enough for them. */
const thinned = 0.75

function effectSummaries(
  like: Likelihood,
  { effectNames }: OuterParameters,
  order: readonly number[],
  place: GridPlace,
  logDensity: (x: Float64Array) => number,
  nodes: number,
): ParameterSummary[] {
  const d = order.length
  const grid = densityGrid(logDensity, {
    ...place,
    counts: place.counts.map((count) => Math.max(3, Math.ceil(thinned * count))),
  })!
  const largest = grid.weights.reduce((a, b) => Math.max(a, b), 0)
  const kept = [...grid.weights.keys()].filter((k) => grid.weights[k] > leastShare * largest)
  const weights = Float64Array.from(kept, (k) => grid.weights[k])
  const total = weights.reduce((a, b) => a + b, 0)
  const parameters = kept.map((k) => {
    const x = new Float64Array(d)
    for (let i = 0; i < d; i++) x[order[i]] = grid.points[k * d + i]
    const out = new Float64Array(d)
    like.coordinates.toParameters(x, out)
    return out
  })
  const marginals = effectMarginals(
    like,
    parameters,
    weights.map((weight) => weight / total),
    nodes + 6,
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
