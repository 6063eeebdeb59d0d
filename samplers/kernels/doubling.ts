import type { Rng } from '../../src/random/stream.js'
import { type StateRoom, type Tuning, writeState } from './kernel.js'
import { type Integrator, mostEnergyError } from './leapfrog.js'
import type { Metric } from './metric.js'
import { copyPoint, type PhasePoint, phasePoint } from './phase-point.js'
import { addMomenta, emptySpan, exchangeEnds, exchangeStarts, reverse, type Span, spanOf } from './span.js'
import type { TurnTest } from './u-turn.js'

/** What is reported of a grown trajectory. */
export interface Trajectory {
  /** Doublings that were kept. */
  readonly depth: number
  /** Steps of the integrator, those of a doubling that was not kept included. */
  readonly steps: number
  /** Mean over the steps of min(1, exp(-energy error)). */
  readonly acceptRate: number
  readonly divergent: boolean
  /** True if it was still growing at the largest depth. */
  readonly cut: boolean
}

/**
 * Grows a trajectory from a point of phase space of the given energy, which it moves along, and draws a state of it into
 * `drawn`, where that of the start stands.
 */
export type Growth = (start: PhasePoint, energy: number, tuning: Tuning, rng: Rng, drawn: StateRoom) => Trajectory

/** What a growth is made of: a way to move, a rule to stop. */
export interface GrowthParts {
  readonly dimension: number
  readonly integrator: Integrator
  readonly turns: TurnTest
  /** The largest number of doublings. */
  readonly maxDepth: number
}

/**
 * Multiplicative expansion (Hoffman and Gelman 2014; Betancourt 2017, appendix A.3): a trajectory doubles, forward or
 * backward in time with even chances, until the turn test holds for it or any of its sub-trees. Every point has the weight
 * exp(-energy). Within a half the choice is multinomial; between the old trajectory and its new half it leans to the new.
 */
export function doubling({ dimension: d, integrator, turns, maxDepth }: GrowthParts): Growth {
  const backward = phasePoint(d)
  // A tree of depth k is a first half kept at [k] and a second half, which becomes the whole, handed down by the caller.
  const halves = Array.from({ length: maxDepth + 1 }, () => emptySpan(d))
  const whole = emptySpan(d)
  const added = emptySpan(d)

  // Of the trajectory that grows: set by `grow`, read by the recursion.
  let metric: Metric
  let rng: Rng
  let energy0 = 0
  let steps = 0
  let acceptSum = 0
  let divergent = false

  /** Builds a tree of 2^depth points from `at` in the direction of `step` into `out`; false if it must not be used. */
  function tree(depth: number, at: PhasePoint, step: number, out: Span): boolean {
    if (depth === 0) {
      const error = integrator(at, step, metric) - energy0
      steps++
      out.logWeight = Number.isNaN(error) ? Number.NEGATIVE_INFINITY : -error
      acceptSum += error <= 0 ? 1 : Math.exp(out.logWeight)
      if (!(error <= mostEnergyError)) {
        divergent = true
        return false
      }
      spanOf(out, at)
      return true
    }
    const first = halves[depth]
    if (!tree(depth - 1, at, step, first)) return false
    if (!tree(depth - 1, at, step, out)) return false
    const goesOn = !turns(first, out)
    const logWeight = logSum(first.logWeight, out.logWeight)
    // Within a sub-tree every point stands for its weight.
    if (Math.log(rng.uniform()) >= out.logWeight - logWeight) [out.draw, first.draw] = [first.draw, out.draw]
    out.logWeight = logWeight
    exchangeStarts(out, first)
    addMomenta(out, first)
    return goesOn
  }

  return (forward, energy, tuning, withRng, drawn) => {
    metric = tuning.metric
    rng = withRng
    energy0 = energy
    steps = 0
    acceptSum = 0
    divergent = false
    const { stepSize } = tuning
    let depth = 0
    let cut = false
    copyPoint(backward, forward)
    // `whole` runs from its start, the far end backward in time, to its end, the far end forward.
    spanOf(whole, forward)
    whole.logWeight = 0
    while (depth < maxDepth) {
      const ahead = rng.uniform() < 0.5
      if (!tree(depth, ahead ? forward : backward, ahead ? stepSize : -stepSize, added)) break
      depth++
      // Between the old trajectory and the new half the choice leans to the new (biased progressive sampling).
      if (Math.log(rng.uniform()) < added.logWeight - whole.logWeight) writeState(drawn, added.draw)
      whole.logWeight = logSum(whole.logWeight, added.logWeight)
      if (!ahead) reverse(added)
      const goesOn = ahead ? !turns(whole, added) : !turns(added, whole)
      addMomenta(whole, added)
      if (ahead) exchangeEnds(whole, added)
      else exchangeStarts(whole, added)
      if (!goesOn) break
      cut = depth === maxDepth
    }
    return { depth, steps, acceptRate: acceptSum / Math.max(1, steps), divergent, cut }
  }
}

function logSum(a: number, b: number): number {
  const high = Math.max(a, b)
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high))
}
