import { cholesky, choleskyInverse } from '../../src/numerics/cholesky.js'
import { gaussHermite } from '../../src/numerics/gauss-hermite.js'
import { type LocationScale, moved } from '../place/location-scale.js'
import type { TriangularMap } from '../place/triangular-map.js'

/** A density over R^t on a product Gauss-Hermite rule; points of no weight are left out (Jaeckel 2005). */
export interface FixedEffectsRule {
  readonly map: TriangularMap
  /** Nodes of each coordinate. */
  readonly order: number
  /** Log of the integral of exp(log density). */
  readonly logIntegral: number
  readonly count: number
  /** The k-th point kept stands at points[k * t + j]; its place in the product, the last coordinate fastest, is index[k]. */
  readonly points: Float64Array
  readonly index: Int32Array
  /** Shares of the integral, which sum to 1. */
  readonly shares: Float64Array
  /** Mean and covariance of z. */
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** Weight of the rule, against the normal density, below which a point is not looked at. */
const leastLogWeight = Math.log(1e-9)

/** The density on a rule of `order` nodes a coordinate; null where no point has a density. */
export function fixedEffectsRule(
  logDensity: (fixed: Float64Array) => number,
  map: TriangularMap,
  t: number,
  order: number,
): FixedEffectsRule | null {
  const { nodes, logWeights } = gaussHermite(order)
  const size = order ** t
  const x = new Float64Array(t)
  const z = new Float64Array(t)
  const points: number[] = []
  const index: number[] = []
  const logs: number[] = []
  const mean = new Float64Array(t)
  const covariance = new Float64Array(t * t)
  let high = Number.NEGATIVE_INFINITY
  const place = (at: number): number => {
    let log = 0
    for (let j = t - 1, rest = at; j >= 0; j--) {
      const node = rest % order
      rest = (rest - node) / order
      z[j] = nodes[node]
      log += logWeights[node]
    }
    return log
  }
  for (let at = 0; at < size; at++) {
    let log = place(at)
    if (log < leastLogWeight) continue
    for (let i = 0; i < t; i++) log += 0.5 * z[i] * z[i]
    log += map.toX(z, x)
    log += logDensity(x)
    if (!(log > Number.NEGATIVE_INFINITY && log < Number.POSITIVE_INFINITY)) continue
    high = Math.max(high, log)
    index.push(at)
    logs.push(log)
    for (let i = 0; i < t; i++) points.push(x[i])
  }
  if (high === Number.NEGATIVE_INFINITY) return null
  const shares = Float64Array.from(logs, (log) => Math.exp(log - high))
  const sum = shares.reduce((a, b) => a + b, 0)
  for (let k = 0; k < shares.length; k++) {
    shares[k] /= sum
    place(index[k])
    for (let i = 0; i < t; i++) {
      mean[i] += shares[k] * z[i]
      for (let j = 0; j < t; j++) covariance[i * t + j] += shares[k] * z[i] * z[j]
    }
  }
  for (let i = 0; i < t; i++) for (let j = 0; j < t; j++) covariance[i * t + j] -= mean[i] * mean[j]
  return {
    map,
    order,
    logIntegral: high + Math.log(sum) + 0.5 * t * Math.log(2 * Math.PI),
    count: index.length,
    points: Float64Array.from(points),
    index: Int32Array.from(index),
    shares,
    mean,
    covariance,
  }
}

/**
 * Step of the differences, in conditional standard deviations: as wide as what the curvature is for, since that of an
 * integral over effects at one point shows where its own nodes lie.
 */
const difference = 0.5
/** A step of Newton's so short, in the same unit, is the last: what is left is about its square. */
const short = 0.3
const longest = 3
const mostSteps = 30

/**
 * Mode and inverse curvature L L' of a log density by Newton's method from `from`, with differences of
 * the gradient along the axes of L. Null where it finds none. The mode need not be exact: the rule corrects for what it is off by.
 */
export function modeLocationScale(
  evaluate: (fixed: Float64Array, gradient: Float64Array) => number,
  from: LocationScale,
): LocationScale | null {
  let { center, L } = from
  const t = center.length
  if (t === 0) return from
  const g = new Float64Array(t)
  const x = new Float64Array(t)
  /** L' times a vector. */
  const inUnits = (v: Float64Array): Float64Array => {
    const out = new Float64Array(t)
    for (let i = 0; i < t; i++) for (let j = 0; j <= i; j++) out[j] += L[i * t + j] * v[i]
    return out
  }
  for (let step = 0; step < mostSteps; step++) {
    if (evaluate(center, g) === Number.NEGATIVE_INFINITY) return null
    const slope = inUnits(g)
    const information = new Float64Array(t * t)
    for (let j = 0; j < t; j++) {
      const [up, down] = [difference, -difference].map((by) => {
        for (let i = 0; i < t; i++) x[i] = center[i] + (i < j ? 0 : by * L[i * t + j])
        return evaluate(x, g) === Number.NEGATIVE_INFINITY ? null : inUnits(g)
      })
      if (!up || !down) return null
      for (let i = 0; i < t; i++) {
        const curved = (down[i] - up[i]) / (2 * difference)
        information[i * t + j] += curved / 2
        information[j * t + i] += curved / 2
      }
    }
    const inverse = cholesky(information, t) ? choleskyInverse(information, t) : null
    const move = new Float64Array(t)
    for (let i = 0; i < t; i++) {
      for (let j = 0; j < t; j++) move[i] += inverse ? inverse[i * t + j] * slope[j] : Number(i === j) * slope[j]
    }
    const length = Math.hypot(...move)
    if (!Number.isFinite(length)) return null
    const C = inverse ?? Float64Array.from({ length: t * t }, (_, at) => Number(at % (t + 1) === 0))
    if (!cholesky(C, t)) return null
    for (let j = 0; j < t; j++) move[j] *= Math.min(1, longest / length)
    const next = moved({ center, L }, move, C)
    center = next.center
    L = next.L
    if (inverse && length < short) return { center, L }
  }
  return null
}
