import type { ParameterSummary } from '../../src/draws/parameter-summary.js'
import type { OuterParameters } from '../../src/likelihood/coordinates/outer-parameters.js'
import type { EffectMarginal } from './quadrature-effects.js'
import type { Grid } from './quadrature-grid.js'
import { quantileOf } from './quadrature-line.js'

const probabilities = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975] as const

/** What a summary reports of a parameter without Monte Carlo error. */
const figures = ['mean', 'sd', 'q2_5', 'q5', 'q25', 'q50', 'q75', 'q95', 'q97_5'] as const

/** Summaries of the outer parameters; `order` says which of them each coordinate of the grid is. */
export function outerSummary(
  { names, write }: OuterParameters,
  order: readonly number[],
  grid: Grid,
): ParameterSummary[] {
  const { dimension: d, count, points, weights, mean, sd } = grid
  const x = new Float64Array(d)
  const out = new Float64Array(d)
  const first = new Float64Array(d)
  const second = new Float64Array(d)
  const center = new Float64Array(d)
  for (let i = 0; i < d; i++) x[order[i]] = mean[i]
  // Moments around the quantities at the mean lose no digits.
  write(x, center, 0)
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < d; i++) x[order[i]] = points[k * d + i]
    write(x, out, 0)
    for (let j = 0; j < d; j++) {
      const away = out[j] - center[j]
      first[j] += weights[k] * away
      second[j] += weights[k] * away * away
    }
  }
  return names.map((name, j) => {
    const i = order.indexOf(j)
    // Each quantity is a monotone function of its own coordinate.
    const at = (p: number): number => {
      for (let l = 0; l < d; l++) x[order[l]] = mean[l]
      x[j] = quantileOf((t) => grid.cdf(i, t), p, mean[i], sd[i])
      write(x, out, 0)
      return out[j]
    }
    const quantiles = probabilities.map(at).sort((a, b) => a - b)
    return summaryOf(name, center[j] + first[j], Math.sqrt(second[j] - first[j] * first[j]), quantiles)
  })
}

export const effectSummary = (name: string, { mean, sd, cdf }: EffectMarginal): ParameterSummary =>
  summaryOf(
    name,
    mean,
    sd,
    probabilities.map((p) => quantileOf(cdf, p, mean, sd)),
  )

/** Largest difference of means, standard deviations and quantiles, in standard deviations. */
export function changeBetween(a: readonly ParameterSummary[], b: readonly ParameterSummary[]): number {
  let largest = 0
  b.forEach((to, j) => {
    for (const key of figures) {
      const away = Math.abs(to[key] - a[j][key]) / to.sd
      largest = Math.max(largest, Number.isNaN(away) ? Number.POSITIVE_INFINITY : away)
    }
  })
  return largest
}

/** Without chains there is no Monte Carlo error to report. */
function summaryOf(name: string, mean: number, sd: number, quantiles: readonly number[]): ParameterSummary {
  const [q2_5, q5, q25, q50, q75, q95, q97_5] = quantiles
  const none = Number.NaN
  return {
    name,
    mean,
    sd,
    mcse: none,
    mcseSd: none,
    q2_5,
    q5,
    q25,
    q50,
    q75,
    q95,
    q97_5,
    rhat: none,
    essBulk: none,
    essTail: none,
  }
}
