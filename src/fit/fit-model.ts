import { GlmmError } from '../errors.js'
import { restricted } from '../likelihood/frame/restricted.js'
import type { Stated } from '../likelihood/frame/stated.js'
import { type Likelihood, likelihood } from '../likelihood/likelihood.js'
import { isExact } from './climb/certificate-limit.js'
import { estimate, laplaceStart, startAt } from './climb/estimate.js'
import { glmOf } from './start/glm.js'
import { checkDraws, importanceEstimate } from './climb/importance-estimate.js'
import { checkIntegral, nothingToSample, tooManyNodes } from './integration-refusals.js'
import { climbLadder } from './climb/ladder.js'
import { startFrom } from './start/start.js'
import type { FitTask } from './fit-task.js'
import { glmRecord, isGlm } from './glm-record.js'
import { type Intervals, waldIntervals } from './limits/profile-intervals.js'
import { mlRecord } from './ml-record.js'
import type { FitRecord, Nodes } from './record/fit-record.js'
import { randomTerms } from './record/fixed-part.js'
import { limitModel } from './runaway/limit-model.js'

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
  stated: Stated,
  asked: Nodes,
  reml: boolean,
  call: FitRecord['call'],
  intervals: Intervals = waldIntervals,
  draws: Draws | null = null,
): FitRecord {
  const began = performance.now()
  const { model } = stated
  const alone = glmOf(stated)
  const limit = limitModel(stated, alone)
  const climbed = limit?.stated ?? stated
  const glm = limit ? glmOf(limit.ofRest) : alone
  const whole = likelihood(reml ? restricted(climbed.model) : climbed)
  const integrates =
    whole.layout.terms.length > 0 || !limit || !model.predictors.some(({ random }) => random.length > 0)
  const { like, nodes } = withNodes(whole, integrates ? asked : 1, reml)
  const task: FitTask = { stated, asked, reml, call, intervals, limit, glm, began }
  if (isGlm(stated)) return glmRecord(task, like)
  if (nodes === 'auto') {
    const ladder = climbLadder(like)
    const { estimate: fitted, importance } = ladder.climbed.at(-1)!
    return mlRecord(task, { like: importance?.likelihood ?? like, fitted, importance }, ladder)
  }
  const first = startFrom(like, glm)
  if (draws && integrates) {
    if (isExact(like)) throw nothingToSample(model)
    checkDraws(draws.count, like)
    const laplace = estimate(like, 1, first)
    if (laplace.unbounded) return mlRecord(task, { like, fitted: laplace, importance: null }, null)
    const start = startAt(laplace, first)
    const importance = importanceEstimate(like, draws.count, draws.seed, start)
    return mlRecord(task, { like: importance.likelihood, fitted: importance.estimate, importance }, null)
  }
  const fitted = estimate(like, nodes, nodes === 1 ? first : laplaceStart(like, first))
  return mlRecord(task, { like, fitted, importance: null }, null)
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
