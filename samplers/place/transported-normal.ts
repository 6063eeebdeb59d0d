import { logGamma } from '../../src/numerics/special.js'
import type { Rng } from '../../src/random/stream.js'
import { type MapTerms, triangularMap } from './triangular-map.js'

/**
 * A share of the proposals has tails that no posterior with moments outweighs, such as that of a logarithm of a standard
 * deviation that may be zero: z of a multivariate t distribution with so many degrees of freedom.
 */
const heavy = { share: 0.15, df: 3 } as const

/**
 * Proposals that know nothing of where the chain stands: z from a mixture of a standard normal and a
 * t distribution, taken to the posterior's location, scale and skewness by a triangular map.
 */
export interface TransportedNormal {
  /** The z of the last proposal. */
  readonly z: Float64Array
  /** Writes a proposal into x; returns the log of its density, but for a constant. */
  readonly draw: (rng: Rng, x: Float64Array) => number
  /** That log density at x; -Infinity where the map does not reach. */
  readonly logDensity: (x: Float64Array) => number
}

export function transportedNormal(d: number, mapTerms: MapTerms): TransportedNormal {
  const map = triangularMap(origin(d), mapTerms)
  const z = new Float64Array(d)
  const x = new Float64Array(d)
  const { share, df } = heavy
  // Of the t density against the normal one, both at 0.
  const atZero = Math.exp(logGamma((df + d) / 2) - logGamma(df / 2) - (d / 2) * Math.log(df / 2))
  const logMixture = (): number => {
    let square = 0
    for (let j = 0; j < d; j++) square += z[j] * z[j]
    return Math.log((1 - share) * Math.exp(-0.5 * square) + share * atZero * (1 + square / df) ** (-(df + d) / 2))
  }
  return {
    z,
    draw: (rng, into) => {
      let scale = 1
      if (rng.uniform() < share) {
        let chiSquared = 0
        for (let k = 0; k < df; k++) chiSquared += rng.normal() ** 2
        scale = Math.sqrt(df / chiSquared)
      }
      for (let j = 0; j < d; j++) z[j] = scale * rng.normal()
      return logMixture() - map.toX(z, into)
    },
    logDensity: (at) => {
      for (let j = 0; j < d; j++) {
        z[j] = map.along(j, z)(at[j])
        if (!Number.isFinite(z[j])) return Number.NEGATIVE_INFINITY
      }
      return logMixture() - map.toX(z, x)
    },
  }
}

/** Location and scale of whitened coordinates: 0 and the identity. */
export const origin = (d: number): { readonly center: Float64Array; readonly L: Float64Array } => ({
  center: new Float64Array(d),
  L: Float64Array.from({ length: d * d }, (_, at) => Number(at % (d + 1) === 0)),
})
