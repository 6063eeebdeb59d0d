import type { FixedEstimate } from './fit-record.js'
import type { Limits } from '../results/limits.js'

/** Estimates with profile limits in place of Wald's. */
export const withLimits = (fixed: readonly FixedEstimate[], limits: readonly Limits[]): FixedEstimate[] =>
  fixed.map((one, j) => ({ ...one, ...limits[j] }))
