import type { RecordHeading } from '../data/record-heading.js'
import type { EstimateLine } from './estimate-line.js'

/** What `glmm test` prints with --json: schema glmm/test@1. */
export interface TestRecord extends RecordHeading {
  readonly schema: 'glmm/test@1'
  /** Of the tests of terms: 2 respects marginality, 3 tests each term given all others. */
  readonly type: 2 | 3
  /** A line a term of the mean. */
  readonly terms: readonly TermTest[]
  /** A line a random term, by likelihood ratio; null unless asked for. */
  readonly random: readonly LikelihoodRatioLine[] | null
  /** The same for the terms of the mean that no other contains; null unless asked for. */
  readonly dropped: readonly LikelihoodRatioLine[] | null
  readonly hypotheses: readonly HypothesisTest[]
  /** Of all hypotheses at once, where there are several. */
  readonly joint: JointTest | null
}

export interface JointTest {
  /** F with `dfDenominator` degrees of freedom, or the Wald chi-square, with that null. */
  readonly statistic: 'F' | 'chisq'
  readonly value: number | null
  readonly df: number
  readonly dfDenominator: number | null
  readonly p: number | null
}

export interface TermTest extends JointTest {
  readonly term: string
}

export interface LikelihoodRatioLine {
  readonly dropped: string
  readonly logLik: number
  readonly chiSquare: number
  readonly df: number
  readonly p: number
  /** Of the equal mixture of chi-squares with df - 1 and df degrees of freedom, where a variance of 0 is the hypothesis. */
  readonly boundaryP: number | null
}

/** The test is of the right side's value. */
export interface HypothesisTest extends EstimateLine {
  readonly hypothesis: string
}
