import { normalCdf } from '../../numerics/special.js'
import type { Look, Tested } from './look.js'
import { type Plan, short } from './planned-test.js'

/** Kolmogorov-Smirnov and Anderson-Darling of the quantile residuals, against the standard normal distribution. */
export function uniformity(tested: Tested, data: Look): Plan[] {
  const { family, model, spent } = tested
  const n = model.nobs
  // Residuals at the modes of the effects vary too little, by the parameters spent on them.
  const scale = n - spent > 2 && !model.response.trials?.every((one) => one <= 1) ? Math.sqrt(n / (n - spent)) : 1
  const heavier = family.heavier ? `try --family ${family.heavier}, or another scale of the response` : null
  const remedy = heavier ?? 'plot the quantile residuals (--residuals quantile): another family or link may suit'
  const gap = kolmogorov(data.z, scale)
  const sum = andersonDarling(data.z, scale)
  return [
    {
      key: 'uniformity',
      tail: 'upper',
      statistic: (look) => kolmogorov(look.z, scale),
      screen: () => kolmogorovUpper(Math.sqrt(n) * gap),
      fires: 0.2,
      tell: (questionable) => ({
        statistic: gap,
        effect: questionable ? `the distribution of the residuals is up to ${short(gap)} from the model's` : null,
        says: `Kolmogorov-Smirnov distance of the quantile residuals ${short(gap)}`,
        remedy: questionable ? remedy : null,
      }),
    },
    {
      key: 'andersonDarling',
      tail: 'upper',
      statistic: (look) => andersonDarling(look.z, scale),
      screen: () => andersonDarlingUpper(sum),
      fires: 0.2,
      tell: (questionable) => ({
        statistic: sum,
        effect: questionable ? `the residuals' tails are not the model's (A2 = ${short(sum)})` : null,
        says: `Anderson-Darling statistic of the quantile residuals ${short(sum)}`,
        remedy: questionable ? remedy : null,
      }),
    },
  ]
}

/** Largest distance of the residuals' distribution function from the standard normal's. */
export function kolmogorov(z: Float64Array, scale = 1): number {
  const sorted = z.slice().sort()
  const n = sorted.length
  let largest = 0
  for (let i = 0; i < n; i++) {
    const p = normalCdf(scale * sorted[i])
    largest = Math.max(largest, (i + 1) / n - p, p - i / n)
  }
  return largest
}

/** A^2 = -n - sum (2i - 1) (log p_i + log(1 - p_(n + 1 - i))) / n. */
export function andersonDarling(z: Float64Array, scale = 1): number {
  const sorted = z.slice().sort()
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
  const p =
    x < 2
      ? (Math.exp(-1.2337141 / x) / Math.sqrt(x)) *
        (2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * x) * x) * x) * x) * x)
      : Math.exp(-Math.exp(1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * x) * x) * x) * x) * x))
  // The second form ends where its polynomial turns.
  return x > 32 ? 0 : Math.max(0, Math.min(1, 1 - p))
}
