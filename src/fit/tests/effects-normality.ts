import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'
import type { ScoreDraws } from './score-draws.js'
import { kurtosisOf, skewnessOf } from './shape-directions.js'
import { smallestRank } from './smallest-rank.js'

/** That of an exponential distribution. */
const plainSkewness = 2
/** Beyond this a p-value is noise: the scores of two 0/1 rows a level take few values, and reject too often. */
const hopeless = 10 * plainSkewness
/** Standard errors from zero that are found four times in five at 5 %. */
const seen = 2.8

const digits = (value: number): string => Number(value.toPrecision(2)).toString()

/** The test for the random intercept of `group`, its direction standing at `at` among those drawn. */
export function effectsNormality(drawn: ScoreDraws | string, at: number, group: string, sd: number): ModelTest {
  if (typeof drawn === 'string') return notTested(drawn)
  if (!(Math.abs(sd) > 0))
    return notTested(`the standard deviation of ${group} is zero: there are no effects to look at`)
  const width = drawn.observed.length
  const V = [0, 1].map((j) => [0, 1].map((k) => drawn.variance[(at + j) * width + at + k]))
  const determinant = V[0][0] * V[1][1] - V[0][1] ** 2
  if (!(determinant > 1e-10 * V[0][0] * V[1][1]))
    return notTested('the rows say nothing of the shape of the distribution')
  const scores = [drawn.observed[at], drawn.observed[at + 1]]
  const columns = [0, 1].map((j) =>
    Float64Array.from({ length: drawn.count }, (_, s) => drawn.draws[s * width + at + j]),
  )
  const { own, best, p } = smallestRank(scores, columns, 'both')
  const standardised = scores.map((score, j) => score / Math.sqrt(V[j][j]))
  // One step from the normal.
  const skewness = (skewnessOf * (V[1][1] * scores[0] - V[0][1] * scores[1])) / determinant
  const kurtosis = (kurtosisOf * (V[0][0] * scores[1] - V[0][1] * scores[0])) / determinant
  const least = (seen * skewnessOf) / Math.sqrt(V[0][0])
  const shape = [
    ...(best === 0 || own[0] < 0.05 ? [scores[0] > 0 ? 'a long upper tail' : 'a long lower tail'] : []),
    ...(best === 1 || own[1] < 0.05 ? [scores[1] > 0 ? 'heavy tails' : 'light tails or two groups'] : []),
  ]
  const levels = `${drawn.levels} levels of ${group}`
  const cannot = `${levels} with this much known of each cannot show even a plain departure (a skewness of ${plainSkewness})`
  if (least > hopeless) return notTested(cannot)
  const looked =
    least > plainSkewness
      ? `searched, but ${cannot}`
      : `a skewness of ${digits(least)} or more would probably have been seen in the ${levels}`
  const found = p < 0.05
  const what = shape.join(' and ')
  return {
    statistic: standardised[best],
    p,
    method: 'replicates',
    effect: found ? `the effects of ${group} have ${what}` : null,
    says: found
      ? `signs that random effects of ${group} are not normal: ${what} (one-step skewness ${digits(skewness)}, excess kurtosis ${digits(kurtosis)})`
      : `nothing against normal random effects of ${group}: ${looked}`,
    ...(!found && { unseen: `effects of ${group} with a skewness of less than ${digits(least)}` }),
    remedy: found
      ? `look at the modes of ${group} for outlying levels or a level-covariate left out; fixed effects that vary within ${group} are little affected`
      : null,
  }
}
