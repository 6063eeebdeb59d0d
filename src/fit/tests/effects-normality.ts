import type { LevelNodes } from '../../likelihood/level-posterior.js'
import type { Direction } from './level-scores.js'
import type { ModelTest } from './model-test.js'
import { notTested } from './not-tested.js'
import type { ScoreDraws } from './score-draws.js'
import { smallestRank } from './smallest-rank.js'

/**
 * Are the random effects normal? With D(z) the gradient function of Verbeke and Molenberghs (2013, Statistical Science
 * 28) at the fitted normal, sum_g f_g(z) / f_g - m, its coefficients along Hermite polynomials are
 *
 *   integral of D(z) He_k(z) phi(z) / sqrt(k!) = sum_g E[He_k(u_g) | y_g] / sqrt(k!).
 *
 * Those of k = 1 and 2 vanish at the estimates; k = 3 and 4 are the scores of the skewness and the excess kurtosis (over
 * sqrt(6) and sqrt(24)) of the effects. Each is ranked among its draws under the model, and the smaller of the two
 * ranks among theirs. The test of Drikvandi, Verbeke and Molenberghs (2017, Biometrics 73) weighs all k together;
 * two coefficients see the alternatives that samples of this size can show, and name them.
 */
export const hermiteDirection: Direction = {
  size: 2,
  write: ({ count, share, u }: LevelNodes, out, at) => {
    let third = 0
    let fourth = 0
    for (let k = 0; k < count; k++) {
      const x = u[k]
      const square = x * x
      third += share[k] * x * (square - 3)
      fourth += share[k] * (square * square - 6 * square + 3)
    }
    out[at] = third / Math.sqrt(6)
    out[at + 1] = fourth / Math.sqrt(24)
  },
}

/** That of an exponential distribution. */
const plainSkewness = 2
/** Standard errors from zero that are found four times in five at 5 %. */
const seen = 2.8

const digits = (value: number): string => Number(value.toPrecision(2)).toString()

/** The test for the random intercept of `group`, its direction standing at `at` among those drawn. */
export function effectsNormality(drawn: ScoreDraws | string, at: number, group: string, sd: number): ModelTest {
  if (typeof drawn === 'string') return notTested(drawn)
  if (!(Math.abs(sd) > 0)) return notTested(`the standard deviation of ${group} is zero: there are no effects to look at`)
  const width = drawn.observed.length
  const V = [0, 1].map((j) => [0, 1].map((k) => drawn.variance[(at + j) * width + at + k]))
  const determinant = V[0][0] * V[1][1] - V[0][1] ** 2
  if (!(determinant > 1e-10 * V[0][0] * V[1][1])) return notTested('the rows say nothing of the shape of the distribution')
  const scores = [drawn.observed[at], drawn.observed[at + 1]]
  const columns = [0, 1].map((j) => Float64Array.from({ length: drawn.count }, (_, s) => drawn.draws[s * width + at + j]))
  const { own, best, p } = smallestRank(scores, columns, 'both')
  const standardised = scores.map((score, j) => score / Math.sqrt(V[j][j]))
  // One step from the normal.
  const skewness = (Math.sqrt(6) * (V[1][1] * scores[0] - V[0][1] * scores[1])) / determinant
  const kurtosis = (Math.sqrt(24) * (V[0][0] * scores[1] - V[0][1] * scores[0])) / determinant
  const least = seen * Math.sqrt(6 / V[0][0])
  const blind = least > plainSkewness
  const shape = [
    ...(best === 0 || own[0] < 0.05 ? [scores[0] > 0 ? 'a long upper tail' : 'a long lower tail'] : []),
    ...(best === 1 || own[1] < 0.05 ? [scores[1] > 0 ? 'heavy tails' : 'light tails or two groups'] : []),
  ]
  const levels = `${drawn.levels} levels of ${group}`
  const looked = blind
    ? `searched, but ${levels} with this much known of each cannot show even a plain departure (a skewness of ${plainSkewness})`
    : `a skewness of ${digits(least)} or more would probably have been seen in the ${levels}`
  const found = p < 0.05
  const what = shape.join(' and ')
  return {
    statistic: standardised[best],
    p,
    method: 'replicates',
    effect: found ? `the effects of ${group} have ${what}` : null,
    says: found
      ? `random effects of ${group} are not normal: ${what} (one-step skewness ${digits(skewness)}, excess kurtosis ${digits(kurtosis)})`
      : `nothing against normal random effects of ${group}: ${looked}`,
    remedy: found
      ? `look at the modes of ${group} for outlying levels or a level-covariate left out; fixed effects that vary within ${group} are little affected`
      : null,
  }
}
