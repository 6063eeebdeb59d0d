import { flat } from '../../covariance/flat.js'
import { observations } from '../../data/response-rows.js'
import { cholesky, forwardSolve, backwardSolve } from '../../numerics/cholesky.js'
import { lowerOrthonormal } from '../../numerics/lower-orthonormal.js'
import type { LaidTerm } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'
import { sameFactor } from '../frame/cluster-structure.js'

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
  /** Cross products of the columns of (X T, y), (p + 1) x (p + 1). */
  readonly xx: Float64Array
  /** The factor with the most columns first. */
  readonly factors: readonly GaussianFactor[]
}

export function gaussianRows({ model, layout }: Stated): GaussianRows {
  const n = model.nobs
  const [mean, dispersion] = model.predictors
  const fixed = layout.terms.find(({ covariance }) => covariance === flat)
  const names = fixed ? fixed.term.names : mean.fixed.names
  const p = names.length
  const given = fixed ? fixed.term.z : mean.fixed.x
  const basis = fixed?.term.factor ?? (p > 0 ? lowerOrthonormal(given, n, p).factor : new Float64Array(0))
  const x = timesLower(given, basis, n, p)
  const weights = rowWeights(model.response.frequency, dispersion.offset)
  let logScale = 0
  if (dispersion.offset) {
    const { frequency } = model.response
    for (let i = 0; i < n; i++) logScale += (frequency ? frequency[i] : 1) * dispersion.offset[i]
  }
  const y = mean.offset ? model.response.y.map((value, i) => value - mean.offset![i]) : model.response.y.slice()
  const columns = Array.from({ length: p }, (_, j) => x.subarray(j * n, (j + 1) * n))
  const inner = crossProducts(columns, weights)
  const centre = Float64Array.from(columns, (column) => product(column, y, weights))
  const l = inner.slice()
  if (cholesky(l, p)) {
    forwardSolve(l, p, centre)
    backwardSolve(l, p, centre)
  } else centre.fill(0)
  columns.forEach((column, j) => {
    const by = centre[j]
    for (let i = 0; i < n; i++) y[i] -= by * column[i]
  })
  const P = p + 1
  const xx = new Float64Array(P * P)
  for (let j = 0; j < p; j++) {
    xx.set(inner.subarray(j * p, (j + 1) * p), j * P)
    xx[j * P + p] = xx[p * P + j] = product(columns[j], y, weights)
  }
  xx[p * P + p] = product(y, y, weights)
  return {
    n,
    observations: observations(model),
    weights,
    logScale,
    reml: fixed !== undefined,
    p,
    x,
    basis,
    y,
    centre,
    xx,
    factors: factorsOf(layout.terms),
  }
}

/** X T for a lower triangular T, in pieces of rows that stay in the cache. */
function timesLower(x: Float64Array, basis: Float64Array, n: number, p: number): Float64Array {
  const out = new Float64Array(n * p)
  for (let from = 0; from < n; from += piece) {
    const to = Math.min(from + piece, n)
    for (let j = 0; j < p; j++) {
      for (let m = j; m < p; m++) {
        const by = basis[m * p + j]
        if (by === 0) continue
        for (let i = j * n + from, at = m * n + from; i < j * n + to; i++, at++) out[i] += by * x[at]
      }
    }
  }
  return out
}
const piece = 512

function rowWeights(frequency: Float64Array | undefined, offset: Float64Array | null): Float64Array | null {
  if (!offset) return frequency ?? null
  return offset.map((log, i) => (frequency ? frequency[i] : 1) * Math.exp(-2 * log))
}

function product(a: Float64Array, b: Float64Array, weights: Float64Array | null): number {
  let sum = 0
  if (weights) for (let i = 0; i < a.length; i++) sum += weights[i] * a[i] * b[i]
  else for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** Of all pairs of columns, four by four in pieces of rows: each element read serves several sums. */
function crossProducts(columns: readonly Float64Array[], weights: Float64Array | null): Float64Array {
  const p = columns.length
  const out = new Float64Array(p * p)
  const n = columns[0]?.length ?? 0
  for (let from = 0; from < n; from += piece) {
    const to = Math.min(from + piece, n)
    for (let j = 0; j < p; j++) {
      const a = weights
        ? columns[j].subarray(from, to).map((value, i) => value * weights[from + i])
        : columns[j].subarray(from, to)
      for (let k = 0; k <= j; k += 4) {
        const [b0, b1, b2, b3] = [0, 1, 2, 3].map((more) => columns[Math.min(k + more, j)])
        let [s0, s1, s2, s3] = [0, 0, 0, 0]
        for (let i = 0, at = from; i < a.length; i++, at++) {
          const value = a[i]
          s0 += value * b0[at]
          s1 += value * b1[at]
          s2 += value * b2[at]
          s3 += value * b3[at]
        }
        const sums = [s0, s1, s2, s3]
        for (let more = 0; more < 4 && k + more <= j; more++) out[j * p + k + more] += sums[more]
      }
    }
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) out[k * p + j] = out[j * p + k]
  return out
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
