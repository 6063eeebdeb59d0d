import type { Likelihood } from '../likelihood/likelihood.js'
import { type Estimate, estimate, glmOf, startAt } from './estimate.js'
import { type Start, startFrom } from './start.js'

/**
 * Numbers of nodes worth trying: the error of k nodes is of order n^-floor((k + 2) / 3) (Jin and Andersson 2020), so
 * that 2 and 3 are no better in rate than 1.
 */
export const rungs: readonly number[] = [1, 4, 7, 10, 13, 19, 25, 37, 49, 73, 101]

/** One rung climbed, and how far it moved from the one before. */
export interface Climbed {
  readonly estimate: Estimate
  /** Largest move of any parameter from the rung before, in this rung's standard errors; null for the first. */
  readonly maxShiftInSe: number | null
  readonly milliseconds: number
}

export interface Ladder {
  readonly climbed: readonly Climbed[]
  /** True if the last rung moved no parameter by more than `settledShift`. */
  readonly settled: boolean
}

/** The parameters stand still once a rung moves none of them by more than this many standard errors. */
export const settledShift = 0.001

/** Climbs until the parameters stand still, to `atLeast` nodes in any case; each rung starts where the last ended. */
export function climbLadder(likelihood: Likelihood, atLeast = 1): Ladder {
  const glm = glmOf(likelihood.model)
  const first = startFrom(likelihood, glm)
  const climbed: Climbed[] = []
  let start: Start = first
  let before: Estimate | null = null
  let settled = false
  for (const nodes of rungs.filter((rung) => rung <= likelihood.mostNodes)) {
    const began = performance.now()
    const fitted = estimate(likelihood, nodes, start)
    const milliseconds = performance.now() - began
    const maxShiftInSe: number | null = before && largestShift(before, fitted)
    climbed.push({ estimate: fitted, maxShiftInSe, milliseconds })
    settled = maxShiftInSe !== null && maxShiftInSe <= settledShift
    if (settled && nodes >= atLeast) break
    before = fitted
    start = startAt(fitted, first)
  }
  return { climbed, settled }
}

/** Largest difference of two estimates in the later one's standard errors; parameters without one count absolutely. */
export function largestShift(earlier: Estimate, later: Estimate): number {
  let largest = 0
  later.parameters.forEach((value, j) => {
    const difference = Math.abs(value - earlier.parameters[j])
    const unit = later.se[j] > 0 ? later.se[j] : 1
    largest = Math.max(largest, difference / unit)
  })
  return largest
}
