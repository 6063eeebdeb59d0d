import { GlmmError } from '../errors.js'
import { adaptive, laplaceRule, type Refusal, type Rule } from '../likelihood/frame/integration-rule.js'
import { restricted } from '../likelihood/frame/restricted.js'
import type { Stated } from '../likelihood/frame/stated.js'
import { type Likelihood, likelihood } from '../likelihood/likelihood.js'
import { estimate, laplaceStart, startAt } from './climb/estimate.js'
import { glmOf } from './start/glm.js'
import { importanceEstimate } from './climb/importance-estimate.js'
import { climbLadder } from './climb/ladder.js'
import { startFrom } from './start/start.js'
import type { FitTask } from './fit-task.js'
import { glmRecord, isGlm } from './glm-record.js'
import { type Intervals, waldIntervals } from './limits/profile-intervals.js'
import { mlRecord } from './ml-record.js'
import type { FitRecord, Nodes } from './record/fit-record.js'
import { limitModel } from './runaway/limit-model.js'
import { fittedBy } from './runaway/widen.js'

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
  const like = likelihood(reml ? restricted(climbed.model) : climbed)
  const integrates = like.layout.terms.length > 0 || !limit || !model.predictors.some(({ random }) => random.length > 0)
  const rule = ruleOf(like, integrates ? asked : 1)
  const task: FitTask = { stated, asked, reml, call, intervals, limit, glm, began }
  if (isGlm(stated)) return glmRecord(task, like)
  if (!rule) {
    const ladder = climbLadder(like)
    const { estimate: fitted, importance } = ladder.climbed.at(-1)!
    return mlRecord(task, fittedBy(like, fitted, importance), ladder)
  }
  const first = startFrom(like, glm)
  if (draws && integrates) {
    const sampled = { draws: draws.count, seed: draws.seed, around: first.parameters }
    refuse(like.rules.supports({ by: 'importance', ...sampled }))
    const laplace = estimate(like, laplaceRule, first)
    if (laplace.unbounded) return mlRecord(task, fittedBy(like, laplace, null), null)
    const start = startAt(laplace, first)
    const importance = importanceEstimate(like, draws.count, draws.seed, start)
    return mlRecord(task, fittedBy(like, importance.estimate, importance), null)
  }
  const fitted = estimate(like, rule, rule.by === 'laplace' ? first : laplaceStart(like, first))
  return mlRecord(task, fittedBy(like, fitted, null), null)
}

/** The rule of the nodes asked for; null where the ladder chooses them. Refuses what the model does not take. */
function ruleOf({ rules }: Likelihood, nodes: Nodes): Rule | null {
  if (nodes === 'auto') return null
  if (nodes !== 1) refuse(rules.supports({ by: 'adaptive', nodes }))
  return adaptive(nodes)
}

function refuse(refusal: Refusal | null): void {
  if (refusal) throw new GlmmError(refusal.code, refusal.message, refusal.hint)
}
