import { runningMoments } from '../estimates/running-moments.js'

/**
 * Performance of an estimator over simulated data, each measure with its Monte Carlo standard error, by the formulas of
 * Morris, White and Crowther (2019), table 6. Numbers that do not exist are NaN. Replicates in which the likelihood has no
 * finite maximum in the parameter are counted apart: means, errors and standard deviations are those of the others, since with
 * them there are none, while an interval of theirs counts like any other.
 */
export interface Performance {
  /** Takes the fit of one replicate in; NaN for what it does not have. */
  readonly add: (estimate: number, se: number, lower: number, upper: number) => void
  /** Takes in one without a finite maximum; an interval with an infinite limit may exist. */
  readonly addRunning: (lower: number, upper: number) => void
  /** A replicate without a fit. */
  readonly fail: () => void
  readonly measures: () => PerformanceMeasures
}

export interface PerformanceMeasures {
  /** Mean of the estimates less the truth. */
  readonly bias: number
  readonly biasMcse: number
  /** Standard deviation of the estimates. */
  readonly empSe: number
  readonly empSeMcse: number
  /** Root of the mean squared error; its Monte Carlo error by the delta method. */
  readonly rmse: number
  readonly rmseMcse: number
  /** Root of the mean squared standard error, as a ratio to the standard deviation of the estimates. */
  readonly seRatio: number
  readonly seRatioMcse: number
  /** Share of the intervals that hold the truth, among those that exist. */
  readonly coverage: number
  readonly coverageMcse: number
  /** Share of the intervals without zero, where the truth is not zero. */
  readonly power: number
  readonly powerMcse: number
  /** The same where the truth is zero. */
  readonly typeI: number
  readonly typeIMcse: number
  /** Share of the replicates with a fit. */
  readonly convergence: number
  readonly convergenceMcse: number
  /** Replicates with a finite estimate, and those with an interval. */
  readonly n: number
  readonly nIntervals: number
  /** Replicates with a fit in which the likelihood has no finite maximum in the parameter. */
  readonly noMaximum: number
}

/** Monte Carlo error of a share of n. */
const shareError = (share: number, n: number): number => Math.sqrt((share * (1 - share)) / n)

/** `truth` is NaN for a parameter without a true value; `tests` says whether zero is a hypothesis about it. */
export function performanceOf(truth: number, tests: boolean): Performance {
  const estimates = runningMoments()
  const squaredErrors = runningMoments()
  const variances = runningMoments()
  let failed = 0
  let intervals = 0
  let covered = 0
  let rejected = 0
  let running = 0
  const interval = (lower: number, upper: number): void => {
    if (!(lower <= upper)) return
    intervals++
    if (lower <= truth && truth <= upper) covered++
    if (lower > 0 || upper < 0) rejected++
  }
  return {
    fail: () => {
      failed++
    },
    add: (estimate, se, lower, upper) => {
      estimates.add(estimate)
      squaredErrors.add((estimate - truth) ** 2)
      if (se - se === 0) variances.add(se * se)
      interval(lower, upper)
    },
    addRunning: (lower, upper) => {
      running++
      interval(lower, upper)
    },
    measures: () => {
      const n = estimates.count()
      const empSe = estimates.sd()
      const rmse = Math.sqrt(squaredErrors.mean())
      const modelVariance = variances.mean()
      const seRatio = Math.sqrt(modelVariance) / empSe
      const relative = variances.variance() / (4 * variances.count() * modelVariance ** 2) + 1 / (2 * (n - 1))
      const known = !Number.isNaN(truth)
      const coverage = known ? covered / intervals : Number.NaN
      const rejection = tests && known ? rejected / intervals : Number.NaN
      const [power, typeI] = truth === 0 ? [Number.NaN, rejection] : [rejection, Number.NaN]
      const fits = n + running
      const convergence = fits / (fits + failed)
      return {
        bias: estimates.mean() - truth,
        biasMcse: known ? empSe / Math.sqrt(n) : Number.NaN,
        empSe,
        empSeMcse: empSe / Math.sqrt(2 * (n - 1)),
        rmse,
        rmseMcse: squaredErrors.sd() / Math.sqrt(n) / (2 * rmse),
        seRatio,
        seRatioMcse: seRatio * Math.sqrt(relative),
        coverage,
        coverageMcse: shareError(coverage, intervals),
        power,
        powerMcse: shareError(power, intervals),
        typeI,
        typeIMcse: shareError(typeI, intervals),
        convergence,
        convergenceMcse: shareError(convergence, fits + failed),
        n,
        nIntervals: intervals,
        noMaximum: running,
      }
    },
  }
}

/** The measures a study may ask for. */
export const performanceNames = [
  'bias',
  'empSe',
  'rmse',
  'seRatio',
  'coverage',
  'power',
  'typeI',
  'convergence',
] as const
