import type { Model } from '../data/model.js'
import { observations } from '../data/response-rows.js'
import { familyNamed } from '../families/registry.js'
import { cholesky, choleskyInverse } from '../numerics/cholesky.js'
import { solve } from '../numerics/sparse-cholesky.js'
import { symmetricProduct } from '../numerics/sparse-product.js'
import { blockForm, timesBlock } from './effect-blocks.js'
import type { LinearPredictors } from './linear-predictors.js'
import type { LaidTerm, ParameterLayout } from './parameter-layout.js'
import type { RandomStructure } from './random-structure.js'
import { pairIndex, type RowModel, tripleIndex } from './row-model.js'

/**
 * The response's marginal normal distribution at given parameters: mean X beta and covariance V = Z G Z' + R, with G that of
 * all effects b and R diagonal. Everything goes through the Cholesky factor of H = I + Lambda'Z'R^-1 Z Lambda,
 *
 *   V^-1 x = R^-1 (x - Z Lambda H^-1 Lambda'Z'R^-1 x),
 *
 * and through effects (length Q, numbered as the structure numbers them): no n x n matrix is made. A row that stands for
 * several counts as often.
 */
export interface NormalMarginal {
  readonly terms: readonly NormalTerm[]
  /** Fixed effects of the mean. */
  readonly p: number
  readonly observations: number
  /** X'V^-1 X, and its inverse: p x p. */
  readonly information: Float64Array
  readonly covariance: Float64Array
  /** Z'V^-1 x for each column of X: p arrays of length Q. */
  readonly projected: readonly Float64Array[]
  /** The dispersion predictor is a constant: R is one number over known weights. */
  readonly oneResidual: boolean
  /**
   * X'V^-1 (dV / d psi) V^-1 X, minus the derivative of the information, p x p, for each outer parameter psi but the mean's
   * fixed effects, in their order.
   */
  readonly derivatives: () => Float64Array[]
  /** Z'V^-1 Z b, for b of length Q. */
  readonly throughEffects: (b: Float64Array) => Float64Array
}

/** A random term as V has it. */
export interface NormalTerm {
  readonly laid: LaidTerm
  readonly q: number
  readonly theta: Float64Array
  /** Lambda, q x q lower triangular: the covariance of an effect vector is Lambda Lambda'. */
  readonly lambda: Float64Array
  /** First element of each level among all effects. */
  readonly starts: Int32Array
}

/** Whether the response is marginally normal: quadratic in its mean, and no random effects but the mean's. */
export const isNormal = ({ family, link }: Model, { terms }: ParameterLayout): boolean =>
  (familyNamed(family).family.quadratic?.(link) ?? false) && terms.every(({ predictor }) => predictor === 0)

/**
 * At the parameters that the linear predictors have, with the rows' derivatives and the factor of H there; null where
 * X'V^-1 X is not positive definite.
 */
export function normalMarginal(
  model: Model,
  layout: ParameterLayout,
  { size, width, columns, places, symbolic, starts }: RandomStructure,
  { designs, slots, lambdas }: LinearPredictors,
  { d2, d3 }: RowModel,
  factor: Float64Array,
  parameters: Float64Array,
): NormalMarginal | null {
  const n = model.nobs
  const columnsOf = (k: number): Float64Array[] => designs.filter((one) => one.predictor === k).map(({ x }) => x)
  const mean = columnsOf(0)
  const p = mean.length
  const weights = d2[pairIndex(0, 0)].map((second) => -second)
  const z = slots.map(({ term, column }) => layout.terms[term].term.z.subarray(column * n, (column + 1) * n))
  const terms = layout.terms.map((laid, t): NormalTerm => {
    const theta = parameters.slice(laid.start, laid.start + laid.size)
    return { laid, q: laid.term.names.length, theta, lambda: lambdas[t], starts: starts[t] }
  })
  const shrunk = new Float64Array(size)

  /** Z'R^-1 x. */
  const toEffects = (x: Float64Array): Float64Array => {
    const out = new Float64Array(size)
    for (let s = 0; s < width; s++) {
      for (let i = 0, at = s; i < n; i++, at += width) out[columns[at]] += weights[i] * z[s][i] * x[i]
    }
    return out
  }
  /** Lambda H^-1 Lambda'b; the array is written over by the next call. */
  const shrink = (b: Float64Array): Float64Array => {
    shrunk.set(b)
    for (const { lambda, q, starts: first } of terms) timesBlock(lambda, q, first, true, shrunk)
    solve(symbolic, factor, shrunk)
    for (const { lambda, q, starts: first } of terms) timesBlock(lambda, q, first, false, shrunk)
    return shrunk
  }
  /** R V^-1 x. */
  const residual = (x: Float64Array): Float64Array => {
    const b = shrink(toEffects(x))
    const out = x.slice()
    for (let s = 0; s < width; s++) for (let i = 0, at = s; i < n; i++, at += width) out[i] -= z[s][i] * b[columns[at]]
    return out
  }

  const residuals = mean.map(residual)
  const information = crossProducts(mean, weights, residuals)
  const l = information.slice()
  if (!cholesky(l, p)) return null
  const further = model.predictors.slice(1).map((_, k) => columnsOf(k + 1))
  const projected = residuals.map(toEffects)
  /** Z'R^-1 Z on the pattern of H's factor. */
  let products: Float64Array | null = null
  const effectProducts = (): Float64Array => {
    const out = new Float64Array(symbolic.size)
    for (let i = 0, at = 0, row = 0; i < n; i++, row += width) {
      for (let s = 0; s < width; s++) for (let t = 0; t <= s; t++, at++) out[places[at]] += weights[i] * z[s][i] * z[t][i]
    }
    return out
  }

  return {
    terms,
    p,
    observations: observations(model),
    information,
    covariance: choleskyInverse(l, p),
    projected,
    oneResidual: further.every((xs) => xs.length === 1 && xs[0].every((one) => one === xs[0][0])),
    derivatives: () => [
      // With R = 1 / weight, dR R^-2 is minus the weight's derivative, which is minus the rows' third one.
      ...further.flatMap((xs, k) => {
        const third = d3[tripleIndex(0, 0, k + 1)]
        const along = (x: Float64Array): Float64Array => third.map((slope, i) => slope * x[i])
        return xs.map((x) => crossProducts(residuals, along(x), residuals))
      }),
      ...terms.flatMap((term) =>
        Array.from({ length: term.laid.size }, (_, j) =>
          blockForm(covarianceDerivative(term, term.theta, j), term.q, term.starts, projected),
        ),
      ),
    ],
    throughEffects: (b) => {
      products ??= effectProducts()
      const direct = symmetricProduct(symbolic, products, b)
      const taken = symmetricProduct(symbolic, products, shrink(direct))
      return direct.map((value, c) => value - taken[c])
    },
  }
}

/** Derivative of Lambda Lambda' in theta_j at theta, q x q. */
export function covarianceDerivative({ laid, q }: NormalTerm, theta: Float64Array, j: number): Float64Array {
  const lambda = new Float64Array(q * q)
  const slope = new Float64Array(q * q)
  laid.covariance.factor(theta, q, lambda)
  laid.covariance.factorDerivative(theta, q, j, slope)
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      for (let k = 0; k < q; k++) {
        out[a * q + b] += slope[a * q + k] * lambda[b * q + k] + lambda[a * q + k] * slope[b * q + k]
      }
    }
  }
  return out
}

/** A' diag(w) B for columns A and B of which the product is symmetric. */
function crossProducts(a: readonly Float64Array[], w: Float64Array, b: readonly Float64Array[]): Float64Array {
  const p = a.length
  const out = new Float64Array(p * p)
  for (let j = 0; j < p; j++) {
    const weighted = w.map((weight, i) => weight * b[j][i])
    for (let k = 0; k <= j; k++) {
      let sum = 0
      for (let i = 0; i < weighted.length; i++) sum += a[k][i] * weighted[i]
      out[j * p + k] = sum
      out[k * p + j] = sum
    }
  }
  return out
}
