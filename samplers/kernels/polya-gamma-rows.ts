import type { Model } from '../../src/data/model.js'
import type { Coordinates } from '../../src/likelihood/frame/coordinates.js'

/** The rows of a binomial logit model. */
export interface LogitRows {
  /** Successes and trials, a row that stands for several with those of all. */
  readonly y: Float64Array
  readonly trials: Float64Array
  /** Log likelihood, but for a constant, at eta + t direction. */
  readonly logLikelihood: (eta: Float64Array, t: number, direction: Float64Array) => number
}

export function logitRows({ response }: Model): LogitRows {
  const { frequency } = response
  const counted = (of: Float64Array): Float64Array => (frequency ? of.map((one, i) => one * frequency[i]) : of)
  const y = counted(response.y)
  const trials = counted(response.trials!)
  return {
    y,
    trials,
    logLikelihood: (eta, t, direction) => {
      let sum = 0
      // One logarithm for many rows of one trial: each factor lies in 1 to 2.
      let product = 1
      for (let i = 0; i < y.length; i++) {
        const at = eta[i] + t * direction[i]
        const n = trials[i]
        sum += (at > 0 ? y[i] - n : y[i]) * at
        const e = Math.exp(-Math.abs(at))
        if (n === 1) {
          product *= 1 + e
          if (product > 1e300) {
            sum -= Math.log(product)
            product = 1
          }
        } else sum -= n * Math.log1p(e)
      }
      return sum - Math.log(product)
    },
  }
}

/** eta = offset + X beta + Z b. */
export function writeLinearPredictor(
  { nobs: n, predictors: [{ fixed, offset }] }: Model,
  { terms }: Coordinates,
  x: Float64Array,
  b: Float64Array,
  eta: Float64Array,
): void {
  if (offset) eta.set(offset)
  else eta.fill(0)
  for (let j = 0; j < fixed.names.length; j++) {
    for (let i = 0, at = j * n; i < n; i++, at++) eta[i] += x[j] * fixed.x[at]
  }
  for (const { laid, q, effects } of terms) {
    const { index, z } = laid.term
    for (let c = 0; c < q; c++) {
      for (let i = 0, at = c * n; i < n; i++, at++) eta[i] += z[at] * b[effects + index[i] * q + c]
    }
  }
}
