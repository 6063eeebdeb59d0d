import type { Look } from './look.js'
import type { ModelTest } from '../results/model-test.js'

/** What a test of the model computes, before anything is known of its p-value. */
export interface PlannedTest {
  readonly key: string
  /** Which tail the p-value is of: the upper one where large values are evidence against the model. */
  readonly tail: 'upper' | 'two-sided'
  /** The statistic of a look; the data's and each replicate's are made alike. */
  readonly statistic: (look: Look) => number
  /** p-value without replicates, if there is one; it need not be exact, since replicates decide where it is small. */
  readonly screen: (() => number) | null
  /** Times the level at which replicates decide: above 1 where the screen's p-value is too large under the model. */
  readonly slack: number
  /** It sees faults of many kinds and distinguishes none: where a test with a remedy rejects the model, that one is reported. */
  readonly general?: boolean
  /** Where replicates are not ranked by the statistic, what looks at the data's (the first) and theirs together. */
  readonly across?: () => Across
  /** The test in words, once its p-value and whether it rejects the model are known. */
  readonly tell: (
    questionable: boolean,
    across: AcrossResult | null,
  ) => Pick<ModelTest, 'statistic' | 'effect' | 'says' | 'remedy' | 'unseen'>
}

/** Compares each look with all others. */
export interface Across {
  readonly add: (look: Look) => void
  readonly result: () => AcrossResult
}

export interface AcrossResult {
  /** What each look amounts to, in their order: large values of the first one are evidence against the model. */
  readonly statistics: readonly number[]
  /** Rows of the data beyond all replicates, their number under the model, and the number of replicates. */
  readonly beyond: number
  readonly expected: number
  readonly replicates: number
}

/** A test that this model or these data leave nothing to do for, and why. */
export interface Untested {
  readonly key: string
  readonly untested: string
}

export type Plan = PlannedTest | Untested

export const isPlanned = (plan: Plan): plan is PlannedTest => 'statistic' in plan

export const untested = (key: string, reason: string): Untested => ({ key, untested: reason })

/** A number as people read it in a sentence: two or three digits. */
export const short = (value: number, digits = 2): string =>
  Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(digits - 1)
    : Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : digits)).toString()

/** A share as a percentage. */
export const percent = (share: number): string => `${short(100 * share)} %`

/** Distance, in standard deviations, of the least departure that a one-sided test at 5 % finds four times in five. */
export const seenFrom: number = 1.645 + 0.842
