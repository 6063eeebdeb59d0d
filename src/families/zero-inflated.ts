import type { Family } from './family.js'
import { overdispersedOf } from './overdispersed.js'
import { densitySize, firstAt, secondAt, vanishUnlessFinite, thirdAt } from './row-density.js'
import { logistic } from './softplus.js'
import { addLogRest, lastOf, mixedWithZeros, widen, zeroPredictor } from './zero-predictor.js'

/** An estimate that runs there says that the counts explain the zeros by themselves. */
const noMoreZeros = { at: -16, says: 'no more zeros than the counts have by themselves: pi runs to zero' }

/** Where the zeros of the count family are this share, exp(-700), of all zeros, its derivatives no longer show. */
const allInflated = 700

/** A family of counts where a share pi of the rows is 0 besides: P(0) = pi + (1 - pi) f(0). */
export function zeroInflated(family: Family): Family {
  const K = 1 + family.further.length
  const size = densitySize(K + 1)
  return {
    ...mixedWithZeros(family, family),
    name: `zero_inflated_${family.name}`,
    ...overdispersedOf(family, 'zero_inflated', 'zero-inflated'),
    links: ['log'],
    further: [...family.further, { ...zeroPredictor, limit: noMoreZeros }],
    density: (link, response) => {
      const counts = family.density(link, response)
      const base = new Float64Array(densitySize(K))
      const { y } = response
      return {
        predictors: K + 1,
        at: (row, eta, out) => {
          counts.at(row, eta, base)
          if (y[row] === 0) inflatedZero(K, eta[K], base, out)
          else {
            widen(K, base, out)
            addLogRest(K, eta[K], out)
          }
          vanishUnlessFinite(out, size)
        },
      }
    },
  }
}

/** log(pi + (1 - pi) e^b) = log(e^z + e^b) - log(1 + e^z), for b = log f(0) with its derivatives. */
function inflatedZero(K: number, z: number, b: Float64Array, out: Float64Array): void {
  const rho = logistic(z - b[0])
  const rest = logistic(b[0] - z)
  const first = rho * rest
  const second = first * (rest - rho)
  const seen = z - b[0] < allInflated
  out.fill(0, 0, densitySize(K + 1))
  out[0] = z > b[0] ? z + Math.log1p(Math.exp(b[0] - z)) : b[0] + Math.log1p(Math.exp(z - b[0]))
  for (let a = 0; seen && a < K; a++) {
    const ba = b[firstAt(K, a)]
    out[firstAt(K + 1, a)] = rest * ba
    out[secondAt(K + 1, K, a)] = -first * ba
    out[thirdAt(K + 1, K, K, a)] = -second * ba
    for (let c = 0; c <= a; c++) {
      const bc = b[firstAt(K, c)]
      const bac = b[secondAt(K, a, c)]
      out[secondAt(K + 1, a, c)] = first * ba * bc + rest * bac
      out[thirdAt(K + 1, K, a, c)] = second * ba * bc - first * bac
      for (let d = 0; d <= c; d++) {
        const bd = b[firstAt(K, d)]
        const mixed = bac * bd + b[secondAt(K, a, d)] * bc + b[secondAt(K, c, d)] * ba
        out[thirdAt(K + 1, a, c, d)] = -second * ba * bc * bd + first * mixed + rest * b[thirdAt(K, a, c, d)]
      }
    }
  }
  const last = lastOf(K)
  out[1 + K] = rho
  out[last.second] = first
  out[last.third] = second
  addLogRest(K, z, out)
}
