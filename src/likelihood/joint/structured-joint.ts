import { addProduct, transposedProduct } from './column-products.js'
import { effectsMap } from '../coordinates/effects-map.js'
import { levelColumns, type RowColumns } from './level-columns.js'
import type { LogDensity } from '../frame/log-density.js'
import { rowKernel } from '../frame/row-kernel.js'
import { rowModel } from '../frame/row-model.js'
import type { Stated } from '../frame/stated.js'

/**
 * Log joint density of the response and the random effects of any structure, for a sampler: of the outer coordinates
 * and a vector v of one number an effect (see effectsMap). Adds no prior on the outer coordinates. With `rows` false the
 * response is left out: the density of v alone. Returns -Infinity out of support.
 */
export function structuredJoint(stated: Stated, centring: Float64Array, rows = true): LogDensity {
  const at = stated.coordinates
  const effects = effectsMap(at, centring)
  const bGradient = new Float64Array(at.effects)
  const data = rows ? responseGivenEffects(stated) : null
  return {
    dimension: at.outer + at.effects,
    evaluate: (x, gradient) => {
      const b = effects.write(x)
      gradient.fill(0)
      bGradient.fill(0)
      const logLik = data ? data(x, b, gradient, bGradient) : 0
      if (logLik === Number.NEGATIVE_INFINITY) return logLik
      return finite(logLik + effects.back(x, bGradient, gradient))
    },
  }
}

const finite = (value: number): number =>
  value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY ? value : Number.NEGATIVE_INFINITY

/** Log-likelihood given fixed effects (the head of x) and effects b; adds its gradients to those given. */
type GivenEffects = (x: Float64Array, b: Float64Array, gradient: Float64Array, bGradient: Float64Array) => number

function responseGivenEffects(stated: Stated): GivenEffects {
  const {
    model,
    coordinates: { terms },
  } = stated
  const n = model.nobs
  const { eta, d1, evaluate } = rowScores(stated)
  const columns = levelColumns(model, stated.layout, { terms })
  const intercepts = columns.intercepts.map((one) => {
    const { laid, q, effects } = terms[one.term]
    return {
      ...one,
      q,
      first: effects + one.column,
      index: laid.term.index,
      predictor: laid.predictorOf[one.column],
      level: new Float64Array(one.levels),
      beta: new Float64Array(one.positions.length),
    }
  })
  const slopes = terms.flatMap(({ laid, q, effects }, t) =>
    Array.from({ length: q }, (_, column) => column)
      .filter((column) => !columns.intercepts.some((one) => one.term === t && one.column === column))
      .map((column) => ({
        q,
        first: effects + column,
        index: laid.term.index,
        z: laid.term.z.subarray(column * n, (column + 1) * n),
        predictor: laid.predictorOf[column],
      })),
  )
  const ofRows = columns.rows.map((one) => ({ ...one, beta: new Float64Array(one.positions.length) }))

  return (x, b, gradient, bGradient) => {
    for (let k = 0; k < ofRows.length; k++) {
      const { offset } = model.predictors[k]
      if (offset) eta[k].set(offset)
      else eta[k].fill(0)
      multiply(ofRows[k], n, x, eta[k])
    }
    for (const one of intercepts) {
      const { level, first, q, levels } = one
      for (let g = 0, from = first; g < levels; g++, from += q) level[g] = b[from]
      multiply(one, levels, x, level)
      spread(level, one.index, eta[one.predictor])
    }
    for (const { q, first, index, z, predictor } of slopes) {
      const out = eta[predictor]
      for (let i = 0; i < n; i++) out[i] += z[i] * b[first + index[i] * q]
    }
    const logLik = evaluate()
    if (logLik === Number.NEGATIVE_INFINITY) return logLik
    for (let k = 0; k < ofRows.length; k++) multiplyBack(ofRows[k], n, d1[k], gradient)
    for (const one of intercepts) {
      const { level, first, q, levels } = one
      gather(d1[one.predictor], one.index, level)
      for (let g = 0, to = first; g < levels; g++, to += q) bGradient[to] = level[g]
      multiplyBack(one, levels, level, gradient)
    }
    for (const { q, first, index, z, predictor } of slopes) {
      const by = d1[predictor]
      for (let i = 0; i < n; i++) bGradient[first + index[i] * q] += z[i] * by[i]
    }
    return logLik
  }
}

/** Adds a product with the coefficients at the columns' positions of x to `out`. */
function multiply(
  { positions, x: matrix, beta }: RowColumns & { readonly beta: Float64Array },
  length: number,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let j = 0; j < beta.length; j++) beta[j] = x[positions[j]]
  addProduct(matrix, length, beta.length, beta, 0, out)
}

/** Adds to the gradient in the coefficients at the columns' positions. */
function multiplyBack(
  { positions, x: matrix, beta }: RowColumns & { readonly beta: Float64Array },
  length: number,
  weights: Float64Array,
  gradient: Float64Array,
): void {
  transposedProduct(matrix, length, beta.length, weights, beta, 0)
  for (let j = 0; j < beta.length; j++) gradient[positions[j]] += beta[j]
}

/** Adds to each row its level's value. */
function spread(level: Float64Array, index: Int32Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] += level[index[i]]
}

/** Sums the rows of each level. */
function gather(rows: Float64Array, index: Int32Array, level: Float64Array): void {
  level.fill(0)
  for (let i = 0; i < rows.length; i++) level[index[i]] += rows[i]
}

/** The rows' predictors, first derivatives in them, and the sum of log densities, by fused loops where there are some. */
function rowScores(stated: Stated): {
  readonly eta: readonly Float64Array[]
  readonly d1: readonly Float64Array[]
  readonly evaluate: () => number
} {
  const { model, family } = stated
  const n = model.nobs
  const kernel = rowKernel(model, family)
  if (!kernel) {
    const rows = rowModel(stated)
    return { eta: rows.eta, d1: rows.d1, evaluate: () => rows.evaluate(0, n) }
  }
  const eta = new Float64Array(n)
  const d1 = new Float64Array(n)
  const logDensity = new Float64Array(kernel.total ? 0 : n)
  const total =
    kernel.total ??
    ((): number => {
      kernel.score(eta, 0, n, logDensity, d1)
      let sum = 0
      for (let i = 0; i < n; i++) sum += logDensity[i]
      return sum
    })
  return { eta: [eta], d1: [d1], evaluate: () => finite(total(eta, 0, n, d1)) }
}
