import { flat } from '../../covariance/flat.js'
import { observations } from '../../data/response-rows.js'
import { cholesky, forwardSolve, backwardSolve } from '../../numerics/cholesky.js'
import { columnProducts, gram, timesLower } from '../../numerics/gram.js'
import { lowerOrthonormal } from '../../numerics/lower-orthonormal.js'
import type { LaidTerm } from '../frame/parameter-layout.js'
import type { Space } from '../../numerics/space.js'
import type { Stated } from '../frame/stated.js'
import { sameFactor } from '../frame/level-structure.js'

/** The random terms over one grouping factor. */
export interface GaussianFactor {
  /** The terms, and the first of each one's columns among the factor's. */
  readonly terms: readonly { readonly laid: LaidTerm; readonly column: number }[]
  /** Level of each row. */
  readonly index: Int32Array
  readonly levels: number
  /** Columns of all its terms. */
  readonly stride: number
  /** Each column of Z, length n; null for one of ones. */
  readonly z: readonly (Float64Array | null)[]
}

/**
 * The rows of a gaussian model with identity link and one residual variance over known weights, y = X beta + Z b + e with
 * Var e_i = sigma^2 / w_i, in coordinates that cost no digits: the columns of X orthonormal, X T, and the response less what
 * least squares explain of it.
 */
export interface GaussianRows {
  readonly n: number
  /** Where the arrays of what works on these rows come from. */
  readonly space: Space
  /** Rows, each as often as its frequency says. */
  readonly observations: number
  /** Frequency times weight of each row; null where all are one. */
  readonly weights: Float64Array | null
  /** What the known parts of the rows' standard deviations take from the log-likelihood: sum of frequency times log. */
  readonly logScale: number
  /** True if X's coefficients are integrated out: a restricted likelihood. */
  readonly reml: boolean
  readonly p: number
  /** X T, n x p, column after column, and T, p x p lower triangular. */
  readonly x: Float64Array
  readonly basis: Float64Array
  /** y - offset - X T centre, with `centre` that of least squares: length n, and p. */
  readonly y: Float64Array
  readonly centre: Float64Array
  /** A variance that is rounding beside the response: what sigma^2 is at least where it is profiled out. */
  readonly leastVariance: number
  /** Cross products of the columns of (X T, y), (p + 1) x (p + 1). */
  readonly xx: Float64Array
  /** The factor with the most columns first. */
  readonly factors: readonly GaussianFactor[]
}

/** Null where the columns of X depend on each other, as in some of the rows of a model: they have no such coordinates. */
export function gaussianRows({ model, layout, space }: Stated): GaussianRows | null {
  const n = model.nobs
  const [mean, dispersion] = model.predictors
  const fixed = layout.terms.find(({ covariance }) => covariance === flat)
  const names = fixed ? fixed.term.names : mean.fixed.names
  const p = names.length
  const given = fixed ? fixed.term.z : mean.fixed.x
  const basis = fixed?.term.factor ?? (p > 0 ? lowerOrthonormal(given, n, p).factor : new Float64Array(0))
  if (!fixed && isDependent(given, basis, n, p)) return null
  const x = timesLower(given, basis, n, p)
  const weights = rowWeights(model.response.frequency, dispersion.offset)
  let logScale = 0
  if (dispersion.offset) {
    const { frequency } = model.response
    for (let i = 0; i < n; i++) logScale += (frequency ? frequency[i] : 1) * dispersion.offset[i]
  }
  const y = mean.offset ? model.response.y.map((value, i) => value - mean.offset![i]) : model.response.y.slice()
  const squares = y.reduce((sum, value) => sum + value * value, 0)
  const inner = gram(x, n, p, weights)
  const centre = columnProducts(x, n, p, y, weights)
  const l = inner.slice()
  if (!cholesky(l, p)) return null
  forwardSolve(l, p, centre)
  backwardSolve(l, p, centre)
  for (let j = 0; j < p; j++) for (let i = 0, at = j * n; i < n; i++, at++) y[i] -= centre[j] * x[at]
  const P = p + 1
  const xx = new Float64Array(P * P)
  const xy = columnProducts(x, n, p, y, weights)
  for (let j = 0; j < p; j++) {
    xx.set(inner.subarray(j * p, (j + 1) * p), j * P)
    xx[j * P + p] = xx[p * P + j] = xy[j]
  }
  xx[p * P + p] = columnProducts(y, n, 1, y, weights)[0]
  return {
    n,
    space,
    observations: observations(model),
    weights,
    logScale,
    reml: fixed !== undefined,
    p,
    x,
    basis,
    y,
    centre,
    leastVariance: Math.max((rounding * rounding * squares) / n, Number.MIN_VALUE / Number.EPSILON),
    xx,
    factors: factorsOf(layout.terms),
  }
}

/** A share of a column's length, or of the response's, that is rounding. */
const rounding = 1e-8

/** Whether a column is linearly dependent: a diagonal element of T is 1 / the length of the column orthogonal to those after it. */
function isDependent(x: Float64Array, basis: Float64Array, n: number, p: number): boolean {
  for (let j = 0; j < p; j++) {
    let squares = 0
    for (let i = j * n; i < (j + 1) * n; i++) squares += x[i] * x[i]
    if (!(Math.abs(basis[j * (p + 1)]) * Math.sqrt(squares) < 1 / rounding)) return true
  }
  return false
}

function rowWeights(frequency: Float64Array | undefined, offset: Float64Array | null): Float64Array | null {
  if (!offset) return frequency ?? null
  return offset.map((log, i) => (frequency ? frequency[i] : 1) * Math.exp(-2 * log))
}

/** Terms over the same levels make one factor. */
function factorsOf(terms: readonly LaidTerm[]): GaussianFactor[] {
  const factors: { terms: { laid: LaidTerm; column: number }[]; stride: number; z: (Float64Array | null)[] }[] = []
  for (const laid of terms) {
    if (laid.covariance === flat) continue
    const { term } = laid
    const n = term.index.length
    let factor = factors.find((one) => sameFactor(one.terms[0].laid.term, term))
    if (!factor) {
      factor = { terms: [], stride: 0, z: [] }
      factors.push(factor)
    }
    factor.terms.push({ laid, column: factor.stride })
    factor.stride += term.names.length
    for (let j = 0; j < term.names.length; j++) {
      const z = term.z.subarray(j * n, (j + 1) * n)
      factor.z.push(z.every((value) => value === 1) ? null : z)
    }
  }
  return factors
    .map(({ terms: own, stride, z }) => {
      const { index, levels } = own[0].laid.term
      return { terms: own, index, levels: levels.length, stride, z }
    })
    .sort((a, b) => b.levels * b.stride - a.levels * a.stride)
}
