import { densityRatio, logCoshRoot, saddlepoint, slopes, tanhRoot } from './polya-gamma-density.js'
import type { Rng } from './stream.js'

/** From so many trials on a rejection is cheaper than a sum. */
export const leastTilted = 8

/**
 * -ratioBound / b <= log f / f-hat <= 0 for the density f of PG(b, z) and its saddlepoint approximation f-hat: from an
 * inverse Gaussian to the left, where f-hat is exact, the ratio falls to that of a gamma of shape b, 1 - 1 / (12 b) + ...
 */
export const ratioBound = 0.0835

/** Where the outer tangents touch, in standard deviations from the mean: best for a normal density. */
const distance = Math.SQRT2

/** log f-hat as a function of x, touched at v: x, value and slope. f-hat without the constants. */
const touched = { x: 0, value: 0, slope: 0 }

/**
 * PG(b, 2 c) for a large whole b by rejection. The density f is log-concave, a convolution of gamma densities of shape
 * b, and so is its saddlepoint approximation f-hat, which gives the hat: three tangents. f-hat decides all but a share of
 * ratioBound / b of the proposals; for these f is computed to rounding from its characteristic function. So f
 * is what is sampled, not f-hat.
 *
 * Everything is in terms of v, where the cumulant function K(s) = b (log cosh c - log cosh sqrt v), s = 2 (c^2 - v), has
 * the slope x = b T(v) / 4, T(v) = tanh(sqrt v) / sqrt v (for negative v tan and cos).
 */
export function polyaGammaTilted(rng: Rng, b: number, c: number): number {
  const v0 = c * c
  tanhRoot(v0)
  const step = distance * Math.sqrt(-2 / (b * slopes.d1))
  const origin = b * logCoshRoot(v0)
  touch(b, v0, v0, origin)
  const [x2, h2, s2] = [touched.x, touched.value, touched.slope]
  touch(b, v0 + step, v0, origin)
  const [x1, h1, s1] = [touched.x, touched.value, touched.slope]
  touch(b, v0 - step, v0, origin)
  const [x3, h3, s3] = [touched.x, touched.value, touched.slope]

  const left = (h2 - h1 + s1 * x1 - s2 * x2) / (s1 - s2)
  const right = (h3 - h2 + s2 * x2 - s3 * x3) / (s2 - s3)
  const [atLeft, atRight] = [s2 * (left - x2), s2 * (right - x2)]
  const rise = atRight - atLeft
  const middle = Math.exp(atLeft) * (right - left) * (Math.abs(rise) < 1e-8 ? 1 + rise / 2 : Math.expm1(rise) / rise)
  const [below, above] = [Math.exp(atLeft) / s1, -Math.exp(atRight) / s3]
  const margin = ratioBound / b
  for (;;) {
    const u = rng.uniform() * (below + middle + above)
    const w = rng.uniform()
    let x = 0
    let hat = h2
    if (u < below) {
      const log = Math.log(1 - w)
      x = left + log / s1
      hat += atLeft + log
    } else if (u < below + middle) {
      const along = Math.abs(rise) < 1e-8 ? w : Math.log1p(w * Math.expm1(rise)) / rise
      x = left + along * (right - left)
      hat += atLeft + along * rise
    } else {
      const log = Math.log(1 - w)
      x = right + log / s3
      hat += atRight + log
    }
    if (!(x > 0)) continue
    const height = Math.log(1 - rng.uniform()) + hat
    const v = saddlepoint((4 * x) / b, x < left ? v0 + step : x > right ? v0 - step : v0)
    touch(b, v, v0, origin)
    if (height <= touched.value - margin) return x
    if (height <= touched.value && height <= touched.value + Math.log(densityRatio(b, v))) return x
  }
}

/** Fills `touched` at v. */
function touch(b: number, v: number, v0: number, origin: number): void {
  const t = tanhRoot(v)
  const { d1, d2 } = slopes
  touched.x = (b * t) / 4
  touched.value = origin - b * logCoshRoot(v) + 2 * (v - v0) * touched.x - 0.5 * Math.log(-d1)
  touched.slope = 2 * (v - v0) - (2 * d2) / (b * d1 * d1)
}
