import { logGamma, normalCdf, normalQuantile } from '../../numerics/special.js'
import { stream } from '../../random/stream.js'

/** The most numbers that the points of all draws may take: 400 MB. */
export const mostPointNumbers = 5e7

/** Scale of each variable above and below 0: a normal density of two halves, highest at 0 (Geweke 1989). */
export interface TwoPieceScales {
  readonly above: Float64Array
  readonly below: Float64Array
}

/**
 * Fixed points for importance sampling of independent components of variables, the same whatever is integrated. The points
 * of a component of q variables follow the mixture of a normal of two pieces a variable and, for the tails, of a t with the same
 * pieces. Draws 2 k and 2 k + 1 are made from opposite normal numbers.
 */
export interface ImportancePoints {
  readonly draws: number
  /** Draws x variables. */
  readonly points: Float64Array
  /** -log of the mixture's density times (2 pi)^(q / 2): draws x components. */
  readonly logWeights: Float64Array
  /** Density of the normal of two pieces over the mixture's, of which the mean is known to be 1: draws x components. */
  readonly normalRatio: Float64Array
}

/** Each fourth pair is drawn from the t: a quarter of the draws is for the tails. */
const tailEvery = 4
const tailShare = 1 / tailEvery
const degrees = 5

/** `component` gives the component of each variable, `sizes` the variables of each component. Pairs come in strata of four. */
export function importancePoints(
  draws: number,
  component: Int32Array,
  sizes: Int32Array,
  { above, below }: TwoPieceScales,
  seed: number,
): ImportancePoints {
  const size = component.length
  const components = sizes.length
  const { normal } = stream({ seed, purpose: 'importance' })
  const points = new Float64Array(draws * size)
  const logWeights = new Float64Array(draws * components)
  const normalRatio = new Float64Array(draws * components)
  const length2 = new Float64Array(components)
  const stretch = new Float64Array(components)
  const halves = new Float64Array(components)
  const z = new Float64Array(size)
  for (let c = 0; c < size; c++) halves[component[c]] += Math.log((above[c] + below[c]) / 2)
  for (let s = 0; s < draws; s++) {
    if (s % 2 === 0) {
      stretch.fill(1)
      if ((s / 2) % tailEvery === 0) {
        for (let g = 0; g < components; g++) {
          let chi2 = 0
          for (let i = 0; i < degrees; i++) chi2 += normal() ** 2
          stretch[g] = Math.sqrt(degrees / chi2)
        }
      }
      for (let c = 0; c < size; c++) z[c] = normal()
    }
    length2.fill(0)
    for (let c = 0, at = s * size; c < size; c++, at++) {
      const g = component[c]
      const own = s % 2 === 0 ? z[c] : -z[c]
      const unit = twoPiece(own, above[c], below[c]) * stretch[g]
      points[at] = unit * (unit > 0 ? above[c] : below[c])
      length2[g] += unit * unit
    }
    for (let g = 0; g < components; g++) {
      const log = logWeight(sizes[g], length2[g])
      logWeights[s * components + g] = log + halves[g]
      normalRatio[s * components + g] = Math.exp(log - 0.5 * length2[g])
    }
  }
  return { draws, points, logWeights, normalRatio }
}

/** The quantile of the normal of two pieces at the probability of a standard normal z, over the scale of its piece. */
function twoPiece(z: number, above: number, below: number): number {
  if (above === below) return z
  const lower = normalCdf(z) * (above + below)
  if (lower < below) return normalQuantile(lower / (2 * below))
  return -normalQuantile((normalCdf(-z) * (above + below)) / (2 * above))
}

/** -log((2 pi)^(q / 2) density) of the mixture at a point of squared length `length2` in units of its scales. */
export function logWeight(q: number, length2: number): number {
  const normal = Math.log(1 - tailShare) - 0.5 * length2
  const constant = logGamma((degrees + q) / 2) - logGamma(degrees / 2) - 0.5 * q * Math.log(degrees / 2)
  const wide = Math.log(tailShare) + constant - 0.5 * (degrees + q) * Math.log1p(length2 / degrees)
  const high = Math.max(normal, wide)
  return -(high + Math.log(Math.exp(normal - high) + Math.exp(wide - high)))
}
