import { quantile } from '../../numerics/quantile.js'
import { normalCdf, normalQuantile } from '../../numerics/special.js'

/** Three 95 % intervals from bootstrap estimates (Davison and Hinkley 1997, chapter 5), and what they rest on. */
export interface BootstrapIntervals {
  readonly percentile: readonly [number, number]
  /** Twice the estimate less the percentile limits, in the other order. */
  readonly basic: readonly [number, number]
  /** Bias corrected and accelerated (Efron 1987); NaN where the bias correction or the acceleration does not exist. */
  readonly bca: readonly [number, number]
  /** Standard normal quantile of the share of estimates below the original one, ties counted half. */
  readonly biasCorrection: number
  /** Monte Carlo errors of the percentile limits. */
  readonly percentileMcse: readonly [number, number]
}

/** `ascending` are the bootstrap estimates in order, `estimate` is that of the data. */
export function bootstrapIntervals(
  ascending: Float64Array,
  estimate: number,
  acceleration: number,
): BootstrapIntervals {
  const n = ascending.length
  let below = 0
  let ties = 0
  for (const value of ascending) {
    if (value < estimate) below++
    else if (value === estimate) ties++
  }
  const share = (below + ties / 2) / n
  const biasCorrection = share > 0 && share < 1 ? normalQuantile(share) : Number.NaN
  const corrected = (p: number): number => {
    const z = biasCorrection + normalQuantile(p)
    return normalCdf(biasCorrection + z / (1 - acceleration * z))
  }
  const at = (p: number): number => (Number.isNaN(p) ? Number.NaN : quantile(ascending, p))
  const percentile = [at(0.025), at(0.975)] as const
  // A quantile's error is that of the share below it, carried over by the order statistics one such error away.
  const error = Math.sqrt((0.025 * 0.975) / n)
  const spread = (p: number): number => (at(Math.min(1, p + error)) - at(Math.max(0, p - error))) / 2
  return {
    percentile,
    basic: [2 * estimate - percentile[1], 2 * estimate - percentile[0]],
    bca: [at(corrected(0.025)), at(corrected(0.975))],
    biasCorrection,
    percentileMcse: [spread(0.025), spread(0.975)],
  }
}

/** Acceleration of the BCa interval from estimates with one unit left out each (Efron 1987, equation 6.6): skewness / 6. */
export function jackknifeAcceleration(leftOut: readonly number[]): number {
  const mean = leftOut.reduce((sum, value) => sum + value, 0) / leftOut.length
  let squares = 0
  let cubes = 0
  for (const value of leftOut) {
    squares += (mean - value) ** 2
    cubes += (mean - value) ** 3
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : Number.NaN
}
