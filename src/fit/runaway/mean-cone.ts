import { copies } from '../../data/response-rows.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { free, type RecessionCone, recessionCone } from '../../numerics/recession-cone.js'
import type { GlmFit } from '../start/glm.js'
import { provedBounded } from './screen.js'

/** The directions of the mean's coefficients along which the likelihood rises for ever, and how rows may move. */
export interface MeanCone {
  readonly cone: RecessionCone
  /** What each row allows: length n, see recession-cone. */
  readonly sides: Int8Array
}

/**
 * The recession cone of the mean's coefficients. L(beta, theta) = E_b[prod f(y_i | x_i'beta + z_i'b)]: along a direction that
 * moves no row the wrong way each factor rises for every b, so that random effects of whatever structure leave the
 * maximum at infinity, and need not be looked at (Albert and Anderson 1984 for logistic regression; Correia, Guimaraes and
 * Zylkin 2019 for counts). Null where nothing runs for sure, where the family has no such directions, and where rounding
 * leaves it open.
 */
export function meanCone(stated: Stated, glm: () => GlmFit | null): MeanCone | null {
  const { model, family, layout } = stated
  const recession = family.recession?.(model.link)
  if (!layout.location || !recession) return null
  const { fixed } = layout.location.stated
  const p = fixed.names.length
  if (p === 0 || (model.response.trials && provedBounded(stated, glm()!))) return null
  const { response, nobs: n } = model
  const sides = new Int8Array(n)
  let anyFree = false
  for (let i = 0; i < n; i++) {
    sides[i] = copies(response, i) === 0 ? free : recession(response, i)
    if (sides[i] === free) anyFree = true
  }
  const cone = recessionCone(fixed.x, n, p, sides)
  return cone && (anyFree || cone.held.length > 0) ? { cone, sides } : null
}
