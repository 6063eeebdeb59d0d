import { normalCdf } from '../../numerics/special.js'
import { type Look, overDraws, type Tested } from './look.js'
import { type Plan, short } from './planned-test.js'
import { tryFamily } from './try-family.js'

/**
 * Kolmogorov-Smirnov and Anderson-Darling of the quantile residuals against the standard normal distribution, as one test: the
 * smaller of their limiting p-values is ranked among that of replicates. By itself it is only a screen, for the limiting
 * laws know nothing of what was estimated.
 */
export function uniformity(tested: Tested, data: Look): Plan {
  const {
    stated: { family, model },
    spent,
  } = tested
  const n = model.nobs
  const binary = model.response.trials?.every((trials) => trials <= 1) ?? false
  // Residuals at the modes of the effects vary too little, by the parameters spent on them.
  const scale = n - spent > 2 && !binary ? Math.sqrt(n / (n - spent)) : 1
  const gapOf = (z: Float64Array): number => kolmogorov(z.slice().sort(), scale)
  const squaresOf = (z: Float64Array): number => andersonDarling(z.slice().sort(), scale)
  /** Minus the logarithm of the smaller p-value. */
  const evidence = (z: Float64Array): number => {
    const sorted = z.slice().sort()
    const p = Math.min(
      kolmogorovUpper(Math.sqrt(n) * kolmogorov(sorted, scale)),
      andersonDarlingUpper(andersonDarling(sorted, scale)),
    )
    return -Math.log(Math.max(p, Number.MIN_VALUE))
  }
  const [gap, squares] = [overDraws(data, gapOf), overDraws(data, squaresOf)]
  const own = overDraws(data, evidence)
  const heavier = family.heavier ? `${tryFamily(tested, family.heavier)}, or another scale of the response` : null
  return {
    key: 'uniformity',
    tail: 'upper',
    general: true,
    statistic: (look) => overDraws(look, evidence),
    screen: () => Math.min(1, 2 * Math.exp(-own)),
    slack: 4,
    tell: (questionable) => ({
      statistic: gap,
      effect: questionable ? `the residuals' distribution is up to ${short(gap)} from the model's` : null,
      says: `quantile residuals: Kolmogorov-Smirnov distance ${short(gap)}, Anderson-Darling statistic ${short(squares)}`,
      remedy: questionable ? (heavier ?? 'another family or link may suit; plot the quantile residuals') : null,
    }),
  }
}

/** Largest distance of the sorted residuals' distribution function from the standard normal's. */
export function kolmogorov(sorted: Float64Array, scale = 1): number {
  const n = sorted.length
  let largest = 0
  for (let i = 0; i < n; i++) {
    const p = normalCdf(scale * sorted[i])
    largest = Math.max(largest, (i + 1) / n - p, p - i / n)
  }
  return largest
}

/** A^2 = -n - sum (2i - 1) (log p_i + log(1 - p_(n + 1 - i))) / n of sorted residuals. */
export function andersonDarling(sorted: Float64Array, scale = 1): number {
  const n = sorted.length
  let sum = 0
  for (let i = 0; i < n; i++) {
    const below = Math.max(Number.MIN_VALUE, normalCdf(scale * sorted[i]))
    const above = Math.max(Number.MIN_VALUE, normalCdf(-scale * sorted[n - 1 - i]))
    sum += (2 * i + 1) * (Math.log(below) + Math.log(above))
  }
  return -n - sum / n
}

/** P(K > x) of Kolmogorov's limiting distribution. */
export function kolmogorovUpper(x: number): number {
  if (x < 0.3) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x)
    sum += k % 2 === 1 ? term : -term
    if (term < 1e-17) break
  }
  return Math.max(0, Math.min(1, 2 * sum))
}

/** P(A^2 > x) of the limiting distribution, to 2e-6 (Marsaglia and Marsaglia 2004). */
export function andersonDarlingUpper(x: number): number {
  if (!(x > 0)) return 1
  if (x < 2) {
    const series = 2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * x) * x) * x) * x) * x
    return 1 - (Math.exp(-1.2337141 / x) / Math.sqrt(x)) * series
  }
  // The polynomial turns beyond 32, where nothing is left.
  const bounded = Math.min(x, 32)
  const rate =
    1.0776 -
    (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * bounded) * bounded) * bounded) * bounded) * bounded
  return -Math.expm1(-Math.exp(rate))
}
