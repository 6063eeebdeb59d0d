import type { Model, RandomTerm } from '../data/model.js'
import { gaussHermite } from '../numerics/gauss-hermite.js'
import { hasOneFactor } from './vector/cluster-structure.js'
import { emptyMode, findMode, type ModeResult } from './scalar/conditional-mode.js'
import type { LogDensity } from './frame/log-density.js'
import type { ConditionalModes } from './frame/conditional-effects.js'
import type { Coordinates } from './frame/coordinates.js'
import { fixedGradient, fixedPredictor, type GroupedRows, groupedRows } from './frame/grouped-rows.js'
import { laplaceParts } from './sparse/laplace-parts.js'
import { type LatticeMarginal, latticeMarginal } from './scalar/lattice-marginal.js'
import { linearPredictors } from './frame/linear-predictors.js'
import { type NormalMarginal, normalAt } from './normal/normal-marginal.js'
import { mostNestedNodes, nestedNodesFit, nestedQuadrature } from './nested/nested-quadrature.js'
import { nesting } from './nested/nested-structure.js'
import type { ParameterLayout } from './frame/parameter-layout.js'
import { isPlain } from './frame/row-kernel.js'
import { rowModel } from './frame/row-model.js'
import { scalarHessian } from './scalar/scalar-hessian.js'
import { scalarMarginal } from './scalar/scalar-marginal.js'
import { nodeScratch, type Scratch, scratch } from './frame/scratch.js'
import { type Stated, state } from './frame/stated.js'
import { structuredJoint } from './joint/structured-joint.js'
import { structuredModes } from './sparse/structured-modes.js'
import { vectorQuadrature } from './vector/vector-quadrature.js'

export type { ConditionalModes } from './frame/conditional-effects.js'

/** The log marginal likelihood at one number of nodes. */
export interface MarginalDensity extends LogDensity {
  readonly value: (x: Float64Array) => number
  /** Minus its Hessian at x, dimension x dimension, where there is a closed form; null out of support. */
  readonly negativeHessian?: (x: Float64Array) => Float64Array | null
}

/**
 * A model's log densities. The outer parameters are the fixed effects of each predictor, then the parameters theta of
 * each random term's covariance (for a scalar effect its standard deviation, with either sign); see ParameterLayout.
 * Functions share work space: one likelihood belongs to one thread.
 */
export interface Likelihood {
  readonly stated: Stated
  readonly model: Model
  readonly layout: ParameterLayout
  /** Number of outer parameters. */
  readonly dimension: number
  /** The most quadrature nodes `marginal` takes for this structure: 1 where there is Laplace's approximation only. */
  readonly mostNodes: number
  /** Log marginal likelihood with `nodes` quadrature nodes a random effect; 1 is Laplace. */
  readonly marginal: (nodes: number) => MarginalDensity
  readonly modes: (x: Float64Array) => ConditionalModes
  /**
   * Tells that evaluations near x will follow: searches of the conditional modes start from those at x. Values change
   * by rounding at most; nothing else an evaluation does is remembered. Null where there is nothing to gain.
   */
  readonly anchor: ((x: Float64Array) => void) | null
  /**
   * Roughly the information about the fixed effects of all predictors at x, row after row, null out of support: what
   * sets the scale of a climb. Null where there is nothing rough to gain over `marginal`.
   */
  readonly fixedInformation: ((x: Float64Array) => Float64Array | null) | null
  /**
   * Where the integral is a product over the levels of one factor, the only or the outermost one: a term of it, and each
   * level's share of the log marginal likelihood.
   */
  readonly factored: {
    readonly term: RandomTerm
    /** Writes the gradient of their sum, too, where one is given. */
    readonly clusterLogLik: (x: Float64Array, nodes: number, gradient?: Float64Array) => Float64Array
  } | null
  /** Where factors are nested: this likelihood with a number of nodes for each of them. */
  readonly perLevel: PerLevel | null
  /**
   * Log marginal likelihood of one scalar effect a level by a lattice with that step, the same for all levels: what is
   * cheapest for many small levels of binary responses. Null elsewhere.
   */
  readonly lattice: ((step: number) => LatticeMarginal) | null
  /** The response's marginal normal distribution at x, null out of support; null where it is none. */
  readonly normal: ((x: Float64Array) => NormalMarginal | null) | null
  /** The one random term where a cluster's integral is over one scalar effect, else null. */
  readonly scalarTerm: RandomTerm | null
  /** The vector that priors and samplers see. */
  readonly coordinates: Coordinates
  /**
   * Log joint density of the response and the random effects over (outer coordinates, v), v one number an effect; see
   * effectsMap on it and its centring. With `rows` false the response is left out.
   */
  readonly joint: (centring: Float64Array, rows?: boolean) => LogDensity
}

/** Nested factors with numbers of nodes of their own. */
export interface PerLevel {
  /** The factors, the outermost first. */
  readonly groups: readonly string[]
  /** Whether a rule with so many nodes a factor can be computed. */
  readonly fits: (nodes: readonly number[]) => boolean
  /** The nodes of each that this likelihood has; null for the same number for all. */
  readonly nodes: readonly number[] | null
  /** The same likelihood, its `marginal` with these nodes a factor, whatever number above 1 it is called with. */
  readonly at: (nodes: readonly number[]) => Likelihood
}

/** Largest number of quadrature nodes. */
export const maxNodes = 101

/**
 * Turns a model into its log densities. One that is not stated yet is stated first, so that whoever has a model need not
 * know of it; who has both hands on the stated one.
 */
export function likelihood(given: Model | Stated): Likelihood {
  const stated = state(given)
  const { model, family, layout } = stated
  const [first] = layout.terms
  // One predictor and at most one scalar effect a cluster: no linear algebra, and quadrature at its cheapest.
  const fused = isPlain(model) && family.kernel !== undefined
  if (fused && layout.terms.length <= 1 && (!first || (first.term.names.length === 1 && first.size === 1))) {
    const term = first?.term ?? null
    const rows = groupedRows(stated, term)
    const work = scratch(rows.n)
    return term ? scalarFactor(stated, term, rows, work) : fixedOnly(stated, rows, work)
  }
  return anyStructure(stated)
}

/** A quadrature over the random effects, cluster by cluster. */
type Quadrature = Pick<Likelihood, 'mostNodes' | 'marginal'> & NonNullable<Likelihood['factored']>

type Evaluate = (x: Float64Array, gradient: Float64Array | null, byLevel: Float64Array | null) => number

/** A quadrature over the levels of a term, from its evaluator at a number of nodes. */
function quadratureOver(
  term: RandomTerm,
  dimension: number,
  mostNodes: number,
  evaluator: (nodes: number) => Evaluate,
): Quadrature {
  return {
    term,
    mostNodes,
    clusterLogLik: (x, nodes, gradient) => {
      const out = new Float64Array(term.levels.length)
      evaluator(nodes)(x, gradient ?? null, out)
      return out
    },
    marginal: (nodes) => {
      const evaluate = evaluator(nodes)
      return {
        dimension,
        evaluate: (x, gradient) => evaluate(x, gradient, null),
        value: (x) => evaluate(x, null, null),
      }
    },
  }
}

type NestedQuadrature = Quadrature &
  Pick<PerLevel, 'groups' | 'fits'> & { readonly withNodes: (nodes: readonly number[]) => Quadrature }

/** Adaptive quadrature for nested factors: a rule a level. Null where the factors are not nested. */
function nestedFactors(stated: Stated): NestedQuadrature | null {
  const { model, layout } = stated
  const nested = nesting(stated)
  if (!nested) return null
  const { structure } = nested
  const linear = linearPredictors(nested.stated)
  const rows = rowModel(nested.stated)
  const { depth, slotAt, levelAt } = structure
  // Levels are numbered from the innermost; a factor with several columns has several.
  const groupAt: string[] = []
  slotAt.forEach((slot, x) => {
    groupAt[levelAt[x]] = layout.terms[linear.slots[slot].term].term.group
  })
  const groups = [...new Set([...groupAt].reverse())]
  const fits = nestedNodesFit(structure, model.predictors.length)
  const most = mostNestedNodes(depth, maxNodes, fits)
  const quadrature = (nodesAt: (k: number) => readonly number[]): Quadrature =>
    quadratureOver(nested.outermost, layout.dimension, most, (k) =>
      nestedQuadrature(structure, linear, rows, nodesAt(k).map(gaussHermite)),
    )
  const same = (k: number): number[] => new Array(depth).fill(k)
  const byLevel = (nodes: readonly number[]): number[] => groupAt.map((group) => nodes[groups.indexOf(group)])
  return {
    ...quadrature(same),
    groups,
    fits: (nodes) => fits(byLevel(nodes)),
    withNodes: (nodes) => quadrature(() => byLevel(nodes)),
  }
}

/** Any structure: Laplace's approximation over the sparse Cholesky factor of all random effects. */
function anyStructure(stated: Stated): Likelihood {
  const { model, layout } = stated
  const { linear, structure, rows, approximation } = laplaceParts(stated)
  const vector = hasOneFactor(layout) ? vectorQuadrature(stated) : null
  // Blocks of rows serve one node better than the sparse factor, but not better than chains.
  const blocks = structure.chains.length === 0 ? (vector?.anchor ?? null) : null
  const nested = vector ? null : nestedFactors(stated)
  const quadrature = vector
    ? quadratureOver(layout.terms[0].term, layout.dimension, Math.min(maxNodes, vector.most), vector.evaluator)
    : nested
  const own: Likelihood = {
    stated,
    model,
    layout,
    dimension: layout.dimension,
    mostNodes: quadrature?.mostNodes ?? 1,
    marginal: (nodes) =>
      quadrature && (nodes > 1 || blocks)
        ? quadrature.marginal(nodes)
        : {
            dimension: layout.dimension,
            evaluate: approximation.evaluate,
            value: (x) => approximation.evaluate(x, null),
          },
    modes: (x) => {
      approximation.evaluate(x, null)
      return {
        terms: structuredModes(layout, structure, linear, approximation),
        eta: rows.eta.map((eta) => eta.slice()),
      }
    },
    anchor: blocks ?? approximation.anchor,
    fixedInformation: approximation.fixedInformation,
    factored: quadrature,
    lattice: null,
    scalarTerm: null,
    normal: normalAt(stated, structure, linear, rows, approximation),
    get coordinates() {
      return stated.coordinates
    },
    joint: (centring, withRows = true) => structuredJoint(stated, centring, withRows),
    perLevel: nested && {
      groups: nested.groups,
      fits: nested.fits,
      nodes: null,
      at: (nodes) => {
        const ruled = nested.withNodes(nodes)
        const marginal = (k: number): MarginalDensity => (k > 1 ? ruled : own).marginal(k)
        return { ...own, marginal, factored: ruled, perLevel: { ...own.perLevel!, nodes } }
      },
    },
  }
  return own
}

function scalarFactor(stated: Stated, term: RandomTerm, rows: GroupedRows, work: Scratch): Likelihood {
  const { model, layout } = stated
  const { p } = rows
  const clusters = term.levels.length
  const signs = rows.shifted?.logistic
  let largest = 0
  for (let g = 0; g < clusters; g++) largest = Math.max(largest, rows.start[g + 1] - rows.start[g])
  /** Calls `visit` with the mode of each cluster, the work space holding its rows. */
  const atModes = (x: Float64Array, visit: (g: number, found: ModeResult) => void): void => {
    const found = emptyMode()
    fixedPredictor(rows, x, work.fixed)
    for (let g = 0; g < clusters; g++) {
      findMode(rows, work, x[p], g, found)
      visit(g, found)
    }
  }
  return {
    stated,
    model,
    layout,
    dimension: p + 1,
    mostNodes: maxNodes,
    marginal: (nodes) => {
      const rule = gaussHermite(nodes)
      const nodeWork = nodeScratch(nodes, largest)
      return {
        dimension: p + 1,
        evaluate: (x, gradient) => scalarMarginal(rows, work, nodeWork, rule, x, gradient, null),
        value: (x) => scalarMarginal(rows, work, nodeWork, rule, x, null, null),
        negativeHessian: (x) => scalarHessian(rows, work, nodeWork, rule, x),
      }
    },
    modes: (x) => {
      const mode = new Float64Array(clusters)
      const sd = new Float64Array(clusters)
      const eta = new Float64Array(rows.n)
      atModes(x, (g, { u, curvature }) => {
        mode[g] = x[p] * u
        sd[g] = Math.abs(x[p]) / Math.sqrt(curvature)
        for (let i = rows.start[g]; i < rows.start[g + 1]; i++) {
          eta[rows.order[i]] = work.fixed[i] + x[p] * rows.z[i] * u
        }
      })
      return { terms: [{ mode, sd, covariance: sd.map((one) => one * one) }], eta: [eta] }
    },
    anchor: null,
    fixedInformation: null,
    factored: {
      term,
      clusterLogLik: (x, nodes, gradient) => {
        const out = new Float64Array(clusters)
        scalarMarginal(rows, work, nodeScratch(nodes, largest), gaussHermite(nodes), x, gradient ?? null, out)
        return out
      },
    },
    lattice: signs ? (step) => latticeMarginal(rows, signs, work, step) : null,
    scalarTerm: term,
    normal: null,
    perLevel: null,
    get coordinates() {
      return stated.coordinates
    },
    joint: (centring, withRows = true) => structuredJoint(stated, centring, withRows),
  }
}

/** Without random effects the marginal likelihood is the likelihood itself. */
function fixedOnly(stated: Stated, rows: GroupedRows, work: Scratch): Likelihood {
  const { model, layout } = stated
  const { p, n } = rows
  const evaluate = (x: Float64Array, gradient: Float64Array | null): number => {
    fixedPredictor(rows, x, work.eta)
    rows.kernel.score(work.eta, 0, n, work.logDensity, work.d1)
    if (gradient) fixedGradient(rows, work.d1, gradient)
    let total = 0
    for (let i = 0; i < n; i++) total += work.logDensity[i]
    return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
  }
  const density = { dimension: p, evaluate, value: (x: Float64Array): number => evaluate(x, null) }
  return {
    stated,
    model,
    layout,
    dimension: p,
    mostNodes: maxNodes,
    marginal: () => density,
    modes: (x) => {
      fixedPredictor(rows, x, work.eta)
      return { terms: [], eta: [work.eta.slice()] }
    },
    anchor: null,
    fixedInformation: null,
    factored: null,
    lattice: null,
    scalarTerm: null,
    normal: null,
    perLevel: null,
    get coordinates() {
      return stated.coordinates
    },
    joint: (centring, withRows = true) => (withRows ? density : structuredJoint(stated, centring, false)),
  }
}
