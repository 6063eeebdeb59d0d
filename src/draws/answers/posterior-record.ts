import type { RecordHeading } from '../../data/record-heading.js'
import type { ParameterSummary, PosteriorDiagnostics } from '../parameter-summary.js'
import type { PosteriorAnswers } from './posterior-queries.js'

/** What `glmm sample` prints with --json: schema glmm/posterior@1. */
export interface PosteriorRecord extends RecordHeading, PosteriorAnswers {
  readonly schema: 'glmm/posterior@1'
  /** Each prior in force, as the user could have written it. */
  readonly priors: readonly string[]
  /** Name of the sampler used; see `samplerReason`. */
  readonly sampler: string
  /** Why `auto` chose it; null or left out where it was named. */
  readonly samplerReason?: string | null
  /** Quadrature nodes a random effect where the sampler integrates effects out, or points of the trapezoidal rule; else 1. */
  readonly nodes?: number
  /** Log of the integral of likelihood times prior, all constants included; quadrature alone knows it. */
  readonly logMarginalLikelihood?: number
  /** How fine the grid of the sampler quadrature was; left out where there are chains. */
  readonly quadrature?: QuadratureDiagnostics
  /** Number of chains; 0 without draws. */
  readonly chains: number
  /** Iterations of warm-up a chain. */
  readonly warmup: number
  /** Draws kept a chain. */
  readonly draws: number
  readonly seed: number
  /** Rows used; `dropped` counts those left out for a missing value. */
  readonly nobs: number
  readonly dropped: number
  readonly summary: readonly ParameterSummary[]
  readonly diagnostics: PosteriorDiagnostics
  /** Summed over the chains. */
  readonly timing: {
    readonly warmupSeconds: number
    readonly sampleSeconds: number
    /** Smallest bulk effective sample size per second of summed chain time, warm-up excluded. */
    readonly minEssPerSecond: { readonly outer: number; readonly all: number }
  }
}

/** How fine the grid over the hyperparameters and fixed effects was, and whether that was enough. */
export interface QuadratureDiagnostics {
  /** Nodes of each coordinate: standard deviations and dispersions first, then the mean's fixed effects. */
  readonly grid: readonly number[]
  /** Points looked at for the grid, the search for it included. */
  readonly points: number
  /** Nodes of the integral over a random effect. */
  readonly nodes: number
  /** The most that half of its points, or the last node, changed a mean, standard deviation or quantile, in standard deviations. */
  readonly change: number
  /** Largest share of the posterior on the first or last node of a coordinate. */
  readonly edgeWeight: number
  readonly settled: boolean
}
