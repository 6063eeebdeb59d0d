import type { Warning } from '../../errors.js'
import type { FitRecord } from '../record/fit-record.js'

/** What a comparison needs to know of a fit. */
export type ComparableFit = Pick<
  FitRecord,
  | 'call'
  | 'formula'
  | 'family'
  | 'link'
  | 'method'
  | 'nodes'
  | 'nobs'
  | 'logLik'
  | 'bic'
  | 'df'
  | 'fixed'
  | 'further'
  | 'random'
> & {
  /** Null in a document of a version that had none. */
  readonly responseChecksum: string | null
  readonly certificate: Pick<NonNullable<FitRecord['certificate']>, 'verdict'> | null
  readonly convergence: Pick<FitRecord['convergence'], 'converged' | 'singular'>
}

/** What `glmm compare` prints with --json: schema glmm/compare@1. */
export interface CompareRecord {
  readonly schema: 'glmm/compare@1'
  readonly version: string
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  /** Rows used, the same for all. */
  readonly nobs: number
  /** From the fewest degrees of freedom to the most. */
  readonly models: readonly ComparedModel[]
}

/** A fit among those compared. */
export interface ComparedModel {
  readonly name: string
  readonly formula: string
  readonly family: string
  readonly link: string
  readonly method: FitRecord['method']
  readonly nodes: number | readonly number[] | null
  /** Number of parameters estimated. */
  readonly df: number
  readonly logLik: number
  readonly deviance: number
  readonly aic: number
  readonly bic: number
  /** AIC above the least of all. */
  readonly deltaAic: number
  /** Akaike weight: exp(-deltaAic / 2) as a share of the sum. */
  readonly weight: number
  /** The likelihood-ratio test against the model before; null for the first. */
  readonly test: LikelihoodRatioTest | null
}

/** Of a model against the next smaller one. */
export interface LikelihoodRatioTest {
  /** Name of the smaller model. */
  readonly against: string
  /** Whether the names of the two models' terms show the smaller to be a special case of the larger. */
  readonly nested: boolean
  /** Twice the difference of the log-likelihoods. */
  readonly chiSquare: number
  readonly dfDifference: number
  /** Upper tail of the chi-square distribution; null where the models are not known to be nested. */
  readonly p: number | null
  /** Standard deviations of the larger model that are zero in the smaller. */
  readonly variances: readonly string[]
  /**
   * Where that is one: upper tail of the equal mixture of chi-squares with dfDifference - 1 and dfDifference degrees of
   * freedom (Self and Liang 1987; Stram and Lee 1994). Null elsewhere.
   */
  readonly boundaryP: number | null
  /** What to make of the p-values, in words. */
  readonly notes: readonly string[]
}
