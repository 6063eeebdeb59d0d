/** Why a covariance matrix is singular. */
export interface Boundary {
  /** An effect has no variance, or it is a linear combination of the effects before it. */
  readonly kind: 'variance' | 'combination'
  /** The first such effect. */
  readonly effect: number
}

/** Roots of variances below this, relative to their scale, are zero; their squares then are so to rounding. */
const negligible = 1e-8

/** A log ratio of eigenvalues, log((1 + rho) / (1 - rho)), at which 1 - |rho| is 8.5e-18: 1 to rounding. */
export const singularAt = 40

/**
 * The boundary that a factor Lambda (q x q, row after row) lies on. A standard deviation is compared with the term's
 * largest, or with 1 where that is larger: one on the scale of the linear predictor. That of an effect given those
 * before it, the diagonal element of Lambda, is compared with the effect's own.
 */
export function boundaryOf(factor: Float64Array, q: number): Boundary | null {
  const sd = Float64Array.from({ length: q }, (_, i) => Math.hypot(...factor.subarray(i * q, i * q + i + 1)))
  const scale = Math.max(1, ...sd)
  const zero = sd.findIndex((one) => one <= negligible * scale)
  if (zero >= 0) return { kind: 'variance', effect: zero }
  const combination = sd.findIndex((one, i) => Math.abs(factor[i * q + i]) <= negligible * one)
  return combination >= 0 ? { kind: 'combination', effect: combination } : null
}
