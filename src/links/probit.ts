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
  // eta + m cancels for eta far below 0, where m = -eta + 1 / -eta - 2 / -eta^3 ... (asymptotic series of Mills' ratio)
  const t = 1 / (eta * eta)
  const sum = eta < -1e3 ? (-1 / eta) * (1 - 2 * t + 10 * t * t) : eta + m
  const m1 = -m * sum
  out[at] = logPhi
  out[at + 1] = sign * m
  out[at + 2] = m1
  out[at + 3] = sign * -(m1 * sum + m * (1 + m1))
}

export const probit: ProbabilityLink = {
  name: 'probit',
  link: normalQuantile,
  inverse: normalCdf,
  slope: (eta) => Math.exp(-0.5 * eta * eta - halfLog2Pi),
  logTails: (eta, out) => {
    lower(eta, 1, out, 0)
    lower(-eta, -1, out, 4)
  },
}
