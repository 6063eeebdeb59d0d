import { withZeros } from '../../families/registry.js'
import { gaussHermite } from '../../numerics/gauss-hermite.js'
import { normalTwoSided } from '../../numerics/special.js'
import { explainedByFurther } from './further-again.js'
import type { Look, Tested } from './look.js'
import { type Plan, percent, seenFrom, untested } from './planned-test.js'

/** Nodes of the posterior mean of P(0) in each row. */
const nodes = 7

/**
 * Zeros seen less zeros expected. Without replicates the expectation is the posterior mean of P(0) over random and
 * fixed effects, since E[1{y = 0}] = E E[P(0) | y]: at the modes it is not. The posterior of a row's predictor is
 * normal with the mean that Laplace's expansion has to first order, mode + H^-1 A' (l''' v) / 2. The variance is that given the effects
 * less its regression on the score.
 */
export function zeros(tested: Tested, data: Look): Plan {
  const key = 'zeros'
  const { model, family } = tested.stated
  const { nobs: n, response } = model
  if (response.trials?.every((trials) => trials <= 1))
    return untested(key, '0/1 rows: the model fits the share of zeros as it fits the mean')
  if (!tested.zeros) return untested(key, `the ${family.name} family has no zeros`)
  if (family.further.some(({ role }) => role === 'mass'))
    return untested(key, 'the probability of a zero is estimated, not tested')
  const { seen, expected, variance, score } = posteriorZeros(tested, data)
  if (seen === 0 && expected < 1) return untested(key, 'fewer than one zero is expected, and none was seen')
  if (!(variance > 1e-8)) return untested(key, 'the model leaves the number of zeros no room to vary')
  const [sawn, wanted] = [percent(seen / n), percent(expected / n)]
  const least = percent((seenFrom * Math.sqrt(variance)) / n)
  const more = seen > expected
  const inflated = withZeros(family)
  return {
    key,
    tail: 'two-sided',
    statistic: (look) => look.zeros.seen - look.zeros.expected,
    screen: () => normalTwoSided((seen - expected) / Math.sqrt(variance)),
    slack: 1.5,
    tell: (questionable) => ({
      statistic: seen - expected,
      effect: questionable ? `zeros ${sawn} against ${wanted}` : null,
      says: questionable
        ? `${seen} of ${n} responses are zero where the model expects ${expected.toFixed(1)}`
        : `zeros ${sawn} against ${wanted} expected`,
      ...(!questionable && { unseen: `zeros that differ by less than ${least} of the rows` }),
      remedy: questionable
        ? more
          ? remedyOfMore(inflated !== null && !response.trials, score, family.overdispersed?.family)
          : fewerRemedy(family.response)
        : null,
    }),
  }
}

/** `score` is that of a constant share of further zeros, at a share of none. */
const remedyOfMore = (inflated: boolean, score: number, wider: string | undefined): string | null =>
  inflated
    ? score > 0
      ? 'try --zi "~1"'
      : 'not the same share of further zeros in all rows: try --zi or --dispersion with covariates'
    : wider
      ? `try --family ${wider}`
      : null

const fewerRemedy = (kind: string): string | null =>
  kind === 'count'
    ? 'fewer zeros than expected: were they left out, or do they come from another process (a hurdle)?'
    : null

/** Zeros seen, their posterior mean, the variance of the difference, and the score of a constant share of further zeros. */
function posteriorZeros(
  tested: Tested,
  { mode }: Look,
): { seen: number; expected: number; variance: number; score: number } {
  const {
    modes,
    stated: { model },
  } = tested
  const zero = tested.zeros!
  const { rows, response } = mode
  const n = model.nobs
  const K = model.predictors.length
  const variances = modes.variances()
  const shift = modes.smoothed(variances.map((v, i) => 0.5 * v * rows.d3[0][i]))
  for (let k = 0; k < K; k++) zero.eta[k].set(rows.eta[k])
  zero.evaluate(0, n)
  // P(0) and its derivatives at the mode: the variance given the effects, and the covariance with the score.
  let [variance, score] = [0, 0]
  const withScore = new Float64Array(n)
  const slopes = Array.from({ length: K }, (_, k) => zero.d1[k].map((d1, i) => d1 * Math.exp(zero.logDensity[i])))
  for (let i = 0; i < n; i++) {
    const p = Math.exp(zero.logDensity[i])
    variance += p * (1 - p)
    score += (response.y[i] === 0 ? 1 / Math.max(p, Number.MIN_VALUE) : 0) - 1
    withScore[i] = slopes[0][i]
  }
  variance -= modes.explained(withScore) + explainedByFurther(model, mode.rows, slopes)
  const rule = gaussHermite(nodes)
  let expected = 0
  rule.nodes.forEach((node, j) => {
    for (let i = 0; i < n; i++) zero.eta[0][i] = rows.eta[0][i] + shift[i] + Math.sqrt(variances[i]) * node
    zero.evaluate(0, n)
    const weight = Math.exp(rule.logWeights[j])
    for (let i = 0; i < n; i++) expected += weight * Math.exp(zero.logDensity[i])
  })
  const seen = response.y.reduce((count, y) => count + (y === 0 ? 1 : 0), 0)
  return { seen, expected, variance, score }
}
