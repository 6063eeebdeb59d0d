import type { Warning } from '../../errors.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'
import type { ImportanceEstimate } from '../results/importance-estimate.js'
import type { EffectMoments } from './given-coefficients.js'
import type { FixedPart } from './fixed-part.js'
import type { ProfileIntervals } from '../results/limits.js'

/** What a fit has come to, of the model as it was stated: all that the sections of its record are read from. */
export interface Concluded {
  /** The likelihood of the model as stated, restricted where the fit is. */
  readonly like: Likelihood
  readonly fitted: Estimate
  readonly importance: ImportanceEstimate | null
  /** The mean's fixed effects. */
  readonly inference: FixedInference
  /** Linear predictors at the estimates, random effects at their modes: one array of length nobs each. */
  readonly eta: readonly Float64Array[]
  /** Effects of the random terms, in their order. */
  readonly effects: readonly EffectMoments[]
  /** Profile limits, where they were asked for. */
  readonly profiled: ProfileIntervals | null
  /** Of the limits, Wald's or profile. */
  readonly level: number
}

/** The fixed effects of the mean with the degrees of freedom of their t statistics; null for z. */
export interface FixedInference extends FixedPart {
  readonly df: Float64Array | null
  readonly warnings: readonly Warning[]
}
