import type { Warning } from '../errors.js'
import type { PosteriorAnswers } from './posterior-queries.js'

/** What `glmm sample` prints with --json: schema glmm/posterior@1. */
export interface PosteriorRecord extends PosteriorAnswers {
  readonly schema: 'glmm/posterior@1'
  readonly version: string
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  readonly formula: string
  readonly family: string
  readonly link: string
  /** Each prior in force, as the user could have written it. */
  readonly priors: readonly string[]
  readonly sampler: string
  readonly chains: number
  readonly warmup: number
  readonly draws: number
  readonly seed: number
  readonly nobs: number
  readonly dropped: number
  readonly summary: readonly ParameterSummary[]
  readonly diagnostics: PosteriorDiagnostics
  readonly timing: {
    readonly warmupSeconds: number
    readonly sampleSeconds: number
    /** Smallest bulk effective sample size per second of summed chain time, warm-up excluded. */
    readonly minEssPerSecond: { readonly outer: number; readonly all: number }
  }
}

/** Posterior of one parameter over all chains; definitions of Vehtari et al. (2021). */
export interface ParameterSummary {
  readonly name: string
  readonly mean: number
  readonly sd: number
  /** Monte Carlo standard error of the mean. */
  readonly mcse: number
  readonly mcseSd: number
  readonly q2_5: number
  readonly q5: number
  readonly q25: number
  readonly q50: number
  readonly q75: number
  readonly q95: number
  readonly q97_5: number
  readonly rhat: number
  readonly essBulk: number
  readonly essTail: number
}

export interface PosteriorDiagnostics {
  readonly divergences: number
  readonly maxTreedepthHits: number
  /** Energy Bayesian fraction of missing information (Betancourt 2016), one a chain. */
  readonly ebfmi: readonly number[]
  readonly stepSize: readonly number[]
  readonly acceptRate: readonly number[]
  readonly warnings: readonly Warning[]
}
