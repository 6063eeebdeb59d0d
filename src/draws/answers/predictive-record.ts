import type { Warning } from '../../errors.js'

/** Replicated responses beside the observed one. */
export interface PredictiveRecord {
  /** Of what the draws are: 'prior' with --prior-only. */
  readonly of: 'posterior' | 'prior'
  /** True where each replicate has random effects drawn anew, as of new levels. */
  readonly newLevels: boolean
  /** Number of replicates that could be drawn. */
  readonly replicates: number
  readonly seed: number
  /** What is compared: the response, or its proportion of the trials. */
  readonly scale: 'response' | 'proportion'
  readonly statistics: readonly PredictiveStatistic[]
  /** Rows by value, in bins that hold the observed and nearly all replicated ones. */
  readonly distribution: PredictiveDistribution
  readonly warnings: readonly Warning[]
}

/** A test statistic of the observed response among those of the replicates. */
export interface PredictiveStatistic {
  readonly name: string
  readonly observed: number
  /** Of the replicates. */
  readonly mean: number
  readonly sd: number
  readonly q2_5: number
  readonly q97_5: number
  /** Predictive p-value: share of replicates above the observed value, those equal to it counted half. */
  readonly p: number
}

/** Shares of the rows in each bin: observed, and the 2.5 %, 50 % and 97.5 % quantiles over the replicates. */
export interface PredictiveDistribution {
  /** One more than bins; each bin from its lower edge (included) to the next. */
  readonly edges: readonly number[]
  readonly observed: readonly number[]
  readonly q2_5: readonly number[]
  readonly q50: readonly number[]
  readonly q97_5: readonly number[]
}
