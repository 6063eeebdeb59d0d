import { polyaGammaOne } from './polya-gamma-series.js'
import { leastTilted, polyaGammaTilted } from './polya-gamma-tilted.js'
import type { Rng } from './stream.js'

/**
 * Polya-Gamma variate PG(b, z) for a whole b from 0 on: the distribution of which a binomial logit likelihood of b trials
 * at the linear predictor z is a mixture of Gaussians (Polson, Scott and Windle 2013). Exact for every b: a sum of
 * PG(1, z) where b is small, else rejection under the density itself. The normal and the saddlepoint approximation that
 * are in use for many trials (Windle, Polson and Scott 2014, section 4) are not taken: neither is the distribution.
 */
export function polyaGamma(rng: Rng, b: number, z: number): number {
  const c = Math.abs(z) / 2
  if (b >= leastTilted) return polyaGammaTilted(rng, b, c)
  return b > 0 ? polyaGammaOne(rng, b, c) : 0
}
