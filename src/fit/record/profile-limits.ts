import type { Warning } from '../../errors.js'
import type { FixedEstimate, Limits } from './fit-record.js'

/** Profile limits of everything a fit tells; null where there are none. */
export interface ProfileIntervals {
  /** Of the fixed effects of each predictor, on its own scale. */
  readonly predictors: readonly (readonly Limits[])[]
  /** Of each random term: standard deviations, and the matrix of correlations. */
  readonly random: readonly { readonly sd: readonly Limits[]; readonly correlation: readonly (readonly Limits[])[] }[]
  readonly warnings: readonly Warning[]
}

/** Estimates with profile limits in place of Wald's. */
export const withLimits = (fixed: readonly FixedEstimate[], limits: readonly Limits[]): FixedEstimate[] =>
  fixed.map((one, j) => ({ ...one, ...limits[j] }))
