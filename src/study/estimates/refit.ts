import { estimate, laplaceStart, startAt } from '../../fit/climb/estimate.js'
import { glmOf } from '../../fit/start/glm.js'
import type { Estimate } from '../../fit/results/estimate.js'
import type { GlmFit } from '../../fit/start/glm.js'
import { climbLadder } from '../../fit/climb/ladder.js'
import { asLeastSquares } from '../../fit/climb/least-squares.js'
import { type Start, startFrom } from '../../fit/start/start.js'
import { limitModel } from '../../fit/runaway/limit-model.js'
import { widening } from '../../fit/runaway/widen.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { restricted } from '../../likelihood/frame/restricted.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import type { StudyFit } from '../spec/study-spec.js'

/** A fit as studies need it: without the record, which costs more than the climb. */
export interface Refit {
  readonly like: Likelihood
  readonly fitted: Estimate
}

/** The estimates as a fit tells them: those of least squares where it is by least squares. */
export const told = ({ like, fitted }: Refit): Estimate => asLeastSquares(like, fitted)

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
    return widening(limit).fitted({ like, fitted, importance: null })
  }
  const like = likelihood(reml ? restricted(stated.model) : stated)
  if (nodes === 'auto') return { like, fitted: climbLadder(like).climbed.at(-1)!.estimate }
  if (near) {
    const fitted = estimate(like, nodes, near)
    if (fitted.converged) return { like, fitted }
  }
  const start = startFrom(like, glm())
  return { like, fitted: estimate(like, nodes, nodes === 1 ? start : laplaceStart(like, start)) }
}

/** Where refits of data like these should start; null at a boundary, where they would not leave it. */
export function startNear({ fitted }: Refit): Start | null {
  const none = { parameters: fitted.parameters, scale: new Float64Array(0) }
  const start = startAt(fitted, none)
  return start === none ? null : start
}
