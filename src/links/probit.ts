import { normalCdf, normalQuantile, scaledErfc } from '../numerics/special.js'
import type { ProbabilityLink } from './link.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** log Phi(eta) and its derivatives into out[at ...], those in -eta where sign is -1. */
function lower(eta: number, sign: number, out: Float64Array, at: number): void {
  // Phi = erfc(-eta / sqrt 2) / 2 = exp(-eta^2 / 2) erfcx(-eta / sqrt 2) / 2: the second form holds far into the tail.
  const tail = eta < 0
  const scaled = tail ? scaledErfc(-eta / Math.SQRT2) : 0
  const logPhi = tail ? -0.5 * eta * eta + Math.log(0.5 * scaled) : Math.log1p(-normalCdf(-eta))
  // Inverse Mills ratio m = phi / Phi; m' = -m (eta + m).
  const m = tail ? Math.sqrt(2 / Math.PI) / scaled : Math.exp(-0.5 * eta * eta - halfLog2Pi - logPhi)
  out[at] = logPhi
  out[at + 1] = sign * m
  if (eta < farTail) {
    farDerivatives(-eta, sign, out, at)
    return
  }
  const sum = eta + m
  const m1 = -m * sum
  out[at + 2] = m1
  out[at + 3] = sign * -(m1 * sum + m * (1 + m1))
}

/** Below this eta + m, and 1 + m' all the more, lose digits to cancellation: seven of the third derivative's at -40. */
const farTail = -10

/**
 * Second and third derivative of log Phi at -x, x > 10, without a difference of near equals. The inverse Mills ratio
 * is m = x + d_1 with d_k = k / (x + d_{k+1}) (Laplace's continued fraction, Abramowitz and Stegun 26.2.14), from
 * which the derivatives in eta = -x are -m d_1 and -2 m d_1 (d_2 - d_3) / ((x + d_2) (x + d_3)).
 */
function farDerivatives(x: number, sign: number, out: Float64Array, at: number): void {
  // Started at level 30 the fraction is exact to rounding for x = 10.
  let d4 = 0
  for (let k = 30; k >= 4; k--) d4 = k / (x + d4)
  const d3 = 3 / (x + d4)
  const d2 = 2 / (x + d3)
  const d1 = 1 / (x + d2)
  const m = x + d1
  out[at + 2] = -m * d1
  out[at + 3] = (sign * -2 * m * d1 * (d2 - d3)) / ((x + d2) * (x + d3))
}

export const probit: ProbabilityLink = {
  name: 'probit',
  unitless: true,
  link: normalQuantile,
  inverse: normalCdf,
  slope: (eta) => Math.exp(-0.5 * eta * eta - halfLog2Pi),
  logTails: (eta, out) => {
    lower(eta, 1, out, 0)
    lower(-eta, -1, out, 4)
  },
}
