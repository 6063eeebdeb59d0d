import type { Warning } from '../errors.js'

/** Posterior of one parameter over all chains; definitions of Vehtari et al. (2021). */
export interface ParameterSummary {
  /** As the draws name it. */
  readonly name: string
  readonly mean: number
  readonly sd: number
  /** Monte Carlo standard error of the mean. */
  readonly mcse: number
  /** Monte Carlo standard error of the standard deviation. */
  readonly mcseSd: number
  /** Quantiles, in per cent. */
  readonly q2_5: number
  readonly q5: number
  readonly q25: number
  readonly q50: number
  readonly q75: number
  readonly q95: number
  readonly q97_5: number
  /** Rank-normalised split R-hat, the larger of bulk and folded. */
  readonly rhat: number
  /** Effective number of draws for the centre, over all chains. */
  readonly essBulk: number
  /** Effective number of draws for the 5 % and 95 % quantiles, the smaller. */
  readonly essTail: number
}

export interface PosteriorDiagnostics {
  readonly divergences: number
  /** Where the divergent draws lie; null without any. */
  readonly divergenceLocation?: DivergenceLocation | null
  readonly maxTreedepthHits: number
  /** Energy Bayesian fraction of missing information (Betancourt 2016), one a chain. */
  readonly ebfmi: readonly number[]
  readonly stepSize: readonly number[]
  readonly acceptRate: readonly number[]
  readonly warnings: readonly Warning[]
}

/** The parameter in which divergent draws differ most from the others. */
export interface DivergenceLocation {
  readonly name: string
  /** Of the divergent draws, and of the others. */
  readonly median: number
  readonly medianOfOthers: number
  /** Probability that a divergent draw is larger than another: 0.5 where they lie alike. */
  readonly probabilityAbove: number
  /** Its distance from 0.5 in standard errors, were the draws independent. */
  readonly z: number
}
