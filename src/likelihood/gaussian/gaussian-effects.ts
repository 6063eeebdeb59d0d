import { flat } from '../../covariance/flat.js'
import { choleskyInverse, forwardSolve } from '../../numerics/cholesky.js'
import { placeOf, targetedForward } from '../../numerics/targeted-cholesky.js'
import type { ConditionalModes } from '../frame/conditional-effects.js'
import type { Stated } from '../frame/stated.js'
import { relativePoint, timesBasis } from './outer-density.js'
import { timesLambda } from './penalised-system.js'
import type { RelativeDensity } from './relative-density.js'

/** The effects' conditional distribution, normal: modes, and what sums of them have for a covariance; see ConditionalEffects. */
export interface GaussianEffects {
  readonly terms: () => ConditionalModes['terms']
  readonly eta: () => ConditionalModes['eta']
  readonly whitened: (weights: Float64Array) => Float64Array
}

/** At outer parameters, null out of support. What is asked for late is found at x again, unless the system stands there still. */
export function gaussianEffects(
  density: RelativeDensity,
  { model, layout }: Stated,
  given: Float64Array,
): GaussianEffects | null {
  const { system, rows } = density
  const point = relativePoint(density, layout, given)
  const moveHere = (): boolean => density.evaluate(point.tau, point.coefficients, point.logSigma) !== null
  if (!moveHere()) return null
  return {
    terms: () => {
      moveHere()
      density.invert()
      return modes(density, layout.terms, Math.exp(2 * point.logSigma))
    },
    eta: () => {
      moveHere()
      const { y } = model.response
      const { offset } = model.predictors[1]
      const mean = system.residual.map((residual, i) => y[i] - residual)
      const spread = new Float64Array(rows.n).fill(point.logSigma)
      if (offset) for (let i = 0; i < rows.n; i++) spread[i] += offset[i]
      return [mean, spread]
    },
    whitened: (weights) => {
      moveHere()
      return whitened(density, layout.terms, Math.exp(point.logSigma), weights)
    },
  }
}

/** Modes b and their covariances sigma^2 Lambda M Lambda'; of coefficients that are integrated out, their estimates and covariance. */
function modes(density: RelativeDensity, laid: Stated['layout']['terms'], variance: number): ConditionalModes['terms'] {
  return laid.map((one) =>
    one.covariance === flat ? fixedModes(density, variance) : termModes(density, one, variance),
  )
}

function termModes(
  { rows, system, slopes }: RelativeDensity,
  laid: Stated['layout']['terms'][number],
  variance: number,
): ConditionalModes['terms'][number] {
  const f = rows.factors.findIndex(({ terms }) => terms.some((one) => one.laid === laid))
  const { stride, terms } = rows.factors[f]
  const { column } = terms.find((one) => one.laid === laid)!
  const { pattern, starts } = system.products
  const { inverse, along } = slopes
  const lambda = system.lambdas[f]
  const p = rows.reml ? rows.p : 0
  const q = laid.term.names.length
  const levels = laid.term.levels.length
  const mode = new Float64Array(levels * q)
  const sd = new Float64Array(levels * q)
  const covariance = new Float64Array(levels * q * q)
  const middle = new Float64Array(q * q)
  const half = new Float64Array(q * q)
  starts[f].forEach((level, g) => {
    const first = level + column
    for (let i = 0; i < q; i++) {
      mode[g * q + i] = system.b[first + i]
      for (let j = 0; j <= i; j++) {
        let sum = inverse[placeOf(pattern, first + i, first + j)]
        for (let k = 0; k < p; k++) sum += along[(first + i) * p + k] * along[(first + j) * p + k]
        middle[i * q + j] = middle[j * q + i] = sum
      }
    }
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) {
        let sum = 0
        for (let k = 0; k <= i; k++) sum += lambda[(column + i) * stride + column + k] * middle[k * q + j]
        half[i * q + j] = sum
      }
    }
    const block = covariance.subarray(g * q * q, (g + 1) * q * q)
    for (let i = 0; i < q; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k <= j; k++) sum += half[i * q + k] * lambda[(column + j) * stride + column + k]
        block[i * q + j] = block[j * q + i] = variance * sum
      }
      sd[g * q + i] = Math.sqrt(block[i * q + i])
    }
  })
  return { mode, sd, covariance }
}

function fixedModes({ rows, system }: RelativeDensity, variance: number): ConditionalModes['terms'][number] {
  const { p, centre } = rows
  const mode = timesBasis(
    rows.basis,
    p,
    system.delta.map((value, j) => value + centre[j]),
  )
  const covariance = fixedCovariance({ rows, system }, variance)
  const sd = Float64Array.from({ length: p }, (_, j) => Math.sqrt(covariance[j * (p + 1)]))
  return { mode, sd, covariance }
}

/** sigma^2 T S^-1 T', (X'V^-1 X)^-1: p x p. */
export function fixedCovariance(
  { rows, system }: Pick<RelativeDensity, 'rows' | 'system'>,
  variance: number,
): Float64Array {
  const { p, basis } = rows
  const out = choleskyInverse(system.fixedFactor, p)
  for (let j = 0; j < p; j++) {
    const column = Float64Array.from({ length: p }, (_, i) => out[i * p + j])
    timesBasis(basis, p, column).forEach((value, i) => {
      out[i * p + j] = value
    })
  }
  for (let i = 0; i < p; i++) out.set(timesBasis(basis, p, out.subarray(i * p, (i + 1) * p)), i * p)
  return out.map((value) => variance * value)
}

/** sigma times a root of the system's inverse: (L^-1 Lambda'g, R'^-1 (T'h - H'L^-1 Lambda'g)), h those of coefficients integrated out. */
function whitened(
  { rows, system }: RelativeDensity,
  laid: Stated['layout']['terms'],
  sigma: number,
  weights: Float64Array,
): Float64Array {
  const { p, reml, basis } = rows
  const { products, half, fixedFactor, factor, lambdas } = system
  const { pattern, starts } = products
  const { q } = pattern
  const out = new Float64Array(q + (reml ? p : 0))
  const effects = out.subarray(0, q)
  const fixed = out.subarray(q)
  let from = 0
  for (const one of laid) {
    const { names, levels } = one.term
    if (one.covariance === flat) {
      for (let j = 0; j < p; j++) for (let i = j; i < p; i++) fixed[j] += basis[i * p + j] * weights[from + i]
      from += p
      continue
    }
    const f = rows.factors.findIndex(({ terms }) => terms.some(({ laid: own }) => own === one))
    const { column } = rows.factors[f].terms.find(({ laid: own }) => own === one)!
    for (let g = 0; g < levels.length; g++)
      for (let j = 0; j < names.length; j++) effects[starts[f][g] + column + j] = weights[from++]
  }
  timesLambda(rows, products, lambdas, true, effects, 1)
  targetedForward(pattern, factor, effects, 1)
  if (reml) {
    for (let c = 0; c < q; c++) for (let j = 0; j < p; j++) fixed[j] -= half[c * (p + 1) + j] * effects[c]
    forwardSolve(fixedFactor, p, fixed)
  }
  for (let c = 0; c < out.length; c++) out[c] *= sigma
  return out
}
