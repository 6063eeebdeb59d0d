import { backwardSolve, forwardSolve } from '../../numerics/cholesky.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { Evaluated, RelativeDensity } from './relative-density.js'

/** Outer parameters as the relative density has them. */
export interface RelativePoint {
  readonly tau: Float64Array
  /** Of X T, less the centre; null where they are integrated out. */
  readonly coefficients: Float64Array | null
  readonly logSigma: number
}

export function relativePoint(density: RelativeDensity, layout: ParameterLayout, x: Float64Array): RelativePoint {
  const { rows, parameters, size } = density
  const { p, reml, basis, centre } = rows
  const logSigma = x[layout.fixed - 1]
  const sigma = Math.exp(logSigma)
  const tau = new Float64Array(size)
  for (const { at, power } of parameters) tau[at] = x[layout.fixed + at] / (power === 1 ? sigma : 1)
  if (reml) return { tau, coefficients: null, logSigma }
  const coefficients = x.slice(0, p)
  forwardSolve(basis, p, coefficients)
  for (let j = 0; j < p; j++) coefficients[j] -= centre[j]
  return { tau, coefficients, logSigma }
}

/**
 * The point of a start. Its sigma may be that without random effects, which is too large: no residual is larger than what any
 * one factor leaves within its levels.
 */
export function relativeStart(density: RelativeDensity, layout: ParameterLayout, start: Float64Array): RelativePoint {
  const { tau, coefficients, logSigma } = relativePoint(density, layout, start)
  const ratio = Math.max(1, Math.exp(logSigma) / density.within)
  for (const { at, power } of density.parameters) if (power === 1) tau[at] *= ratio
  return { tau, coefficients, logSigma: logSigma - Math.log(ratio) }
}

/** The outer parameters of a point of the relative density, `delta` its coefficients. */
export function outerParameters(
  { rows, parameters }: RelativeDensity,
  layout: ParameterLayout,
  { tau, coefficients, logSigma }: RelativePoint,
): Float64Array {
  const { p, basis, centre } = rows
  const x = new Float64Array(layout.dimension)
  if (coefficients)
    x.set(
      timesBasis(
        basis,
        p,
        coefficients.map((value, j) => value + centre[j]),
      ),
    )
  x[layout.fixed - 1] = logSigma
  const sigma = Math.exp(logSigma)
  for (const { at, power } of parameters) x[layout.fixed + at] = tau[at] * (power === 1 ? sigma : 1)
  return x
}

/** T c: the coefficients of X from those of X T. */
export function timesBasis(basis: Float64Array, p: number, c: ArrayLike<number>): Float64Array {
  const out = new Float64Array(p)
  for (let i = 0; i < p; i++) for (let j = 0; j <= i; j++) out[i] += basis[i * p + j] * c[j]
  return out
}

/** The log-likelihood at outer parameters, its gradient written where one is given; -Infinity out of support. */
export function evaluateOuter(
  density: RelativeDensity,
  layout: ParameterLayout,
  x: Float64Array,
  gradient: Float64Array | null,
): number {
  const point = relativePoint(density, layout, x)
  const found = density.evaluate(point.tau, point.coefficients, point.logSigma)
  if (!found) return Number.NEGATIVE_INFINITY
  if (gradient) outerGradient(density, layout, point, found, gradient)
  return found.value
}

/** Derivatives in the coefficients of X T, X'W(residual) / sigma^2, by cross products. */
export function coefficientSlopes(
  { rows: { p }, system: { schur, delta } }: RelativeDensity,
  variance: number,
): Float64Array {
  const P = p + 1
  return Float64Array.from({ length: p }, (_, i) => {
    let sum = schur[p * P + i]
    for (let j = 0; j < p; j++) sum -= schur[i * P + j] * delta[j]
    return sum / variance
  })
}

function outerGradient(
  density: RelativeDensity,
  layout: ParameterLayout,
  { tau }: RelativePoint,
  found: Evaluated,
  out: Float64Array,
): void {
  const { rows, parameters, system, nu } = density
  const { p, reml, basis } = rows
  const { variance } = found
  const sigma = Math.exp(found.logSigma)
  const inTau = new Float64Array(tau.length)
  density.gradient(found, inTau)
  let inSigma = system.penalised() / variance - nu
  for (const { at, power } of parameters) {
    out[layout.fixed + at] = inTau[at] / (power === 1 ? sigma : 1)
    if (power === 1) inSigma -= tau[at] * inTau[at]
  }
  out[layout.fixed - 1] = inSigma
  if (reml) return
  const inFixed = coefficientSlopes(density, variance)
  backwardSolve(basis, p, inFixed)
  out.set(inFixed)
}
