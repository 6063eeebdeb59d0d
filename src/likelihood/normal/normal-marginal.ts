import { flat } from '../../covariance/flat.js'
import { observations } from '../../data/response-rows.js'
import { pairIndex, tripleIndex } from '../../families/derivative-order.js'
import { cholesky, choleskyInverse } from '../../numerics/cholesky.js'
import { heap } from '../../numerics/space.js'
import { solve } from '../../numerics/sparse-cholesky.js'
import { symmetricProduct } from '../../numerics/sparse-product.js'
import { chainForms } from './chain-forms.js'
import { covarianceDerivative } from './vector-covariance.js'
import { blockForm, timesBlock, timesNumber } from './effect-blocks.js'
import { denseBorder } from '../sparse/dense-border.js'
import type { LaplaceParts } from '../sparse/laplace-parts.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { LaidTerm } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'
import type { RandomStructure } from '../sparse/random-structure.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * The response's marginal normal distribution at given parameters: mean X beta and covariance V = Z G Z' + R, with G that of
 * all effects b and R diagonal. No n x n matrix is made: with H = I + Lambda'Z'R^-1 Z Lambda and its Cholesky factor
 *
 *   V^-1 x = R^-1 (x - Z Lambda H^-1 Lambda'Z'R^-1 x).
 *
 * A restricted model has X among the effects' columns, A = (Z Lambda, X), and a factor of A'R^-1 A + (I, 0): then the same is
 * P x with P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1, and V^-1 X (X'V^-1 X)^-1 = R^-1 A H^-1 (0, I)'.
 *
 * A chain's effects have a precision of their own in the place of I. Effects (length Q) are numbered as the structure numbers them. A row that stands for several counts as often.
 */
export interface NormalMarginal {
  /** In their order, the fixed effects of a restricted model among them. */
  readonly terms: readonly NormalTerm[]
  /** Fixed effects of the mean. */
  readonly p: number
  readonly observations: number
  /** (X'V^-1 X)^-1, p x p. */
  readonly covariance: Float64Array
  /** Z'V^-1 x for each column of X: p arrays of length Q. */
  readonly projected: readonly Float64Array[]
  /** X'V^-1 X, p x p. */
  readonly information: Float64Array
  /**
   * X'V^-1 (dV / d psi) V^-1 X, minus the derivative of the information, p x p, for each outer parameter psi but the mean's
   * fixed effects, in their order.
   */
  readonly derivatives: () => Float64Array[]
  /** Z'V^-1 Z b for b of length Q, or of a restricted model Z'PZ b. */
  readonly throughEffects: (b: Float64Array) => Float64Array
}

/** A random term as V has it. */
export interface NormalTerm {
  readonly laid: LaidTerm
  readonly q: number
  readonly theta: Float64Array
  /** Lambda, q x q lower triangular (of a chain its standard deviation, first). */
  readonly lambda: Float64Array
  /** First element of each level among all effects. */
  readonly starts: Int32Array
}

/** Whether the response is marginally normal: quadratic in its mean, and no random effects but the mean's. */
export const isNormal = ({ model, family, layout: { terms } }: Stated): boolean =>
  !model.map &&
  model.predictors.every(({ fixed }) => !fixed.shares) &&
  (family.quadratic?.(model.link) ?? false) &&
  terms.every(({ predictorOf }) => predictorOf.every((k) => k === 0))

/** The marginal distribution as a function of the outer parameters; null out of support, and where it is not normal. */
export function normalAt(
  stated: Stated,
  { structure, linear, rows, approximation: { moveTo, factor } }: LaplaceParts,
): (parameters: Float64Array) => NormalMarginal | null {
  if (!isNormal(stated)) return () => null
  return (parameters) =>
    moveTo(parameters) ? normalMarginal(stated, structure, linear, rows, factor, parameters) : null
}

/**
 * At the parameters that the linear predictors have, with the rows' derivatives and the factor of H there; null where
 * X'V^-1 X is not positive definite.
 */
function normalMarginal(
  { model, layout }: Stated,
  structure: RandomStructure,
  { designs, slots, lambdas, dense }: LinearPredictors,
  { d2, d3 }: RowModel,
  factor: Float64Array,
  parameters: Float64Array,
): NormalMarginal | null {
  const { size, width, columns, places, symbolic, starts, chains } = structure
  const n = model.nobs
  const weights = d2[pairIndex(0, 0)].map((second) => -second)
  const z = slots.map(
    ({ term, column, inChain }) => inChain?.z ?? layout.terms[term].term.z.subarray(column * n, (column + 1) * n),
  )
  const border = dense && denseBorder(structure, slots, dense, dense.z, byRows(z, n), heap)
  const terms = layout.terms.map((laid, t): NormalTerm => {
    const theta = parameters.slice(laid.start, laid.start + laid.size)
    return { laid, q: laid.term.names.length, theta, lambda: lambdas[t], starts: starts[t] }
  })
  const shrunk = new Float64Array(size)
  /** Terms whose u is a chain of unit variances: for them Lambda is a number and u has a precision P, which H has in I's place. */
  const chained = new Set(chains.map(({ term: { laid } }) => layout.terms.indexOf(laid)))

  /** Z'R^-1 x. */
  const toEffects = (x: Float64Array): Float64Array => {
    const out = new Float64Array(size)
    for (let s = 0; s < width; s++) addTransposed(out, columns, z[s], weights, x, s, width)
    border?.addBack([weightsOf(weights, x)], out)
    return out
  }
  /** Adds `by` times Z b to x. */
  const addEffects = (x: Float64Array, b: Float64Array, by: number): Float64Array => {
    for (let s = 0; s < width; s++) addRows(x, columns, z[s], b, s, width, by)
    if (border) {
      const effects = new Float64Array(n)
      border.addTo([effects], b)
      for (let i = 0; i < n; i++) x[i] += by * effects[i]
    }
    return x
  }
  const throughLambda = (b: Float64Array, transposed: boolean): void => {
    terms.forEach(({ lambda, q, starts: first }, t) => {
      if (chained.has(t)) timesNumber(lambda[0], q, first, b)
      else timesBlock(lambda, q, first, transposed, b)
    })
  }
  /** Lambda H^-1 Lambda'b; the array is written over by the next call. */
  const shrink = (b: Float64Array): Float64Array => {
    shrunk.set(b)
    throughLambda(shrunk, true)
    solve(symbolic, factor, shrunk)
    throughLambda(shrunk, false)
    return shrunk
  }

  /** R V^-1 X by columns, the information and its inverse. */
  const fromFixed = (): Solved | null => {
    const mean = designs.filter(({ predictor }) => predictor === 0).map(({ x }) => x)
    const p = mean.length
    const residuals = mean.map((x) => addEffects(x.slice(), shrink(toEffects(x)), -1))
    const information = crossProducts(mean, weights, residuals)
    const l = information.slice()
    return cholesky(l, p) ? { p, residuals, information, covariance: choleskyInverse(l, p) } : null
  }
  const fromFlat = ({ q: p, starts: [first] }: NormalTerm): Solved | null => {
    const covariance = new Float64Array(p * p)
    const unscaled = Array.from({ length: p }, (_, c) => {
      const unit = new Float64Array(size)
      unit[first + c] = 1
      const b = shrink(unit)
      covariance.set(b.subarray(first, first + p), c * p)
      return addEffects(new Float64Array(n), b, 1)
    })
    const l = covariance.slice()
    if (!cholesky(l, p)) return null
    const information = choleskyInverse(l, p)
    const residuals = unscaled.map((_, c) => {
      const out = new Float64Array(n)
      unscaled.forEach((column, k) => {
        const by = information[c * p + k]
        for (let i = 0; i < n; i++) out[i] += by * column[i]
      })
      return out
    })
    return { p, residuals, information, covariance }
  }
  const flatTerm = terms.find(({ laid }) => laid.covariance === flat)
  const solved = flatTerm ? fromFlat(flatTerm) : fromFixed()
  if (!solved) return null
  const { p, residuals, information, covariance } = solved
  const projected = residuals.map(toEffects)
  /** Z'R^-1 Z on the pattern of H's factor. */
  let products: Float64Array | null = null
  const effectProducts = (): Float64Array => {
    const out = new Float64Array(symbolic.size)
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++)
        for (let t = 0; t <= s; t++, at++) out[places[at]] += weights[i] * z[s][i] * z[t][i]
    }
    border?.subtractProducts(d2, out)
    return out
  }

  return {
    terms,
    p,
    observations: observations(model),
    information,
    covariance,
    projected,
    derivatives: () => [
      // With R = 1 / weight, dR R^-2 is minus the weight's derivative, which is minus the rows' third one.
      ...designs
        .filter(({ predictor }) => predictor > 0)
        .map(({ predictor, x }) => {
          const third = d3[tripleIndex(0, 0, predictor)]
          return crossProducts(residuals, weightsOf(third, x), residuals)
        }),
      ...terms.flatMap((term) => {
        const { laid, q, theta } = term
        if (laid.covariance.chain && q > 1) return chainForms(laid.covariance.chain, theta, q, term.starts, projected)
        return Array.from({ length: laid.size }, (_, j) =>
          blockForm(covarianceDerivative(term, theta, j), q, term.starts, projected),
        )
      }),
    ],
    throughEffects: (b) => {
      products ??= effectProducts()
      const direct = symmetricProduct(symbolic, products, b)
      const taken = symmetricProduct(symbolic, products, shrink(direct))
      for (let c = 0; c < size; c++) direct[c] -= taken[c]
      return direct
    },
  }
}

interface Solved extends Pick<NormalMarginal, 'p' | 'information' | 'covariance'> {
  readonly residuals: readonly Float64Array[]
}

/** Columns of length n beside each other, row after row. */
function byRows(columns: readonly Float64Array[], n: number): Float64Array {
  const out = new Float64Array(n * columns.length)
  columns.forEach((column, s) => {
    for (let i = 0, at = s; i < n; i++, at += columns.length) out[at] = column[i]
  })
  return out
}

/** out += Z_s' diag(w) x for one slot's column of Z. */
function addTransposed(
  out: Float64Array,
  columns: Int32Array,
  z: Float64Array,
  w: Float64Array,
  x: Float64Array,
  s: number,
  width: number,
): void {
  for (let i = 0, at = s; i < x.length; i++, at += width) out[columns[at]] += w[i] * z[i] * x[i]
}

/** x += by Z_s b. */
function addRows(
  x: Float64Array,
  columns: Int32Array,
  z: Float64Array,
  b: Float64Array,
  s: number,
  width: number,
  by: number,
): void {
  for (let i = 0, at = s; i < x.length; i++, at += width) x[i] += by * z[i] * b[columns[at]]
}

function weightsOf(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = a[i] * b[i]
  return out
}

/** A' diag(w) B for columns A and B of which the product is symmetric. */
function crossProducts(a: readonly Float64Array[], w: Float64Array, b: readonly Float64Array[]): Float64Array {
  const p = a.length
  const out = new Float64Array(p * p)
  for (let j = 0; j < p; j++) {
    for (let k = 0; k <= j; k++) {
      const [x, y] = [a[k], b[j]]
      let sum = 0
      for (let i = 0; i < w.length; i++) sum += x[i] * w[i] * y[i]
      out[j * p + k] = sum
      out[k * p + j] = sum
    }
  }
  return out
}
