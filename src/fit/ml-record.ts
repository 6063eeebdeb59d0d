import { observations } from '../data/response-rows.js'
import type { Stated } from '../likelihood/frame/stated.js'
import { type ConditionalModes, unknownModes } from '../likelihood/frame/conditional-effects.js'
import { likelihood } from '../likelihood/likelihood.js'
import { asLeastSquares, residualDf } from './climb/least-squares.js'
import type { Ladder } from './climb/ladder.js'
import { dfMethod, withDegreesOfFreedom } from './df/degrees-of-freedom.js'
import type { FitTask } from './fit-task.js'
import { certifiedOf } from './limits/certificate.js'
import { profiledOf } from './limits/profiled.js'
import { assembled } from './record/assemble.js'
import type { Concluded } from './record/concluded.js'
import { fitCriterion } from './record/criterion.js'
import { fitEstimates } from './record/estimates-section.js'
import type { FitRecord } from './record/fit-record.js'
import { fitWarnings } from './fit-warnings.js'
import { fixedPart, randomTerms } from './record/fixed-part.js'
import { givenCoefficients } from './record/given-coefficients.js'
import { fitHeading } from './record/heading.js'
import { fitQuality } from './record/quality.js'
import { withOneSidedLimits } from './runaway/one-sided-limits.js'
import { type Fitted, widening } from './runaway/widen.js'

/** The conditional modes of a model at outer parameters; NaN out of support. */
function modesOf(stated: Stated, x: Float64Array): ConditionalModes {
  return likelihood(stated).effectsAt(x) ?? unknownModes(stated)
}

/** The record of a climb of the marginal likelihood, of the limit's where some coefficients run. */
export function mlRecord(task: FitTask, climbed: Fitted, ladder: Ladder | null): FitRecord {
  const { stated, asked, reml, call, intervals, limit, glm, began } = task
  const wide = limit && widening(limit)
  const { like, fitted: top, importance, modesAt } = wide ? wide.fitted(climbed) : climbed
  const fitted = asLeastSquares(like, top, modesAt)
  const { parameters, logLik } = fitted
  const conditional = modesAt(parameters) ?? unknownModes(like.stated)
  const part = fixedPart(like, fitted, conditional)
  const random = randomTerms(like.layout.terms)
  const inference = withDegreesOfFreedom(part, intervals.df ?? dfMethod(undefined, stated, reml), like, fitted)
  const own = profiledOf(climbed.like, reml ? stated : null, climbed.fitted, glm, intervals)
  const inFull = own && wide ? wide.profile(own) : own
  const profiled = inFull && withOneSidedLimits(inFull, like, fitted, intervals.level)
  // A restricted likelihood's effects carry the uncertainty of the fixed ones; R's ranef do not.
  const restrictedEffects = (): Concluded['effects'] => {
    const normal = wide ? null : like.normal(parameters)
    return normal
      ? givenCoefficients(normal, conditional.terms)
      : modesOf(stated, Float64Array.of(...part.beta, ...parameters)).terms
  }
  const concluded: Concluded = {
    like,
    fitted,
    importance,
    inference,
    eta: conditional.eta,
    effects: reml ? restrictedEffects() : conditional.terms,
    profiled,
    level: intervals.level,
  }
  const df = reml ? like.dimension + inference.names.length : like.dimension
  const certified = certifiedOf(climbed.like, climbed.fitted, importance, fitted)
  const warnings = [
    ...fitWarnings(like, fitted, importance, ladder, certified.certificate),
    ...inference.warnings,
    ...(profiled?.warnings ?? []),
  ]
  const estimates = fitEstimates(concluded)
  const nodes = random.length > 0 && !importance ? (Array.isArray(asked) ? asked : fitted.nodes) : null
  const groups = Object.fromEntries(random.map(({ laid: { term } }) => [term.group, term.levels.length]))
  return assembled({
    heading: fitHeading(like.model, call, { method: reml ? 'reml' : 'ml', nodes, groups }, warnings),
    criterion: fitCriterion(logLik, {
      df,
      observations: observations(stated.model),
      dfResidual: residualDf(stated, df),
    }),
    estimates,
    quality: fitQuality(concluded, estimates.random, certified, ladder, limit !== null || fitted.unbounded),
    convergence: {
      iterations: null,
      convergence: {
        converged: fitted.converged,
        reason: fitted.reason,
        gradientNorm: fitted.gradientNorm,
        iterations: fitted.iterations,
        evaluations: fitted.evaluations,
        singular: fitted.singular,
        milliseconds: performance.now() - began,
      },
    },
  })
}
