import { GlmmError, type Warning } from '../../errors.js'

/** Limits of an interval; null where there is none. */
export interface Limits {
  readonly lower: number | null
  readonly upper: number | null
}

/** Profile limits of everything a fit reports; null where there are none. */
export interface ProfileIntervals {
  /** Of the fixed effects of each predictor, on its own scale. */
  readonly predictors: readonly (readonly Limits[])[]
  /** Of each random term: standard deviations, and the matrix of correlations. */
  readonly random: readonly { readonly sd: readonly Limits[]; readonly correlation: readonly (readonly Limits[])[] }[]
  readonly warnings: readonly Warning[]
}

/** @throws GlmmError USAGE where it is no probability between 0 and 1 that limits could cover with. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new GlmmError('USAGE', `expected a level between 0 and 1, got ${level}`, 'write 95 % as --level 0.95')
}
