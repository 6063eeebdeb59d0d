import { orNull } from '../numerics/or-null.js'
import { studentQuantile, studentTwoSided } from '../numerics/special.js'

/** An estimate of one quantity with its test and limits, as records have it; null is what does not exist. */
export interface EstimateLine {
  readonly estimate: number | null
  readonly se: number | null
  readonly df: number | null
  /** (estimate - what it is held against) / se. */
  readonly statistic: number | null
  readonly p: number | null
  readonly lower: number | null
  readonly upper: number | null
}

/** That line by the t distribution with `df` degrees of freedom, infinity for z; the test is of `against`. */
export function estimateLine(
  estimate: number,
  se: number,
  df: number,
  level: number,
  against: number = 0,
): EstimateLine {
  const statistic = (estimate - against) / se
  const distance = studentQuantile((1 + level) / 2, df) * se
  return {
    estimate: orNull(estimate),
    se: orNull(se),
    df: orNull(df),
    statistic: orNull(statistic),
    p: orNull(studentTwoSided(statistic, df)),
    lower: orNull(estimate - distance),
    upper: orNull(estimate + distance),
  }
}
