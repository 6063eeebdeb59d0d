import { chanceOfZero } from './drawn.js'
import type { Family } from './family.js'
import { byZeroOrNot } from './recession.js'
import { overdispersedOf } from './overdispersed.js'
import { densitySize, vanishUnlessFinite } from './row-density.js'
import { truncated } from './truncated.js'
import { addLogRest, mixedWithZeros, widen, zeroPredictor } from './zero-predictor.js'

/** Counts that are 0 with probability pi, and otherwise follow a family without its zeros. */
export function hurdle(family: Family): Family {
  const positive = truncated(family)
  const K = 1 + family.further.length
  const size = densitySize(K + 1)
  return {
    ...mixedWithZeros(family, positive),
    name: `hurdle_${family.name}`,
    ...overdispersedOf(family, 'hurdle', 'hurdle'),
    links: positive.links,
    further: [...family.further, { ...zeroPredictor, recession: byZeroOrNot, drawn: chanceOfZero('hu') }],
    density: (link, response) => {
      const counts = positive.density(link, response)
      const base = new Float64Array(densitySize(K))
      const certain = new Float64Array(densitySize(K))
      const { y } = response
      return {
        predictors: K + 1,
        at: (row, eta, out) => {
          const z = eta[K]
          if (y[row] === 0) {
            // log pi = z + log(1 - pi)
            widen(K, certain, out)
            out[0] = z
            out[1 + K] = 1
          } else {
            counts.at(row, eta, base)
            widen(K, base, out)
          }
          addLogRest(K, z, out)
          vanishUnlessFinite(out, size)
        },
      }
    },
  }
}
