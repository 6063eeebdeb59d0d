import { type Family, type Noise, noDeviance } from './family.js'
import { overdispersedOf } from './overdispersed.js'
import { logProbabilityOfZero, zeroRow } from './probability-of-zero.js'
import { byNone, byOnes } from './recession.js'
import { densitySize, firstAt, secondAt, vanishUnlessFinite, thirdAt, vanish } from './row-density.js'
import { withoutZero } from './tails.js'

/** Below this log probability of a zero, exp(-100) beside 1, the counts are as good as untruncated. */
const noZeros = -100

/** What counts without zeros become as their mean goes to 0, unless they are surely 1 there. */
const series = { at: -16, says: 'the counts are those of a logarithmic series: mu runs to zero' }

/**
 * A family of counts given that they are not 0: log f(y) - log(1 - f(0)), y = 1, 2, ... mu is the mean of the counts
 * before truncation.
 */
export function truncated(family: Family): Family {
  const logZero = logProbabilityOfZero(family)
  const K = 1 + family.further.length
  const size = densitySize(K)
  const density: Family['density'] = (link, response) => {
    const whole = family.density(link, response)
    const none = family.density(link, zeroRow)
    const { y } = response
    const b = new Float64Array(size)
    return {
      predictors: K,
      at: (row, eta, out) => {
        if (y[row] === 0) {
          vanish(out, size)
          return
        }
        whole.at(row, eta, out)
        none.at(0, eta, b)
        if (b[0] > noZeros && out[0] > Number.NEGATIVE_INFINITY) addTruncation(K, b, out)
        vanishUnlessFinite(out, size)
      },
    }
  }
  const ones = endsInOnes(density, family.further)
  return {
    name: `truncated_${family.name}`,
    response: family.response,
    least: 1,
    links: ['log'],
    further: family.further,
    derivatives: family.derivatives,
    density,
    recession: () => (ones ? byOnes : byNone),
    ...(!ones && { meanLimit: series }),
    variance: family.variance,
    meanOfResponse: (parameters) => family.meanOfResponse(parameters) / -Math.expm1(logZero(parameters)),
    varianceOfResponse: (parameters) => {
      const mean = family.meanOfResponse(parameters)
      const share = -Math.expm1(logZero(parameters))
      return (family.varianceOfResponse(parameters, 1) + mean * mean) / share - (mean / share) ** 2
    },
    ...(family.tail && { tail: withoutZero(family.tail) }),
    ...overdispersedOf(family, 'truncated', 'truncated'),
    weight: family.weight,
    observed: family.observed,
    start: family.start,
    unitDeviance: noDeviance,
    ratio: family.ratio,
    simulate: (noise, parameters) => positiveCount(family, noise, parameters, -Math.expm1(logZero(parameters))),
  }
}

/** The search for a count ends here; it gets so far only where the tail is as heavy as 1 / count. */
const searched = 100_000

/**
 * A count that is not 0, which has probability `share`: by rejection, or by a search from 1 where it is rare; NaN where
 * that would not end.
 */
function positiveCount(family: Family, noise: Noise, parameters: readonly number[], share: number): number {
  if (share > 1e-2) {
    for (;;) {
      const count = family.simulate!(noise, parameters, 1)
      if (count > 0) return count
    }
  }
  const eta = Float64Array.from(parameters, Math.log)
  const out = new Float64Array(densitySize(eta.length))
  let left = noise.uniform() * share
  for (let count = 1; count <= searched; count++) {
    family.density('log', { y: Float64Array.of(count), trials: null }).at(0, eta, out)
    left -= Math.exp(out[0])
    // Where the mass of a count no longer shows beside the share, rounding is all that is left.
    if (left <= 0 || out[0] < Math.log(share) - 40) return count
  }
  return Number.NaN
}

/**
 * Adds -log(1 - e^b) to a row, for b = log f(0) with its derivatives. With k = e^b / (1 - e^b) and j = 1 / k, in terms
 * of products k b_a, which stay finite as f(0) goes to 1 and k to infinity.
 */
function addTruncation(K: number, b: Float64Array, out: Float64Array): void {
  const j = Math.expm1(-b[0])
  const k = 1 / j
  const second = 1 + j
  const third = second * (2 + j)
  out[0] -= Math.log(-Math.expm1(b[0]))
  for (let a = 0; a < K; a++) {
    const xa = k * b[firstAt(K, a)]
    out[firstAt(K, a)] += xa
    for (let c = 0; c <= a; c++) {
      const xc = k * b[firstAt(K, c)]
      const xac = k * b[secondAt(K, a, c)]
      out[secondAt(K, a, c)] += second * xa * xc + xac
      for (let d = 0; d <= c; d++) {
        const xd = k * b[firstAt(K, d)]
        const mixed = xac * xd + k * b[secondAt(K, a, d)] * xc + k * b[secondAt(K, c, d)] * xa
        out[thirdAt(K, a, c, d)] += third * xa * xc * xd + second * mixed + k * b[thirdAt(K, a, c, d)]
      }
    }
  }
}

/** At this logarithm of the mean counts beside 0 have their limit. */
const nearNothing = -40

/**
 * Whether what is left of a family without its zeros as its mean goes to 0 is surely 1, as for Poisson and the negative binomial
 * with variance mu + mu^2 / phi. That with variance mu (1 + phi) becomes the logarithmic series, whose densities have
 * limits between 0 and 1.
 */
function endsInOnes(density: Family['density'], further: Family['further']): boolean {
  const out = new Float64Array(densitySize(1 + further.length))
  const one = density('log', { y: Float64Array.of(1), trials: null })
  one.at(0, Float64Array.of(nearNothing, ...further.map(({ start }) => start)), out)
  return out[0] > -1e-9
}
