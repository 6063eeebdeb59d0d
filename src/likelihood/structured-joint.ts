import type { Model } from '../data/model.js'
import { familyNamed } from '../families/registry.js'
import { boundKernel } from '../families/repeated-rows.js'
import type { Coordinates } from './coordinates.js'
import { addProduct, transposedProduct } from './column-products.js'
import { effectsMap } from './effects-map.js'
import type { LogDensity } from './likelihood.js'
import { rowModel } from './row-model.js'

/**
 * Log joint density of the response and the random effects of any structure, for a sampler: of the outer coordinates
 * and a vector v of one number an effect (see effectsMap). Adds no prior on the outer coordinates. With `rows` false the
 * response is left out: the density of v alone. Returns -Infinity out of support.
 */
export function structuredJoint(model: Model, at: Coordinates, centring: Float64Array, rows = true): LogDensity {
  const n = model.nobs
  const K = model.predictors.length
  const { outer, terms } = at
  const effects = effectsMap(at, centring)
  const data = rows ? rowScores(model) : null
  const fixedStart = new Int32Array(K + 1)
  model.predictors.forEach((predictor, k) => {
    fixedStart[k + 1] = fixedStart[k] + predictor.fixed.names.length
  })
  const bGradient = new Float64Array(at.effects)
  // Columns of ones, such as an intercept's, need no product.
  const constant = terms.map(({ laid, q }) =>
    Array.from({ length: q }, (_, c) => laid.term.z.subarray(c * n, (c + 1) * n).every((value) => value === 1)),
  )
  return {
    dimension: outer + at.effects,
    evaluate: (x, gradient) => {
      const b = effects.write(x)
      if (!data) {
        gradient.fill(0)
        bGradient.fill(0)
        return finite(effects.back(x, bGradient, gradient))
      }
      model.predictors.forEach(({ fixed, offset }, k) => {
        const eta = data.eta[k]
        if (offset) eta.set(offset)
        else eta.fill(0)
        addProduct(fixed.x, n, fixed.names.length, x, fixedStart[k], eta)
      })
      for (const [t, { laid, q, effects: first }] of terms.entries()) {
        const { index, z } = laid.term
        const eta = data.eta[laid.predictor]
        for (let c = 0; c < q; c++) {
          if (constant[t][c]) for (let i = 0; i < n; i++) eta[i] += b[first + index[i] * q + c]
          else for (let i = 0, from = c * n; i < n; i++, from++) eta[i] += z[from] * b[first + index[i] * q + c]
        }
      }
      const logLik = data.evaluate()
      if (logLik === Number.NEGATIVE_INFINITY) return logLik
      gradient.fill(0)
      model.predictors.forEach(({ fixed }, k) => {
        transposedProduct(fixed.x, n, fixed.names.length, data.d1[k], gradient, fixedStart[k])
      })
      bGradient.fill(0)
      for (const [t, { laid, q, effects: first }] of terms.entries()) {
        const { index, z } = laid.term
        const d1 = data.d1[laid.predictor]
        for (let c = 0; c < q; c++) {
          if (constant[t][c]) for (let i = 0; i < n; i++) bGradient[first + index[i] * q + c] += d1[i]
          else for (let i = 0, from = c * n; i < n; i++, from++) bGradient[first + index[i] * q + c] += z[from] * d1[i]
        }
      }
      return finite(logLik + effects.back(x, bGradient, gradient))
    },
  }
}

const finite = (value: number): number =>
  value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY ? value : Number.NEGATIVE_INFINITY

/** The rows' log densities and first derivatives, by the family's fused score where there is one. */
function rowScores(model: Model): {
  readonly eta: readonly Float64Array[]
  readonly d1: readonly Float64Array[]
  readonly evaluate: () => number
} {
  const n = model.nobs
  const kernel =
    model.predictors.length === 1 ? boundKernel(familyNamed(model.family).family, model.link, model.response) : undefined
  if (!kernel) {
    const rows = rowModel(model.family, model.link, model.predictors.length, model.response)
    return { eta: rows.eta, d1: rows.d1, evaluate: () => rows.evaluate(0, n) }
  }
  const eta = new Float64Array(n)
  const d1 = new Float64Array(n)
  const logDensity = new Float64Array(n)
  return {
    eta: [eta],
    d1: [d1],
    evaluate: () => {
      kernel.score(eta, 0, n, logDensity, d1)
      let sum = 0
      for (let i = 0; i < n; i++) sum += logDensity[i]
      return finite(sum)
    },
  }
}
