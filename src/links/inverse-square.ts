import type { PositiveLink } from './link.js'
import { logPower } from './log-power.js'

/** eta = 1 / mu^2, the canonical link of the inverse Gaussian. */
export const inverseSquare: PositiveLink = {
  name: '1/mu^2',
  link: (mu) => 1 / (mu * mu),
  // No mean belongs to a negative predictor; its limit from above is infinite.
  inverse: (eta) => (eta > 0 ? 1 / Math.sqrt(eta) : Number.POSITIVE_INFINITY),
  slope: (eta) => (eta > 0 ? -0.5 / (eta * Math.sqrt(eta)) : Number.NEGATIVE_INFINITY),
  above: 0,
  logMean: (eta, out) => logPower(-0.5, eta, out),
}
