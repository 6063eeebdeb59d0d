import type { ProbabilityLink } from './link.js'

/** Complementary log-log: 1 - F = exp(-exp(eta)). */
export const cloglog: ProbabilityLink = {
  name: 'cloglog',
  unitless: true,
  link: (mu) => Math.log(-Math.log1p(-mu)),
  inverse: (eta) => -Math.expm1(-Math.exp(eta)),
  // Beyond 10 the slope is below 1e-9000; written out, Infinity - Infinity would come of eta = Infinity.
  slope: (eta) => (eta > 10 ? 0 : Math.exp(eta - Math.exp(eta))),
  logTails: (eta, out) => {
    const t = Math.exp(eta)
    // g = t / (exp t - 1) = d log F / d eta, with dg / deta = g (1 - t - g). Near t = 0, 1 - t - g cancels to -t / 2.
    const g = t > 700 ? 0 : t === 0 ? 1 : t / Math.expm1(t)
    const rest = t < 1e-4 ? -0.5 * t - (t * t) / 12 : 1 - t - g
    const g1 = g === 0 ? 0 : g * rest
    // Far to the left t is subnormal, then 0, and its logarithm lost; eta has it.
    out[0] = t < 1e-9 ? eta - 0.5 * t : t < 0.7 ? Math.log(-Math.expm1(-t)) : Math.log1p(-Math.exp(-t))
    out[1] = g
    out[2] = g1
    out[3] = g === 0 ? 0 : g1 * rest - g * (t + g1)
    out[4] = -t
    out[5] = -t
    out[6] = -t
    out[7] = -t
  },
}
