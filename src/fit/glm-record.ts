import { copies } from '../data/response-rows.js'
import { noDeviance } from '../families/family.js'
import type { Stated } from '../likelihood/frame/stated.js'
import { laplaceRule } from '../likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../likelihood/likelihood.js'
import type { Estimate } from './results/estimate.js'
import type { GlmFit } from './start/glm.js'
import { scoringTop } from './climb/scoring-top.js'
import type { FitTask } from './fit-task.js'
import { nothingIntegrated } from './limits/certificate.js'
import { profiledOf } from './limits/profiled.js'
import { assembled } from './record/assemble.js'
import type { Concluded } from './record/concluded.js'
import { fitCriterion } from './record/criterion.js'
import { fitEstimates } from './record/estimates-section.js'
import type { FitRecord } from './record/fit-record.js'
import { fixedPart } from './record/fixed-part.js'
import { fitHeading } from './record/heading.js'
import { nullModel } from './record/null-model.js'
import { fitQuality } from './record/quality.js'
import { withOneSidedLimits } from './runaway/one-sided-limits.js'
import { widening } from './runaway/widen.js'

/**
 * True for a model that a generalized linear model's record suits: no random effects, the mean's predictor alone, and a family
 * with a deviance, which is what scoring minimises.
 */
export const isGlm = ({ layout, family }: Stated): boolean =>
  layout.location !== null &&
  layout.further.length === 0 &&
  layout.terms.length === 0 &&
  family.unitDeviance !== noDeviance

/** The record of a fit without random effects; `like` is the limit's likelihood where some coefficients run. */
export function glmRecord({ stated, call, intervals, limit, glm, began }: FitTask, like: Likelihood): FitRecord {
  const { model } = stated
  const { top, logLik, gradientNorm, reason } = scoringTop(like, glm!)
  const wide = limit && widening(limit)
  const found = wide ? wide.glm(top) : top
  const full = wide ? likelihood(stated) : like
  const inner = estimateOf(top, logLik, gradientNorm, reason)
  const fitted = wide ? wide.estimate(inner) : inner
  const own = profiledOf(like, null, inner, top, intervals)
  const profiled = own && wide ? withOneSidedLimits(wide.profile(own), full, fitted, intervals.level) : own
  const concluded: Concluded = {
    like: full,
    fitted,
    importance: null,
    inference: { ...fixedPart(full, fitted, { terms: [] }), df: null, warnings: [] },
    eta: [found.eta],
    effects: [],
    profiled,
    level: intervals.level,
  }
  const missed = { code: 'NO_CONVERGENCE', message: `the fit did not converge in ${found.iterations} iterations` }
  const warnings = [...fitted.reported, ...(found.converged ? [] : [missed]), ...(profiled?.warnings ?? [])]
  const df = found.beta.length
  const used = withWeight(stated)
  const counts = { df, observations: used, dfResidual: used - df }
  const { nullDeviance, dfNull } = nullModel(stated, used)
  const integral = { certificate: null, uncertified: nothingIntegrated }
  return assembled({
    heading: fitHeading(model, call, { method: 'glm', nodes: null, groups: {} }, warnings),
    criterion: fitCriterion(logLik, counts, { nullDeviance, dfNull, residualDeviance: found.deviance }),
    estimates: fitEstimates(concluded),
    quality: fitQuality(concluded, [], integral, null, true),
    convergence: {
      iterations: found.iterations,
      convergence: {
        converged: found.converged,
        reason: fitted.reason,
        gradientNorm,
        iterations: found.iterations,
        evaluations: found.iterations,
        singular: false,
        milliseconds: performance.now() - began,
      },
    },
  })
}

/** Observations that have a say: those of rows with trials, as R counts them. */
function withWeight({ model: { response, nobs }, family }: Stated): number {
  let sum = 0
  for (let i = 0; i < nobs; i++) if (family.weight(response, i) !== 0) sum += copies(response, i)
  return sum
}

/** What scoring found, as the estimate that a climb would give; standard errors are those of the expected information. */
function estimateOf(glm: GlmFit, logLik: number, gradientNorm: number, reason: string): Estimate {
  const p = glm.beta.length
  return {
    rule: laplaceRule,
    nodes: 1,
    parameters: glm.beta,
    logLik,
    covariance: glm.covariance,
    se: Float64Array.from({ length: p }, (_, j) => Math.sqrt(glm.covariance[j * p + j])),
    gradientNorm,
    converged: glm.converged,
    reason,
    singular: false,
    zeroed: [],
    limits: [],
    runs: [],
    unbounded: false,
    reported: [],
    iterations: glm.iterations,
    evaluations: glm.iterations,
    near: null,
  }
}
