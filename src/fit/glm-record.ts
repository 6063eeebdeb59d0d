import { noBasis } from '../data/basis.js'
import type { Model } from '../data/model.js'
import { responseChecksum } from '../data/response-checksum.js'
import { observations } from '../data/response-rows.js'
import { noDeviance } from '../families/family.js'
import { familyNamed } from '../families/registry.js'
import { type Likelihood, likelihood } from '../likelihood/likelihood.js'
import { version } from '../version.js'
import type { Estimate } from './climb/estimate.js'
import { endsFrom, fixedEstimates } from './record/estimates.js'
import type { FitRecord } from './record/fit-record.js'
import { block } from './record/fixed-part.js'
import type { GlmFit } from './climb/glm.js'
import { nothingIntegrated } from './limits/certificate.js'
import { nullModel } from './record/null-model.js'
import { type Intervals, withLimits } from './limits/profile-intervals.js'
import { profiledOf } from './limits/profiled.js'
import { withOneSidedLimits } from './runaway/one-sided-limits.js'
import { fiveNumbers, residuals } from './record/residuals.js'
import type { LimitModel } from './runaway/limit-model.js'
import { widening } from './runaway/widen.js'
import { scoringTop } from './climb/scoring-top.js'

/**
 * True for a model that a generalized linear model's record suits: no random effects, the mean's predictor alone, and a family
 * with a deviance. Scoring climbs that of the plain family, which is not the likelihood of one without.
 */
export const isGlm = ({ family, predictors }: Model): boolean =>
  predictors.length === 1 && predictors[0].random.length === 0 && familyNamed(family).family.unitDeviance !== noDeviance

/**
 * The record of a fit without random effects. `like` and `glm` are those of the limit where some coefficients run, and
 * what is told is the full model.
 */
export function glmRecord(
  like: Likelihood,
  model: Model,
  limit: LimitModel | null,
  scored: GlmFit,
  call: FitRecord['call'],
  intervals: Intervals,
  began: number,
): FitRecord {
  const { top, logLik, gradientNorm, reason } = scoringTop(like, scored)
  const wide = limit && widening(limit)
  const glm = wide ? wide.glm(top) : top
  const p = glm.beta.length
  const { names, aliased } = model.predictors[0].fixed
  const { pearson, deviance, copies } = residuals(model, [glm.eta])
  const used = copies ? copies.reduce((sum, count) => sum + count, 0) : pearson.length
  const none = nullModel(model, used)
  const inner = estimateOf(top, logLik, gradientNorm, reason)
  const fitted = wide ? wide.estimate(inner) : inner
  const missed = { code: 'NO_CONVERGENCE', message: `the fit did not converge in ${glm.iterations} iterations` }
  const { level } = intervals
  const own = profiledOf(like, null, inner, top, intervals)
  const profiled = own && wide ? withOneSidedLimits(wide.profile(own), likelihood(model), fitted, level) : own
  const fixed = fixedEstimates(names, glm.beta, fitted.se, level, null, endsFrom(fitted, 0))
  return {
    schema: 'glmm/fit@1',
    version,
    call,
    formula: model.formula,
    family: model.family,
    link: model.link,
    nobs: observations(model),
    dropped: model.dropped,
    responseChecksum: responseChecksum(model.response),
    warnings: [...model.warnings, ...fitted.told, ...(glm.converged ? [] : [missed]), ...(profiled?.warnings ?? [])],
    method: 'glm',
    nodes: null,
    groups: {},
    logLik: logLik,
    deviance: -2 * logLik,
    aic: -2 * logLik + 2 * p,
    bic: -2 * logLik + Math.log(used) * p,
    df: p,
    dfResidual: used - p,
    fixed: profiled ? withLimits(fixed, profiled.predictors[0]) : fixed,
    intervals: { method: profiled ? 'profile' : 'wald', level },
    further: [],
    aliased,
    fixedCovariance: block(glm.covariance, p, p),
    parameters: { estimate: Array.from(glm.beta), covariance: block(glm.covariance, p, p) },
    basis: model.basis ?? noBasis,
    random: [],
    dispersion: {},
    varianceExplained: null,
    modes: [],
    residuals: { pearson: fiveNumbers(pearson, copies), deviance: deviance && fiveNumbers(deviance, copies) },
    certificate: null,
    uncertified: nothingIntegrated,
    importance: null,
    rungs: null,
    nullDeviance: none.nullDeviance,
    dfNull: none.dfNull,
    residualDeviance: glm.deviance,
    iterations: glm.iterations,
    convergence: {
      converged: glm.converged,
      reason: fitted.reason,
      gradientNorm,
      iterations: glm.iterations,
      evaluations: glm.iterations,
      singular: false,
      milliseconds: performance.now() - began,
    },
  }
}

/** What scoring found, as the estimate that a climb would give; standard errors are those of the expected information. */
function estimateOf(glm: GlmFit, logLik: number, gradientNorm: number, reason: string): Estimate {
  const p = glm.beta.length
  return {
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
    told: [],
    iterations: glm.iterations,
    evaluations: glm.iterations,
  }
}
