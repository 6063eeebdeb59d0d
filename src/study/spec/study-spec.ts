import type { ReadOptions } from '../../data/read-options.js'
import type { ModelChoice } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import type { Json } from './study-plan.js'

/** What every study says: its model, its data, how much and with which seed. */
export interface StudySpec extends ModelChoice {
  readonly kind: string
  /** A whole number from 0 to 4294967295, 1 unless given. */
  readonly seed?: number
  /** A file, relative to the study file; in a program a table, too. */
  readonly data: string | Table
  /** Column names of a file without a header. */
  readonly names?: readonly string[]
  /** How the file is read, where it does not say so itself. */
  readonly read?: Pick<ReadOptions, 'comment' | 'skip' | 'decimal' | 'na' | 'maxBytes'>
  readonly formula: string
  /** Rows a condition, at most. */
  readonly replicates?: number
  /** Ends a condition as soon as this holds for all of its measures, such as 'coverageMcse < 0.005'. */
  readonly until?: string
}

/** How a model is fitted in a study. */
export interface StudyFit {
  readonly nodes?: number | 'auto'
  readonly reml?: boolean
}

/** Where a fit's formula or family may differ from the study's. */
export interface MethodFit extends StudyFit {
  readonly formula?: string
  readonly family?: string
  readonly link?: string
  readonly intervals?: 'wald' | 'profile'
}

export interface BootstrapSpec extends StudySpec {
  readonly kind: 'bootstrap'
  readonly fit?: StudyFit
  /** Simulates responses from the fit, or draws the levels of `cluster` with replacement. */
  readonly method?: 'parametric' | 'cluster'
  /** Grouping factor to resample and to leave out level by level; the first of the model unless given. */
  readonly cluster?: string
  /** A smaller model, for the null distribution of the likelihood-ratio test. */
  readonly lrt?: { readonly null: string }
}

/** True values of a model's parameters, by the names a fit has for them. */
export interface Truth {
  readonly fixed: Readonly<Record<string, number>>
  readonly random?: Readonly<Record<string, TrueRandom>>
  readonly dispersion?: Readonly<Record<string, number>>
}

export interface TrueRandom {
  readonly sd: readonly number[]
  /** Correlation matrix of the effects, as rows; uncorrelated unless given. */
  readonly correlation?: readonly (readonly number[])[]
}

/** From where on a chain of a method counts as not converged. */
export interface SampleLimits {
  /** Largest R-hat of a parameter, 1.05 unless given. */
  readonly rhat?: number
  /** Least effective sample size of a parameter, 100 unless given. */
  readonly ess?: number
  /** Share of divergent draws, 0.02 unless given. */
  readonly divergences?: number
}

/** How the posterior of each data set is sampled. */
export interface MethodSample {
  readonly sampler?: string
  readonly priors?: readonly string[]
  /** 1, 200 and 500 unless given. */
  readonly chains?: number
  readonly warmup?: number
  readonly draws?: number
  readonly targetAccept?: number
  readonly limits?: SampleLimits
}

/** A fit, or with `sample` a posterior, whose `fit` may only say of which model. */
export interface MethodSpec {
  readonly name: string
  readonly fit?: MethodFit
  readonly sample?: MethodSample
}

export interface SimulationSpec extends StudySpec {
  readonly kind: 'simulation'
  /** Written down, or 'fit': the maximum likelihood estimates of the data. */
  readonly truth?: Truth | 'fit'
  /** Dotted paths and the values each takes; the conditions are their combinations. */
  readonly conditions?: Readonly<Record<string, readonly Json[]>>
  /** Number of levels of a grouping factor. */
  readonly groups?: Readonly<Record<string, number>>
  /** How levels get their covariates: the data's levels in turn, or drawn from them anew for each replicate. */
  readonly design?: 'cycle' | 'resample'
  readonly fit?: StudyFit
  readonly methods?: readonly MethodSpec[]
  readonly measures?: readonly string[]
}

/** A sampler by name, with the warm-up and thinning of its chain. */
export interface CalibrationSampler {
  readonly name: string
  readonly warmup?: number
  /** Every so many draws of the chain are taken. */
  readonly thin?: number
}

export interface CalibrationSpec extends StudySpec {
  readonly kind: 'calibration'
  readonly sample?: {
    /** A sampler of `glmm sample`, `laplace` or `quadrature`; several are several conditions. */
    readonly sampler?: string | CalibrationSampler | readonly (string | CalibrationSampler)[]
    readonly priors?: readonly string[]
    /** Draws that the true value is ranked among, 99 unless given. */
    readonly draws?: number
    readonly warmup?: number
    readonly thin?: number
  }
}

/** One prior statement with `$` in the place of a number, and the numbers it takes. */
export interface PriorScale {
  readonly prior: string
  readonly scale: readonly number[]
}

/** What a sensitivity study varies, one thing at a time. */
export interface Variations {
  readonly nodes?: readonly number[]
  readonly link?: readonly string[]
  readonly family?: readonly string[]
  readonly formula?: readonly string[]
  /** Climbs from so many starting points, scattered by two standard errors about the estimates. */
  readonly starts?: number
  /** A grouping factor, level by level, or 'rows', row by row. */
  readonly leaveOut?: string
  /** Sets of prior statements, or one statement's scale. */
  readonly priors?: readonly (readonly string[])[] | PriorScale
  readonly samplers?: readonly string[]
}

export interface SensitivitySpec extends StudySpec {
  readonly kind: 'sensitivity'
  readonly vary?: Variations
  readonly fit?: StudyFit
  /** How posteriors are found, where priors or samplers vary, and the priors of the base. */
  readonly sample?: {
    readonly sampler?: string
    readonly priors?: readonly string[]
    readonly chains?: number
    readonly warmup?: number
    readonly draws?: number
  }
  /** Power-scaling of prior and likelihood from the draws of the base. */
  readonly powerScaling?: boolean
  /** Fixed effects whose sign and significance are the conclusions; all but the intercept unless given. */
  readonly conclusions?: readonly string[]
}
