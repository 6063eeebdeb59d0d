import type { Model, RandomTerm } from '../data/model.js'
import { GlmmError } from '../errors.js'
import { gaussHermite } from '../numerics/gauss-hermite.js'
import { findMode, type ModeResult } from './conditional-mode.js'
import { fixedGradient, fixedPredictor, type GroupedRows, groupedRows } from './grouped-rows.js'
import { scalarJoint } from './scalar-joint.js'
import { scalarMarginal } from './scalar-marginal.js'
import { nodeScratch, type Scratch, scratch } from './scratch.js'

/** A log density over R^dimension, with its gradient. */
export interface LogDensity {
  readonly dimension: number
  /** Value at x, the gradient written where one is given. -Infinity out of support, never NaN. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
}

/** Conditional modes b = sigma u of the random effects, and their conditional standard deviations. */
export interface ConditionalModes {
  readonly mode: Float64Array
  readonly sd: Float64Array
  /** Share of the prior variance that is left given the data, one a cluster: near 1 where the data say little. */
  readonly varianceRatio: Float64Array
  /** Linear predictor of every row of the model at the modes. */
  readonly eta: Float64Array
}

/**
 * A model's log densities. The outer parameters are (beta, theta): the fixed effects and the parameters of the
 * random effects' covariance; for a scalar effect theta is its standard deviation, with either sign.
 * Functions share work space: one likelihood belongs to one thread.
 */
export interface Likelihood {
  readonly model: Model
  /** Number of fixed effects. */
  readonly p: number
  /** Outer parameters, fixed effects first. */
  readonly dimension: number
  /** Clusters, 0 without random effects. */
  readonly clusters: number
  /** The one random term, or null. */
  readonly term: RandomTerm | null
  /** Log marginal likelihood with `nodes` quadrature nodes a cluster; 1 is Laplace. */
  readonly marginal: (nodes: number) => LogDensity & { readonly value: (x: Float64Array) => number }
  /** Each cluster's share of the log marginal likelihood. */
  readonly clusterLogLik: (x: Float64Array, nodes: number) => Float64Array
  readonly modes: (x: Float64Array) => ConditionalModes
  /** Log joint density of (beta, log sigma, v); see scalarJoint on the centring of v. */
  readonly joint: (centring: Float64Array) => LogDensity
}

/** Largest number of quadrature nodes. */
export const maxNodes = 101

/** Turns a model into its log densities. */
export function likelihood(model: Model): Likelihood {
  const term = soleScalarTerm(model)
  const rows = groupedRows(model, term)
  const work = scratch(rows.n)
  return term ? scalarFactor(model, term, rows, work) : fixedOnly(model, rows, work)
}

/** The random term this likelihood integrates over; anything wider is refused. */
function soleScalarTerm(model: Model): RandomTerm | null {
  const terms = model.predictors.flatMap((predictor) => predictor.random)
  if (terms.length === 0) return null
  const [term] = terms
  if (terms.length > 1 || term.names.length > 1 || term.covariance !== 'us') {
    const got = terms.map((one) => `(${one.names.join(' + ')} | ${one.group})`).join(' + ')
    throw new GlmmError(
      'MODEL',
      `expected one random effect of one column, such as (1 | ${term.group}), got ${got}`,
      'leave out the other random terms; this version integrates over one scalar effect a group',
    )
  }
  return term
}

function scalarFactor(model: Model, term: RandomTerm, rows: GroupedRows, work: Scratch): Likelihood {
  const { p } = rows
  const clusters = term.levels.length
  let largest = 0
  for (let g = 0; g < clusters; g++) largest = Math.max(largest, rows.start[g + 1] - rows.start[g])
  return {
    model,
    p,
    dimension: p + 1,
    clusters,
    term,
    marginal: (nodes) => {
      const rule = gaussHermite(nodes)
      const nodeWork = nodeScratch(nodes, largest)
      return {
        dimension: p + 1,
        evaluate: (x, gradient) => scalarMarginal(rows, work, nodeWork, rule, x, gradient, null),
        value: (x) => scalarMarginal(rows, work, nodeWork, rule, x, null, null),
      }
    },
    clusterLogLik: (x, nodes) => {
      const out = new Float64Array(clusters)
      scalarMarginal(rows, work, nodeScratch(nodes, largest), gaussHermite(nodes), x, null, out)
      return out
    },
    modes: (x) => {
      const sigma = x[p]
      const mode = new Float64Array(clusters)
      const sd = new Float64Array(clusters)
      const varianceRatio = new Float64Array(clusters)
      const eta = new Float64Array(rows.n)
      const found: ModeResult = { u: 0, height: 0, curvature: 1 }
      fixedPredictor(rows, x, work.fixed)
      for (let g = 0; g < clusters; g++) {
        findMode(rows, work, sigma, g, found)
        mode[g] = sigma * found.u
        sd[g] = Math.abs(sigma) / Math.sqrt(found.curvature)
        varianceRatio[g] = 1 / found.curvature
        for (let i = rows.start[g]; i < rows.start[g + 1]; i++) eta[rows.order[i]] = work.eta[i]
      }
      return { mode, sd, varianceRatio, eta }
    },
    joint: (centring) => ({
      dimension: p + 1 + clusters,
      evaluate: (x, gradient) => scalarJoint(rows, work, centring, x, gradient),
    }),
  }
}

/** Without random effects the marginal likelihood is the likelihood itself. */
function fixedOnly(model: Model, rows: GroupedRows, work: Scratch): Likelihood {
  const { p, n } = rows
  const empty = new Float64Array(0)
  const sum = (): number => {
    let total = 0
    for (let i = 0; i < n; i++) total += work.logDensity[i]
    return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
  }
  const density = {
    dimension: p,
    evaluate: (x: Float64Array, gradient: Float64Array): number => {
      fixedPredictor(rows, x, work.eta)
      rows.kernel.score(work.eta, 0, n, work.logDensity, work.d1)
      fixedGradient(rows, work.d1, gradient)
      return sum()
    },
    value: (x: Float64Array): number => {
      fixedPredictor(rows, x, work.eta)
      rows.kernel.score(work.eta, 0, n, work.logDensity, work.d1)
      return sum()
    },
  }
  return {
    model,
    p,
    dimension: p,
    clusters: 0,
    term: null,
    marginal: () => density,
    clusterLogLik: () => empty,
    modes: (x) => {
      fixedPredictor(rows, x, work.eta)
      return { mode: empty, sd: empty, varianceRatio: empty, eta: work.eta.slice() }
    },
    joint: () => density,
  }
}
