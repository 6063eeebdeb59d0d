import type { Look, Tested } from './look.js'
import { type Plan, short, untested } from './planned-test.js'

/**
 * Variance of the response, random effects and all, against that of whole replicates. It depends on the draw of few random
 * effects, so that its power is low, but it can see faults of what the others condition on.
 */
export function variance({ stated: { model, family } }: Tested, data: Look): Plan {
  const key = 'variance'
  if (model.response.trials?.every((trials) => trials <= 1))
    return untested(key, '0/1 rows: their variance follows from their mean')
  const of = ({ mode: { response } }: Look): number => {
    const n = response.y.length
    const values = response.y.map((_, i) => family.observed(response, i))
    const mean = values.reduce((sum, value) => sum + value, 0) / n
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  }
  const own = of(data)
  return {
    key,
    general: true,
    tail: 'two-sided',
    statistic: of,
    screen: null,
    slack: 1,
    tell: (questionable) => ({
      statistic: own,
      effect: questionable ? `the variance of the response, ${short(own, 3)}, is not one that the model makes` : null,
      says: `variance of the response ${short(own, 3)}, against that of replicates with new random effects`,
      remedy: questionable ? 'another family, or the distribution of the random effects, may suit' : null,
    }),
  }
}
