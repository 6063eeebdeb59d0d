import { adaptive } from '../../likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood as makeLikelihood } from '../../likelihood/likelihood.js'
import { isExact } from './certificate-limit.js'
import { estimate, startAt } from './estimate.js'
import { glmOf } from '../start/glm.js'
import type { Estimate } from '../results/estimate.js'
import { importanceEstimate, trustedParetoK } from './importance-estimate.js'
import type { ImportanceEstimate } from '../results/importance-estimate.js'
import { type LimitModel, limitModel } from '../runaway/limit-model.js'
import { fittedBy, widening } from '../runaway/widen.js'
import { type Start, startFrom } from '../start/start.js'
import { reproducesExactly } from './why-not.js'

/**
 * Numbers of nodes worth trying: the error of k nodes is of order n^-floor((k + 2) / 3) (Jin and Andersson 2020), so
 * that 2 and 3 are no better in rate than 1.
 */
export const rungs: readonly number[] = [1, 4, 7, 10, 13, 19, 25, 37, 49, 73, 101]

/** Numbers of draws, where the nodes are at an end: the error halves with every second rung. */
const drawRungs: readonly number[] = [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]
/** Rows times draws beyond which there is no further rung: some seconds an evaluation. */
const mostRowDraws = 2e7

/** One rung climbed, and how far it moved from the one before. */
export interface Climbed {
  readonly estimate: Estimate
  /** What a rung of importance sampling leaves open; null for one of nodes. */
  readonly importance: ImportanceEstimate | null
  /** Largest move of any parameter from the rung before, in this rung's standard errors; null for the first. */
  readonly maxShiftInSe: number | null
  readonly milliseconds: number
}

export interface Ladder {
  readonly climbed: readonly Climbed[]
  /** True if the ladder has converged: the parameters no longer move, or nothing is approximated. */
  readonly converged: boolean
  /** The move in standard errors up to which the ladder counts as converged. */
  readonly tolerance: number
}

/** Tolerance: the ladder has converged once a rung moves no parameter by more than this many standard errors. */
const shiftTolerance = 0.001
/** The same for rungs of importance sampling, of their moves and of their Monte Carlo errors: a tenth of what matters. */
const samplingTolerance = 0.02

/**
 * Climbs until the parameters converge, to `atLeast` nodes in any case; each rung starts where the last ended. Where the
 * model takes no more nodes, importance sampling goes on.
 */
export function climbLadder(likelihood: Likelihood, atLeast = 1, seed = 1): Ladder {
  const glm = glmOf(likelihood.stated)
  const limit = limitModel(likelihood.stated, glm)
  if (limit) return ladderInLimit(limit, atLeast, seed)
  const first = startFrom(likelihood, glm)
  const climbed: Climbed[] = []
  const exact = isExact(likelihood)
  let start: Start = first
  const climb = (rung: () => Pick<Climbed, 'estimate' | 'importance'>): Climbed => {
    const began = performance.now()
    const { estimate: fitted, importance } = rung()
    const before = climbed.at(-1)?.estimate
    const maxShiftInSe = before ? largestShift(before, fitted) : null
    const climb = { estimate: fitted, importance, maxShiftInSe, milliseconds: performance.now() - began }
    climbed.push(climb)
    start = startAt(fitted, first)
    return climb
  }
  let converged = false
  let moved: number | null = null
  for (const nodes of rungs.filter((rung) => rung <= likelihood.rules.mostNodes)) {
    moved = climb(() => ({ estimate: estimate(likelihood, adaptive(nodes), start), importance: null })).maxShiftInSe
    const { estimate: last } = climbed.at(-1)!
    // In the limit of an infinite standard deviation no number of nodes is better than another.
    if (last.unbounded) return { climbed, converged: false, tolerance: shiftTolerance }
    if (hopeless(likelihood, climbed)) return { climbed, converged: false, tolerance: shiftTolerance }
    converged = exact || (moved !== null && moved <= shiftTolerance)
    if (converged && nodes >= atLeast) break
  }
  if (converged || (moved !== null && moved <= samplingTolerance))
    return { climbed, converged, tolerance: shiftTolerance }
  for (const draws of drawRungs.filter((count) => count * likelihood.model.nobs <= mostRowDraws)) {
    const { importance, maxShiftInSe } = climb(() => {
      const sampled = importanceEstimate(likelihood, draws, seed, start)
      return { estimate: sampled.estimate, importance: sampled }
    })
    if (hopeless(likelihood, climbed)) break
    const { maxMcseInSe, paretoK } = importance!
    converged = Math.max(maxShiftInSe!, maxMcseInSe) <= samplingTolerance && paretoK <= trustedParetoK
    if (converged) break
  }
  return { climbed, converged, tolerance: samplingTolerance }
}

/**
 * Whether more nodes would not help: two rungs have ended without a maximum, or one has where the density of the response has no
 * bound.
 */
function hopeless(likelihood: Likelihood, climbed: readonly Climbed[]): boolean {
  const [last, before] = [climbed.at(-1)!.estimate, climbed.at(-2)?.estimate]
  if (last.converged) return false
  return before?.converged === false || reproducesExactly(likelihood, last.parameters)
}

/** The rungs of a model of which some coefficients have no finite maximum: those of its limit, reported as the full model's. */
function ladderInLimit(limit: LimitModel, atLeast: number, seed: number): Ladder {
  const like = makeLikelihood(limit.stated)
  const { climbed, ...rest } = climbLadder(like, atLeast, seed)
  const wide = widening(limit)
  const reported = climbed.map(({ estimate: fitted, importance, ...one }): Climbed => {
    const full = wide.fitted(fittedBy(like, fitted, importance))
    return { ...one, estimate: full.fitted, importance: full.importance }
  })
  return { climbed: reported, ...rest }
}

/** Largest difference of two estimates in the later one's standard errors; parameters without one count absolutely. */
function largestShift(earlier: Estimate, later: Estimate): number {
  let largest = 0
  later.parameters.forEach((value, j) => {
    const difference = Math.abs(value - earlier.parameters[j])
    const unit = later.se[j] > 0 ? later.se[j] : 1
    largest = Math.max(largest, difference / unit)
  })
  return largest
}
