import type { Limits } from '../results/limits.js'
import type { Basis } from '../../data/basis.js'
import type { RecordHeading } from '../../data/record-heading.js'
import type { ModelTest } from '../results/model-test.js'
import type { ModelVerdict } from '../results/model-verdict.js'

/** Nodes asked for: a number, one for each nested factor from the outermost on, or as many as it takes. */
export type Nodes = number | readonly number[] | 'auto'

/** What `glmm fit` prints with --json: schema glmm/fit@1. Log-likelihoods include every constant. */
export interface FitRecord extends FitHeading, FitCriterion, FitEstimates, FitQuality, FitConvergence {
  /** Tests of the model against its data by name, and what they come to; there where asked for. */
  readonly tests?: Readonly<Record<string, ModelTest>>
  readonly model?: ModelVerdict
}

/** What was fitted, to which rows, and by which method. */
export interface FitHeading extends RecordHeading {
  readonly schema: 'glmm/fit@1'
  readonly method: 'ml' | 'reml' | 'glm'
  /** Quadrature nodes, of each nested factor where given so; 1 is Laplace; null for a glm and by importance sampling. */
  readonly nodes: number | readonly number[] | null
  readonly nobs: number
  readonly dropped: number
  /** Of the responses and trials in their order: fits of the same rows have the same one. */
  readonly responseChecksum: string
  /** Number of levels of each grouping factor. */
  readonly groups: Readonly<Record<string, number>>
}

/** What was maximised, and what models are compared by. */
export interface FitCriterion {
  readonly logLik: number
  readonly deviance: number
  readonly aic: number
  readonly bic: number
  readonly df: number
  readonly dfResidual: number
  /** Of the model with an intercept alone, where the fit is a glm's; null elsewhere, as the next two. */
  readonly nullDeviance: number | null
  readonly dfNull: number | null
  readonly residualDeviance: number | null
}

/** All that was estimated. */
export interface FitEstimates {
  readonly fixed: readonly FixedEstimate[]
  /** Coefficients of the predictors beside the mean's, on the scale of their own links (log, logit). */
  readonly further: readonly { readonly predictor: string; readonly fixed: readonly FixedEstimate[] }[]
  /** Columns left out as linear combinations of earlier ones, as R does. */
  readonly aliased: readonly string[]
  readonly fixedCovariance: readonly (readonly number[])[]
  readonly parameters: FittedParameters
  /** What the data decided about the columns of the design, for predictions. */
  readonly basis: Basis
  readonly random: readonly RandomEstimate[]
  readonly dispersion: Readonly<Record<string, DispersionEstimate>>
  /** What kind of limits `lower` and `upper` are, and of what level. */
  readonly intervals: { readonly method: 'wald' | 'profile'; readonly level: number }
  readonly modes: readonly ConditionalMode[]
  /** There where asked for. */
  readonly robust?: RobustErrors
}

/** Standard errors that rest on clusters being independent alone: those of the record are of `kind`. */
export interface RobustErrors {
  readonly kind: 'CR0' | 'CR1' | 'CR3'
  readonly cluster: string
  readonly clusters: number
  /** Of the mean's fixed effects, by each kind. */
  readonly se: Readonly<Record<'CR0' | 'CR1' | 'CR3', readonly (number | null)[]>>
}

/** How well the model describes the data, and how far the integral behind the numbers can be trusted. */
export interface FitQuality {
  /** R-squared and intraclass correlation; null without random effects and where they are not defined. */
  readonly varianceExplained: VarianceExplained | null
  /** Deviance residuals are null where the family has no deviance; quantile residuals are there where asked for. */
  readonly residuals: {
    readonly pearson: FiveNumbers
    readonly deviance: FiveNumbers | null
    readonly quantile?: FiveNumbers
  }
  /** What is known of the integration error; null where nothing is approximated or compared with. */
  readonly certificate: Certificate | null
  /** Why there is no certificate, in words; null where there is one. */
  readonly uncertified: string | null
  /** What the draws leave open; null unless the integral is by importance sampling. */
  readonly importance: Importance | null
  /** Every rung climbed, when nodes was 'auto'; the last is this fit. */
  readonly rungs: readonly Rung[] | null
}

export interface Rung {
  readonly method: 'laplace' | 'quadrature' | 'importance'
  /** Nodes, or draws of importance sampling. */
  readonly nodes: number
  readonly logLik: number
  readonly maxShiftInSe: number | null
}

/** How the search for the maximum went. */
export interface FitConvergence {
  /** Of scoring, where the fit is a glm's; null elsewhere. */
  readonly iterations: number | null
  readonly convergence: Convergence
}

/** All that was estimated, as predictions and simulations take it up. */
export interface FittedParameters {
  /** The fixed effects, those of `further`, and theta of each random term: the outer parameters of the likelihood. */
  readonly estimate: readonly number[]
  /** Their covariance, with reml that of the others than the fixed effects; null where there is none. */
  readonly covariance: readonly (readonly number[])[] | null
}

/** Of Nakagawa, Johnson and Schielzeth (2017), on the scale of the link; see varianceExplained. */
export interface VarianceExplained extends ShareOfVariance {
  /**
   * The same with the variance of the latent distribution that the link stands for, pi^2 / 3 for a logit, in place of
   * the observation-level variance; null for other links and families.
   */
  readonly latent: ShareOfVariance | null
}

export interface ShareOfVariance {
  /** Share of the variance that the fixed effects explain. */
  readonly marginal: number
  /** Share that fixed and random effects explain. */
  readonly conditional: number
  /** Share of the random effects in what the fixed ones leave (the adjusted ICC). */
  readonly icc: number
  readonly variances: { readonly fixed: number; readonly random: number; readonly residual: number }
}

export interface Certificate {
  /** Against another rule, or from the second-order term of Laplace's expansion (Shun and McCullagh 1995). */
  readonly method: 'quadrature' | 'second-order'
  /** Nodes of the other rule, of each nested factor where the fit's differ; null without one. */
  readonly nodes: number | readonly number[] | null
  /**
   * What that rule is beside the fit's: finer; coarser, where the model takes no finer one, so that the errors reported are those
   * of fewer nodes; mixed, finer for some of several nested factors and coarser for others. Null without one.
   */
  readonly rule: 'finer' | 'coarser' | 'mixed' | null
  /** This fit's log-likelihood minus the other rule's, or minus the expansion's, at the same estimates. */
  readonly logLikError: number
  /** The largest move of any parameter that follows (one Newton step), in standard errors. */
  readonly maxShiftInSe: number
  readonly worstCluster: { readonly group: string; readonly level: string; readonly error: number }
  /** 'undetermined' where other parameters have no finite maximum: of those there is nothing to be off. */
  readonly verdict: 'adequate' | 'inadequate' | 'undetermined'
}

/** Importance sampling of the random effects: how far its numbers would scatter with other draws. */
export interface Importance {
  readonly draws: number
  readonly seed: number
  /** Monte Carlo standard error of the log-likelihood. */
  readonly logLikMcse: number
  /** Shape of the tail of the weights, the largest of all independent parts: above 0.7 no number here is to be trusted. */
  readonly paretoK: number | null
  /** Effective number of draws: as many of equal weight have the same variance; the fewest of all independent parts. */
  readonly effectiveDraws: number
  /** Monte Carlo standard errors of the estimates, in the order of `fixed`, of `further` and of `random`. */
  readonly mcse: {
    readonly fixed: readonly number[]
    readonly further: readonly (readonly number[])[]
    readonly sd: readonly (readonly (number | null)[])[]
  }
  /** The largest Monte Carlo error of a parameter, in its standard errors. */
  readonly maxMcseInSe: number
}

export interface FixedEstimate {
  readonly name: string
  readonly estimate: number
  /** The end that it runs to where the likelihood has no finite maximum in it; `estimate` is then the value it was fixed at. */
  readonly runsTo: '-Inf' | 'Inf' | null
  readonly se: number | null
  /** Value of the statistic, estimate / se. */
  readonly z: number | null
  /** What the statistic is compared with: Student's t with `df` degrees of freedom, or the normal, with `df` null. */
  readonly statistic: 't' | 'z'
  readonly df: number | null
  readonly p: number | null
  /** Wald or profile limits, as `intervals` says. */
  readonly lower: number | null
  readonly upper: number | null
}

/** A further parameter that is one number, on its natural scale; Wald limits are those of its predictor. */
export interface DispersionEstimate extends Limits {
  readonly estimate: number
  /** The end that its predictor runs to where the likelihood has no finite maximum in it. */
  readonly runsTo: '-Inf' | 'Inf' | null
  readonly se: number | null
}

export interface RandomEstimate {
  readonly group: string
  readonly names: readonly string[]
  readonly sd: readonly number[]
  readonly sdSe: readonly (number | null)[]
  /** For each standard deviation 'Inf' where it has no finite maximum, so that `sd` is but a number that is large; null elsewhere. */
  readonly runsTo: readonly ('Inf' | null)[]
  readonly correlation: readonly (readonly number[])[]
  /** Profile limits of the standard deviations and of the correlations; null where intervals are Wald's. */
  readonly sdLimits: readonly Limits[] | null
  readonly correlationLimits: readonly (readonly Limits[])[] | null
}

/** Conditional mode of one random effect (R's ranef), with the conditional standard deviation. */
export interface ConditionalMode {
  readonly group: string
  readonly level: string
  readonly name: string
  readonly mode: number
  readonly sd: number
}

export interface FiveNumbers {
  readonly min: number
  readonly q1: number
  readonly median: number
  readonly q3: number
  readonly max: number
}

export interface Convergence {
  readonly converged: boolean
  readonly reason: string
  /** Largest absolute element of the gradient, each scaled by that parameter's standard error. */
  readonly gradientNorm: number
  readonly iterations: number
  readonly evaluations: number
  /** A variance estimated as zero. */
  readonly singular: boolean
  readonly milliseconds: number
}
