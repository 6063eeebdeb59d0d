import { meanIn, ofLocation } from '../../likelihood/frame/parameter-layout.js'
import { meanOf } from '../../data/roles.js'
import type { Model } from '../../data/model.js'
import { laplaceRule, type Rule } from '../../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { LaidTerm } from '../../likelihood/frame/parameter-layout.js'
import { maximise, type Objective } from '../../numerics/maximise.js'
import { exactLevels, farthestSd, latticeStep } from './exact-levels.js'
import { explainsAll, type LimitOfLevels, limitOfLevels } from './limit-of-levels.js'
import { responseEnds } from './response-ends.js'
import { type SeparatedLevels, separatedLevels } from './separated-levels.js'
import type { Start } from '../start/start.js'

/** A standard deviation that has no finite maximum, or might have had none. */
export type Verdict = { readonly runs: RunawayVariance } | { readonly runs: null; readonly maximum: Float64Array }

/** A standard deviation without a finite maximum, and what the likelihood tends to. */
export interface RunawayVariance {
  readonly laid: LaidTerm
  readonly separated: SeparatedLevels
  readonly limit: LimitOfLevels
}

/** Multiples of a parting direction that the search of the limit starts from. */
const multiples = [0.3, 1, 3, 10]
/** A finite maximum is one that is above the limit by more than the rounding of both. */
const above = (limit: number): number => limit + 1e-6 * (1 + Math.abs(limit))
/** A climb that looks for one starts with a standard deviation of at most this. */
const moderate = 3

/**
 * Whether the standard deviation of a model's only random effect, a scalar one of the mean, has no finite maximum. It needs
 * responses that fixed and random effects together predict without error in every row (see separatedLevels), so that for nearly
 * all data a glance at the levels says no. Where it is so, the limit of the likelihood is compared with the highest point that exact
 * integration finds below it: no rule of nodes about a mode could decide, whose own error grows with the standard
 * deviation. With a probit link, or an intercept alone, the limit is the supremum: a level's rows are together no more probable
 * than the least of them, and the product of these is a model of the levels that the limit contains. Null where the question does not
 * arise; where it does, and there is a finite maximum, about where exact integration has it.
 */
export function runawayVariance(like: Likelihood, start: Start): Verdict | null {
  const { stated, model, layout } = like
  const [laid, another] = layout.terms
  if (!laid || another || !ofLocation(layout, laid) || laid.term.names.length !== 1 || laid.size !== 1) return null
  const signs = responseEnds(stated)
  if (!signs) return null
  const separated = separatedLevels(model, laid.term, signs)
  if (!separated || separated.single) return null

  const p = meanIn(layout).fixed.to
  const laplace = like.marginal(laplaceRule).top(start.parameters, start.scale, {
    tolerance: 1e-2,
    maxIterations: 60,
    maxEvaluations: 80,
    stepBound: start.stepBound,
  })
  const sd = Math.abs(laplace.x[laid.start])
  const own = laplace.x.slice(0, p).map((beta) => beta / Math.max(sd, 0.5))
  const zero = new Float64Array(p)
  const length = Math.hypot(...separated.direction) || 1
  const along = separated.unanimous
    ? []
    : multiples.map((multiple) => separated.direction.map((value) => (multiple * value) / length))
  const limit = limitOfLevels(model, laid.term, signs, [own, zero, ...along])
  if (!limit || explainsAll(limit)) return null
  const proven = separated.unanimous && !meanOf(model).offset && (model.link === 'probit' || interceptAlone(model))
  const maximum = proven ? null : finiteMaximum(like, laid, laplace.x, start, limit.logLik)
  return maximum ? { runs: null, maximum } : { runs: { laid, separated, limit } }
}

function interceptAlone(model: Model): boolean {
  const { fixed } = meanOf(model)
  const { nobs: n } = model
  return fixed.names.length === 1 && fixed.x.every((value) => value === fixed.x[0]) && n > 0 && fixed.x[0] !== 0
}

/** The highest point found below `farthestSd` by exact integration, where it is above the limit; null where none is. */
function finiteMaximum(
  { stated, rules, marginal }: Likelihood,
  { term, start: at }: LaidTerm,
  laplace: Float64Array,
  start: Start,
  limit: number,
): Float64Array | null {
  // One lattice for all levels is many times as fast, where the likelihood has it.
  const lattice: Rule = { by: 'lattice', step: latticeStep(stated, term)(farthestSd) }
  const fast = rules.supports(lattice) ? null : marginal(lattice).evaluate
  const exact: Objective = fast
    ? (x, gradient) => (Math.abs(x[at]) <= farthestSd ? fast(x, gradient) : Number.NEGATIVE_INFINITY)
    : exactLevels(stated, term)
  const sd = Math.abs(laplace[at])
  const shrunk = laplace.slice()
  if (sd > moderate) for (let j = 0; j < shrunk.length; j++) shrunk[j] *= moderate / sd
  for (const from of [shrunk, start.parameters]) {
    if (Math.abs(from[at]) > farthestSd) continue
    const top = maximise(exact, from, start.scale, { tolerance: 1e-2, maxIterations: 50, maxEvaluations: 60 })
    if (top.value <= above(limit)) continue
    top.x[at] = Math.abs(top.x[at])
    return top.x
  }
  return null
}
