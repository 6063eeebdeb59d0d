import { isConstant } from '../../data/constant-predictor.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Maximum } from '../../numerics/maximise.js'

/** A point of the boundary that a climb may be on its way to. */
export interface BoundaryPoint {
  readonly x: Float64Array
  /** Parameters of the random effects' covariance that are at their end: zero roots, correlations of 1 or -1. */
  readonly covariance: readonly number[]
  /** Constants of further predictors at the boundary of the family, where it becomes a simpler one (nbinom2 a poisson). */
  readonly limits: readonly number[]
}

/** A root of a variance this small beside where it started, or beside its standard error, may be on its way to zero. */
const vanishing = 0.01
/** Past this share of its limit a parameter may be on its way there: 1 - |rho| is 1e-5, phi 1e4 of a count's mean. */
const underway = 0.3

/**
 * Where a climb that stopped at `top` may be going: roots of variances that are about to vanish at zero, correlations and
 * dispersions that run away at the far end of their range, or so many times as far out as `reach` says; with 0 no more than
 * the roots. Null where nothing is.
 */
export function boundaryPoint(
  { layout }: Likelihood,
  top: Maximum,
  started: Float64Array,
  reach: number,
): BoundaryPoint | null {
  const x = top.x.slice()
  const d = x.length
  const covariance: number[] = []
  const limits: number[] = []
  for (const { term, covariance: of, start } of layout.terms) {
    for (const root of of.roots(term.names.length)) {
      const at = start + root
      const unit = Math.max(Math.abs(started[at]), Math.sqrt(top.inverseHessian[at * d + at]))
      if (Math.abs(x[at]) > vanishing * unit) continue
      x[at] = 0
      covariance.push(at)
    }
    for (const { at: index, end } of reach > 0 ? (of.ends?.(term.names.length) ?? []) : []) {
      const at = start + index
      if (Math.abs(x[at]) < underway * end) continue
      x[at] = x[at] < 0 ? -end : end
      covariance.push(at)
    }
  }
  for (const { kind, stated, fixed } of layout.further) {
    const at = fixed.from
    const limit = kind?.limit
    if (reach === 0 || !limit || !isConstant(stated)) continue
    if (x[at] / limit.at < underway) continue
    x[at] = reach * limit.at
    limits.push(at)
  }
  return covariance.length + limits.length > 0 ? { x, covariance, limits } : null
}
