import { estimate, laplaceStart, startAt } from '../../fit/climb/estimate.js'
import { glmOf } from '../../fit/start/glm.js'
import type { Estimate } from '../../fit/results/estimate.js'
import type { GlmFit } from '../../fit/start/glm.js'
import { climbLadder } from '../../fit/climb/ladder.js'
import { asLeastSquares } from '../../fit/climb/least-squares.js'
import { type Start, startFrom } from '../../fit/start/start.js'
import { limitModel } from '../../fit/runaway/limit-model.js'
import { type Fitted, fittedBy, widening } from '../../fit/runaway/widen.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { restricted } from '../../likelihood/frame/restricted.js'
import { adaptive } from '../../likelihood/frame/integration-rule.js'
import { likelihood } from '../../likelihood/likelihood.js'
import type { StudyFit } from '../spec/study-spec.js'

/** A fit as studies need it: without the record, which costs more than the climb. */
export type Refit = Pick<Fitted, 'like' | 'fitted' | 'modesAt'>

/** The estimates as a fit reports them: those of least squares where it is by least squares. */
export const reported = ({ like, fitted, modesAt }: Refit): Estimate => asLeastSquares(like, fitted, modesAt)

/** Fits a model. `near` is where the top is expected; a climb from there that fails is done again from the data. */
export function refit(stated: Stated, { nodes = 1, reml = false }: StudyFit, near: Start | null = null): Refit {
  let made: GlmFit | null | undefined
  const glm = (): GlmFit | null => {
    if (made === undefined) made = glmOf(stated)
    return made
  }
  const limit = limitModel(stated, glm)
  if (limit) {
    const { like, fitted } = refit(limit.stated, { nodes, reml })
    return widening(limit).fitted(fittedBy(like, fitted, null))
  }
  const like = likelihood(reml ? restricted(stated.model) : stated)
  if (nodes === 'auto') return fittedBy(like, climbLadder(like).climbed.at(-1)!.estimate, null)
  const rule = adaptive(nodes)
  if (near) {
    const fitted = estimate(like, rule, near)
    if (fitted.converged) return fittedBy(like, fitted, null)
  }
  const start = startFrom(like, glm())
  return fittedBy(like, estimate(like, rule, nodes === 1 ? start : laplaceStart(like, start)), null)
}

/** Where refits of data like these should start; null at a boundary, where they would not leave it. */
export function startNear({ fitted }: Refit): Start | null {
  const none = { parameters: fitted.parameters, scale: new Float64Array(0) }
  const start = startAt(fitted, none)
  return start === none ? null : start
}
