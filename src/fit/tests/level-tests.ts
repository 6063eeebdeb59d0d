import { ofLocation } from '../../likelihood/frame/parameter-layout.js'
import type { RandomTerm } from '../../data/model.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { adequatePosterior } from '../../likelihood/vector/level-posterior.js'
import { autocorrelation, neighbourDirection, timeOrder } from './autocorrelation.js'
import { effectsNormality } from './effects-normality.js'
import { shapeDirection } from './shape-directions.js'
import type { Direction } from './level-scores.js'
import { missingSlopes, slopeCandidates, slopeDirection } from './missing-slopes.js'
import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'
import { type ScoreOptions, scoreDraws } from './score-draws.js'

export interface LevelTests {
  readonly effectsNormality: ModelTest
  readonly randomSlopes: ModelTest
  /** Null where no column of time was named. */
  readonly autocorrelation: ModelTest | null
}

/**
 * The tests whose statistics are sums over the levels of one factor, from one set of simulated levels: normality of a
 * random intercept, random slopes left out, and, where the model has a time, correlation between neighbouring times.
 * `parameters` are the outer ones of maximum or restricted maximum likelihood, fixed effects first.
 */
export function levelTests(stated: Stated, parameters: Float64Array, options: ScoreOptions): LevelTests {
  const { model } = stated
  const { time } = model
  const posterior = adequatePosterior(stated, parameters)
  if (!posterior) {
    const several = model.predictors.some(({ random }) => random.length > 0)
    const none = notTested(
      several ? 'only for random effects of one factor, at most three a level' : 'the model has no random effects',
    )
    return { effectsNormality: none, randomSlopes: none, autocorrelation: time ? none : null }
  }
  const { term, size, layout } = posterior
  const intercept = size === 1 && isIntercept(term) && ofLocation(layout, layout.terms[0])
  const sd = intercept ? parameters[layout.terms[0].start] : Number.NaN
  const candidates = slopeCandidates(model, posterior)
  const order = time ? timeOrder(time.name, time.values, term.index, term.levels.length) : null
  const directions: Direction[] = []
  if (intercept) directions.push(shapeDirection)
  const slopesAt = intercept ? shapeDirection.size : 0
  directions.push(...candidates.map(slopeDirection))
  const timeAt = slopesAt + candidates.length
  if (order) directions.push(neighbourDirection(order))
  const drawn =
    directions.length === 0
      ? 'there is nothing to test'
      : scoreDraws(stated, posterior, parameters, directions, options)
  return {
    effectsNormality: intercept
      ? effectsNormality(drawn, 0, term.group, sd)
      : notTested('only for one random intercept in the mean'),
    randomSlopes: missingSlopes(drawn, slopesAt, candidates, term.group),
    autocorrelation: order && autocorrelation(drawn, timeAt, order, term.group),
  }
}

const isIntercept = ({ names }: RandomTerm): boolean => names.length === 1 && names[0] === '(Intercept)'
