import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import { laplaceRule } from '../../likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { estimate } from '../climb/estimate.js'
import type { Estimate } from '../results/estimate.js'
import type { GlmFit } from '../start/glm.js'
import type { ProfileIntervals } from '../results/limits.js'
import { type Intervals, profileIntervals } from './profile-intervals.js'
import { startFrom } from '../start/start.js'

/**
 * Profile intervals where they are asked for and there is a maximum to profile from. Under a restricted likelihood, which
 * has no fixed effects, those of the fixed effects are maximum likelihood's, as in lme4; `unrestricted` is that model.
 */
export function profiledOf(
  like: Likelihood,
  unrestricted: Stated | null,
  fitted: Estimate,
  glm: GlmFit | null,
  { method, level }: Intervals,
): ProfileIntervals | null {
  if (method !== 'profile' || !fitted.converged) return null
  const own = profileIntervals(like, fitted, startFrom(like, glm), level)
  if (!unrestricted) return own
  const full = likelihood(unrestricted)
  const start = startFrom(full, glm)
  const { predictors, warnings } = profileIntervals(full, estimate(full, laplaceRule, start), start, level, false)
  const ofMean = meanIn(full.layout).k
  const merged = own.predictors.map((limits, k) => (k === ofMean ? predictors[k] : limits))
  return { ...own, predictors: merged, warnings: [...warnings, ...own.warnings] }
}
