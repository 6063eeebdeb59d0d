import { noBasis } from '../data/basis.js'
import type { Model } from '../data/model.js'
import { observations } from '../data/response-rows.js'
import { GlmmError } from '../errors.js'
import { type Likelihood, likelihood } from '../likelihood/likelihood.js'
import { restricted } from '../likelihood/frame/restricted.js'
import { version } from '../version.js'
import { certifiedOf } from './limits/certificate.js'
import { isExact } from './climb/certificate-limit.js'
import { responseChecksum } from '../data/response-checksum.js'
import { type Estimate, estimate, glmOf, laplaceStart, startAt } from './climb/estimate.js'
import { dfMethod, withDegreesOfFreedom } from './df/degrees-of-freedom.js'
import { dispersionEstimates, endsFrom, fixedEstimates, randomEstimates } from './record/estimates.js'
import type { ConditionalMode, FitRecord, Nodes } from './record/fit-record.js'
import { fitWarnings } from './record/fit-warnings.js'
import { block, fixedPart, randomTerms } from './record/fixed-part.js'
import type { GlmFit } from './climb/glm.js'
import { glmRecord, isGlm } from './glm-record.js'
import { checkDraws, importanceEstimate } from './climb/importance-estimate.js'
import { importanceRecord } from './record/importance-record.js'
import { checkIntegral, nothingToSample, tooManyNodes } from './climb/integration-refusals.js'
import { climbLadder, type Ladder } from './climb/ladder.js'
import { asLeastSquares, residualDf } from './climb/least-squares.js'
import { type Intervals, type ProfileIntervals, waldIntervals, withLimits } from './limits/profile-intervals.js'
import { profiledOf } from './limits/profiled.js'
import { withOneSidedLimits } from './runaway/one-sided-limits.js'
import { fiveNumbers, residuals } from './record/residuals.js'
import { type LimitModel, limitModel } from './runaway/limit-model.js'
import { type Fitted, widening } from './runaway/widen.js'
import { startFrom } from './climb/start.js'
import { varianceExplained } from './record/variance-explained.js'

/** The draws of an integral by importance sampling, and where they come from. */
export interface Draws {
  readonly count: number
  readonly seed: number
}

/**
 * Fits a stated model: a glm where it has no random effects, else by quadrature with `nodes` nodes (1 is Laplace), or by
 * importance sampling where `draws` are given.
 */
export function fitModel(
  model: Model,
  asked: Nodes,
  reml: boolean,
  call: FitRecord['call'],
  intervals: Intervals = waldIntervals,
  draws: Draws | null = null,
): FitRecord {
  const began = performance.now()
  const alone = glmOf(model)
  const limit = limitModel(model, alone)
  const climbed = limit?.model ?? model
  const glm = limit ? glmOf(limit.ofRest) : alone
  const whole = likelihood(reml ? restricted(climbed) : climbed)
  const integrates =
    whole.layout.terms.length > 0 || !limit || !model.predictors.some(({ random }) => random.length > 0)
  const { like, nodes } = withNodes(whole, integrates ? asked : 1, reml)
  if (isGlm(model)) return glmRecord(like, model, limit, glm, call, intervals, began)
  const record = (one: Fitted, ladder: Ladder | null): FitRecord =>
    mlRecord(one, model, limit, Array.isArray(asked) ? asked : null, ladder, glm, call, intervals, began)
  if (nodes === 'auto') {
    const ladder = climbLadder(like)
    const { estimate: fitted, importance } = ladder.climbed.at(-1)!
    return record({ like: importance?.likelihood ?? like, fitted, importance }, ladder)
  }
  const first = startFrom(like, glm)
  if (draws && integrates) {
    if (isExact(like)) throw nothingToSample(model)
    checkDraws(draws.count, like)
    const laplace = estimate(like, 1, first)
    if (laplace.unbounded) return record({ like, fitted: laplace, importance: null }, null)
    const start = startAt(laplace, first)
    const importance = importanceEstimate(like, draws.count, draws.seed, start)
    return record({ like: importance.likelihood, fitted: importance.estimate, importance }, null)
  }
  const fitted = estimate(like, nodes, nodes === 1 ? first : laplaceStart(like, first))
  return record({ like, fitted, importance: null }, null)
}

/** The likelihood with the nodes asked for, and the number by which these are called: the largest, where levels differ. */
function withNodes(like: Likelihood, nodes: Nodes, reml: boolean): { like: Likelihood; nodes: number | 'auto' } {
  const { model, mostNodes, perLevel } = like
  checkIntegral(model, nodes, reml, like.layout.terms.length > 0)
  if (typeof nodes === 'number' && nodes > mostNodes) throw tooManyNodes(model, nodes, mostNodes)
  if (typeof nodes === 'number' || nodes === 'auto') return { like, nodes }
  if (!perLevel || perLevel.groups.length !== nodes.length) {
    const groups = perLevel?.groups ?? [...new Set(randomTerms(like.layout.terms).map(({ laid }) => laid.term.group))]
    throw new GlmmError(
      'USAGE',
      perLevel
        ? `expected ${groups.length} numbers of nodes, for ${groups.join(', ')} in this order, got ${nodes.length}: ${nodes.join(',')}`
        : `expected nested factors for ${nodes.length} numbers of nodes, got ${groups.length > 0 ? groups.join(', ') : 'no random effects'}`,
      perLevel ? 'or give one number, for all' : 'give one number',
    )
  }
  if (!perLevel.fits(nodes)) throw tooManyNodes(model, nodes.join(','), mostNodes)
  const most = Math.max(...nodes)
  return { like: nodes.every((one) => one === most) ? like : perLevel.at(nodes), nodes: most }
}

function mlRecord(
  climbed: Fitted,
  original: Model,
  limit: LimitModel | null,
  perLevel: readonly number[] | null,
  ladder: Ladder | null,
  glm: GlmFit,
  call: FitRecord['call'],
  intervals: Intervals,
  began: number,
): FitRecord {
  const wide = limit && widening(limit)
  const { like, fitted: top, importance } = wide ? wide.fitted(climbed) : climbed
  const { model, layout, dimension: d } = like
  const fitted = asLeastSquares(like, top)
  const { parameters, logLik } = fitted
  const conditional = like.modes(parameters)
  const { eta } = conditional
  const part = fixedPart(like, fitted, conditional)
  const random = randomTerms(layout.terms)
  const reml = random.length < layout.terms.length
  // A restricted likelihood's effects carry the uncertainty of the fixed ones; R's ranef do not.
  const terms = reml
    ? likelihood(original).modes(Float64Array.of(...part.beta, ...parameters)).terms
    : conditional.terms
  const inference = withDegreesOfFreedom(part, intervals.df ?? dfMethod(undefined, original, reml), like, fitted)
  const { names, beta, se, covariance } = inference
  const df = reml ? d + names.length : d
  const { pearson, deviance, copies } = residuals(model, eta)
  const { level } = intervals
  const own = profiledOf(climbed.like, reml ? original : null, climbed.fitted, glm, intervals)
  const inFull = own && wide ? wide.profile(own) : own
  const profiled = inFull && withOneSidedLimits(inFull, like, fitted, intervals.level)
  const fixed = fixedEstimates(names, beta, se, level, inference.df, reml ? undefined : endsFrom(fitted, 0))
  const randomTold = randomEstimates(like, fitted).map((one, t) =>
    profiled ? { ...one, sdLimits: profiled.random[t].sd, correlationLimits: profiled.random[t].correlation } : one,
  )
  const { certificate: certified, uncertified } = certifiedOf(climbed.like, climbed.fitted, importance, fitted)
  const modes: ConditionalMode[] = []
  random.forEach(({ laid, at }, position) => {
    const { group, levels, names: columns } = laid.term
    const { mode, sd } = terms[reml ? position : at]
    for (let e = 0; e < mode.length; e++) {
      const level = levels[Math.floor(e / columns.length)]
      modes.push({ group, level, name: columns[e % columns.length], mode: mode[e], sd: sd[e] })
    }
  })
  // Field by field: spreading parts into one literal costs more than the whole climb.
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
    warnings: [
      ...model.warnings,
      ...fitWarnings(like, fitted, importance, ladder, certified),
      ...inference.warnings,
      ...(profiled?.warnings ?? []),
    ],
    method: reml ? 'reml' : 'ml',
    nodes: random.length > 0 && !importance ? (perLevel ?? fitted.nodes) : null,
    groups: Object.fromEntries(random.map(({ laid: { term } }) => [term.group, term.levels.length])),
    logLik: logLik,
    deviance: -2 * logLik,
    aic: -2 * logLik + 2 * df,
    bic: -2 * logLik + Math.log(observations(model)) * df,
    df: df,
    dfResidual: residualDf(original, df),
    fixed: profiled ? withLimits(fixed, profiled.predictors[0]) : fixed,
    further: furtherEstimates(like, fitted, level, profiled),
    aliased: model.predictors[0].fixed.aliased,
    fixedCovariance: covariance,
    parameters: {
      estimate: reml ? [...beta, ...parameters] : Array.from(parameters),
      covariance: fitted.covariance && block(fitted.covariance, d, d),
    },
    basis: model.basis ?? noBasis,
    random: randomTold,
    dispersion: dispersionEstimates(like, fitted, level, profiled?.predictors.slice(1)),
    intervals: { method: profiled ? 'profile' : 'wald', level },
    varianceExplained: limit || fitted.unbounded ? null : varianceExplained(like, fitted, beta, randomTold),
    modes,
    residuals: { pearson: fiveNumbers(pearson, copies), deviance: deviance && fiveNumbers(deviance, copies) },
    certificate: certified,
    uncertified,
    importance: importance && importanceRecord(like, importance),
    rungs:
      ladder?.climbed.map((rung) => ({
        method: rung.importance ? 'importance' : rung.estimate.nodes === 1 ? 'laplace' : 'quadrature',
        nodes: rung.estimate.nodes,
        logLik: rung.estimate.logLik,
        maxShiftInSe: rung.maxShiftInSe,
      })) ?? null,
    nullDeviance: null,
    dfNull: null,
    residualDeviance: null,
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
  }
}

/** Coefficients of the predictors beside the mean's. */
const furtherEstimates = (
  { model, layout }: Likelihood,
  fitted: Estimate,
  level: number,
  profiled: ProfileIntervals | null,
): FitRecord['further'] =>
  model.predictors.slice(1).map(({ name, fixed }, k) => {
    const [from, to] = layout.fixedStart.subarray(k + 1, k + 3)
    const { parameters, se } = fitted
    const ends = endsFrom(fitted, from)
    const told = fixedEstimates(fixed.names, parameters.subarray(from, to), se.subarray(from, to), level, null, ends)
    return { predictor: name, fixed: profiled ? withLimits(told, profiled.predictors[k + 1]) : told }
  })
