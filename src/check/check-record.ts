import type { PosteriorRecord } from '../draws/answers/posterior-record.js'
import type { RecordHeading } from '../data/record-heading.js'
import type { FixedEstimate, RandomEstimate } from '../fit/record/fit-record.js'
import type { ModelTest } from '../fit/results/model-test.js'
import type { ModelVerdict } from '../fit/results/model-verdict.js'

/** On the integral: see docs/verdict.md. */
export type Verdict = 'adequate' | 'inadequate' | 'undetermined'

/** What `glmm check` prints with --json: schema glmm/check@1. */
export interface CheckRecord extends RecordHeading {
  readonly schema: 'glmm/check@1'
  readonly nobs: number
  readonly dropped: number
  readonly groups: Readonly<Record<string, number>>
  readonly rungs: readonly Rung[]
  readonly posterior: PosteriorRecord
  readonly comparison: readonly Comparison[]
  /** Exponentiated fixed effects where the link gives them a name (odds ratio, rate ratio). */
  readonly ratios: readonly Ratio[]
  /** Each cluster's share of the Laplace error, largest first. */
  readonly clusters: readonly { readonly group: string; readonly level: string; readonly logLikError: number }[]
  /** Random effects with their 95 % posterior intervals, in the order of the levels. */
  readonly effects: readonly Effect[]
  /** Parameters that the prior has drawn away from their maximum likelihood estimate; documents of earlier versions have none. */
  readonly priorMoves?: readonly PriorMove[]
  /** On the integral: is Laplace's approximation good enough? */
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  /** Tests of the model against its data by name, at the best rung, and what they come to; documents of earlier versions have none. */
  readonly tests?: Readonly<Record<string, ModelTest>>
  readonly model?: ModelVerdict
}

/** One method's whole answer. */
export interface Rung {
  readonly method: 'laplace' | 'agq' | 'nested-agq' | 'importance'
  readonly nodes: number
  readonly logLik: number
  readonly fixed: readonly FixedEstimate[]
  readonly random: readonly RandomEstimate[]
  /** Largest move of any parameter from the rung before, in standard errors; null for the first. */
  readonly maxShiftInSe: number | null
  /** Wall clock time of its fit. */
  readonly milliseconds: number
}

/** One parameter under Laplace, under the best rung, and a posteriori. */
export interface Comparison {
  readonly parameter: string
  /** Estimate by Laplace's approximation. */
  readonly laplace: number
  /** Estimate at the best rung. */
  readonly best: number
  /** Standard error at the best rung. */
  readonly se: number | null
  /** The end that it runs to at the best rung, where the likelihood has no finite maximum in it; null elsewhere. */
  readonly runsTo: 'Inf' | '-Inf' | null
  /** (laplace - best) / se. */
  readonly shiftInSe: number | null
  /** Of the draws, as is `posteriorSd`. */
  readonly posteriorMean: number
  readonly posteriorSd: number
  /** 95 % posterior limits. */
  readonly lower: number
  readonly upper: number
  readonly paretoK: number | null
}

/** exp of a coefficient. */
export interface Ratio {
  readonly kind: 'odds ratio' | 'rate ratio'
  readonly name: string
  /** Best rung, with its Wald 95 % limits; null where the coefficient runs to Inf. */
  readonly estimate: number | null
  /** 95 % Wald limits at the best rung. */
  readonly lower: number | null
  readonly upper: number | null
  /** Posterior median and 95 % limits. */
  readonly posteriorMedian: number
  /** 2.5 % and 97.5 % quantiles of the posterior. */
  readonly posteriorLower: number
  readonly posteriorUpper: number
}

/** A random effect of one level, on the link's scale. */
export interface Effect {
  readonly group: string
  /** Name of the level; `name` is the column of the term, such as '(Intercept)'. */
  readonly level: string
  readonly name: string
  /** Conditional mode and SD at the best rung. */
  readonly mode: number
  /** Conditional standard deviation given the parameters at the best rung. */
  readonly modeSd: number
  /** Posterior mean. */
  readonly mean: number
  /** 2.5 % quantile of the posterior; `upper` the 97.5 % one. */
  readonly lower: number
  readonly upper: number
}

/** A parameter whose posterior the prior has moved away from the maximum likelihood estimate. */
export interface PriorMove {
  readonly parameter: string
  readonly estimate: number
  /** The end that it runs to where the likelihood has no finite maximum in it: the estimate is then no number to compare with. */
  readonly runsTo: Comparison['runsTo']
  readonly posteriorMean: number
  /** Distance of the two in standard errors of the estimate, and in standard deviations of the posterior. */
  readonly inSe: number
  readonly inSd: number
  /** Sensitivity to the power of the prior, and to that of the likelihood (Kallioinen et al. 2024). */
  readonly prior: number
  readonly likelihood: number
  readonly diagnosis: string
}
