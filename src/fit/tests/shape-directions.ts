import type { LevelNodes } from '../../likelihood/vector/level-posterior.js'
import type { Direction } from './level-scores.js'

/** So fast the Hermite polynomials are tapered: h_k(u) = He_k(u) exp(-a u^2). */
const a = 1 / 8

/** E[u^k exp(-a u^2)], u standard normal, k even. */
function moment(k: number): number {
  const s = 1 / Math.sqrt(1 + 2 * a)
  let value = s
  for (let j = 1; j < k; j += 2) value *= j * s * s
  return value
}

/** Mean of the fourth one, which is taken off. */
const mean = moment(4) - 6 * moment(2) + 3 * moment(0)

/** Shapes of the density phi(u) (1 + gamma h(u)) by gamma: skewness of the third one, excess kurtosis of the fourth. */
export const skewnessOf: number = moment(6) - 3 * moment(4) - 3 * (moment(4) - 3 * moment(2))
const variance = moment(6) - 6 * moment(4) + 3 * moment(2) - mean
export const kurtosisOf: number = moment(8) - 6 * moment(6) + 3 * moment(4) - 3 * mean - 6 * variance

/**
 * Are the random effects normal? With D(z) = sum_g f_g(z) / f_g - m the gradient function of Verbeke and Molenberghs
 * (2013, Statistical Science 28) at the fitted normal,
 *
 *   integral of D(z) h(z) phi(z) dz = sum_g E[h(u_g) | y_g] - m E[h(u)],
 *
 * the score of gamma in densities phi(u) (1 + gamma (h(u) - E h)). Along He_1 and He_2 it vanishes at the estimates;
 * He_3 and He_4 are skewness and excess kurtosis. Their scores have so heavy tails that the law of a sum over 20 or 40
 * levels depends on a few simulated ones; tapered they are bounded, and the regression on the scores of the
 * parameters takes out what taper adds of He_1 and He_2.
 */
export const shapeDirection: Direction = {
  size: 2,
  write: ({ count, share, u }: LevelNodes, out, at) => {
    let third = 0
    let fourth = 0
    for (let k = 0; k < count; k++) {
      const x = u[k]
      const square = x * x
      const weight = share[k] * Math.exp(-a * square)
      third += weight * x * (square - 3)
      fourth += weight * (square * square - 6 * square + 3)
    }
    out[at] = third
    out[at + 1] = fourth - mean
  },
}
