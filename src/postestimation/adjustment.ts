import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import { type LargestOfT, largestOfT } from '../numerics/multivariate-t.js'
import { studentQuantile, studentTwoSided } from '../numerics/special.js'
import { studentisedRangeQuantile, studentisedRangeUpper } from '../numerics/studentised-range.js'

export const adjustments = ['tukey', 'sidak', 'holm', 'bonferroni', 'dunnett', 'mvt', 'fdr', 'none'] as const
/** How p-values and limits of a family of comparisons are adjusted for their number. */
export type Adjustment = (typeof adjustments)[number]

/** A family of comparisons: t statistics with their degrees of freedom (Infinity: z). */
export interface Family {
  readonly statistics: readonly number[]
  readonly df: readonly number[]
  /** Of the estimates: size x size, row after row. */
  readonly correlation: Float64Array
  /** Number of means that they compare. */
  readonly means: number
}

export interface Adjusted {
  /** One a comparison, not below its own p-value. */
  readonly p: number[]
  /** Half the width of simultaneous limits in standard errors, one a comparison. */
  readonly distance: number[]
}

/** The adjustment of that name, or the USAGE error. */
export function adjustmentNamed(name: string): Adjustment {
  const known = adjustments.find((one) => one === name)
  if (known !== undefined) return known
  const hint = nearestName(name, adjustments)
  throw new GlmmError(
    'USAGE',
    `expected ${adjustments.join(', ')} for --adjust, got '${name}'`,
    hint ? `did you mean ${hint}?` : 'leave it out for the usual one',
  )
}

/**
 * p-values and limits for a family of comparisons, all two-sided. Exact where the statistics are jointly t: `tukey` for all
 * pairs of means of equal and independent errors (the studentised range; else conservative, Hayter 1984), `dunnett` and `mvt` for
 * any correlation, by quasi-Monte Carlo (Genz and Bretz 2009). By inequalities: `sidak`, `bonferroni`, `holm` (whose
 * limits are Bonferroni's). `fdr` controls the rate of false discoveries instead (Benjamini and Hochberg 1995; its limits are those of one).
 *
 * @param uniform - numbers on [0, 1) for the shifts of the quasi-Monte Carlo rule, from a stream of fixed seed
 * @returns entries of NaN statistics are NaN, and the others adjusted for all the same
 */
export function adjust(family: Family, method: Adjustment, level: number, uniform: () => number): Adjusted {
  const { statistics, df } = family
  const size = statistics.length
  const own = statistics.map((t, i) => studentTwoSided(t, df[i]))
  const miss = 1 - level
  const single = (p: number): number[] => df.map((one) => studentQuantile(1 - p / 2, one))
  const bounded = (p: number[]): number[] => p.map((one, i) => Math.min(1, Math.max(one, own[i])))
  switch (method) {
    case 'none':
      return { p: own, distance: single(miss) }
    case 'bonferroni':
      return { p: bounded(own.map((p) => size * p)), distance: single(miss / size) }
    case 'sidak':
      return {
        p: bounded(own.map((p) => -Math.expm1(size * Math.log1p(-p)))),
        distance: single(-Math.expm1(Math.log1p(-miss) / size)),
      }
    case 'holm':
      return { p: bounded(stepwise(own, (p, rank) => (size - rank) * p, Math.max)), distance: single(miss / size) }
    case 'fdr':
      return {
        p: bounded(stepwise(own, (p, rank) => (size / (rank + 1)) * p, Math.min)),
        distance: single(miss),
      }
    case 'tukey':
      return {
        p: bounded(statistics.map((t, i) => studentisedRangeUpper(Math.abs(t) * Math.SQRT2, family.means, df[i]))),
        distance: perDf(df, (one) => studentisedRangeQuantile(miss, family.means, one) / Math.SQRT2),
      }
    case 'dunnett':
    case 'mvt': {
      const largest = new Map<number, LargestOfT>()
      const of = (one: number): LargestOfT => {
        const made = largest.get(one) ?? largestOfT(family.correlation, one, uniform)
        largest.set(one, made)
        return made
      }
      return {
        p: bounded(statistics.map((t, i) => of(df[i]).upper(Math.abs(t)).value)),
        distance: perDf(df, (one) => of(one).quantile(miss)),
      }
    }
  }
}

/** f of each entry, computed once for equal ones. */
function perDf(df: readonly number[], f: (df: number) => number): number[] {
  const known = new Map<number, number>()
  for (const one of df) if (!known.has(one)) known.set(one, f(one))
  return df.map((one) => known.get(one)!)
}

/** Adjusts the ordered p-values by rank and makes them monotone: from the smallest up with `max`, from the largest down with `min`. */
function stepwise(p: readonly number[], by: (p: number, rank: number) => number, monotone: typeof Math.max): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b] || a - b)
  const out = p.map((one, i) => by(one, order.indexOf(i)))
  const walk = monotone === Math.max ? order : order.toReversed()
  let before = monotone === Math.max ? 0 : 1
  for (const i of walk) before = out[i] = Number.isNaN(out[i]) ? out[i] : monotone(before, out[i])
  return out
}
