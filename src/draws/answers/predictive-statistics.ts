import type { Model } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { quantile } from '../../numerics/quantile.js'

/** A number that sums up a response (proportions of trials, where there are trials). */
export type TestStatistic = (y: Float64Array) => number

type MakeStatistic = (model: Model) => TestStatistic | null

const mean = (y: Float64Array): number => y.reduce((sum, value) => sum + value, 0) / y.length

function sd(y: Float64Array): number {
  const centre = mean(y)
  return Math.sqrt(y.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (y.length - 1))
}

/** Statistics by name; null where the model has no such thing. */
const makers: Readonly<Record<string, MakeStatistic>> = {
  mean: () => mean,
  sd: ({ nobs }) => (nobs > 1 ? sd : null),
  min: () => (y) => y.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  max: () => (y) => y.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  zeros: () => (y) => y.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0) / y.length,
  'group-sd': groupSd,
}

/** Standard deviation of the means of the levels of the first grouping factor. */
function groupSd({ predictors }: Model): TestStatistic | null {
  const [term] = predictors.flatMap(({ random }) => random)
  if (term === undefined || term.levels.length < 2) return null
  const { index, levels } = term
  const count = new Float64Array(levels.length)
  for (const g of index) count[g]++
  return (y) => {
    const sums = new Float64Array(levels.length)
    for (let i = 0; i < y.length; i++) sums[index[i]] += y[i]
    return sd(sums.map((sum, g) => sum / count[g]).filter((_, g) => count[g] > 0))
  }
}

/** Those taken unless the user names some; zeros for responses that can be zero. */
export function usualStatistics({ response: { y } }: Model): readonly string[] {
  const canBeZero = y.some((value) => value === 0)
  return Object.keys(makers).filter((name) => name !== 'zeros' || canBeZero)
}

/** A statistic by its name, or the quantile q90, q97.5, ...; null where the model has no such thing, USAGE where there is none. */
export function statisticNamed(name: string, model: Model): TestStatistic | null {
  if (Object.hasOwn(makers, name)) return makers[name](model)
  const percent = /^q(\d+(?:\.\d+)?)$/.exec(name)
  if (percent !== null && Number(percent[1]) <= 100) {
    const p = Number(percent[1]) / 100
    return (y) => quantile(y.slice().sort(), p)
  }
  const near = nearestName(name, Object.keys(makers))
  const message = `expected a test statistic (${Object.keys(makers).join(', ')}, or a quantile such as q90), got '${name}'`
  throw new GlmmError('USAGE', message, near === null ? 'give one of these' : `did you mean ${near}?`)
}
