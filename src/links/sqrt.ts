import type { PositiveLink } from './link.js'
import { logPower } from './log-power.js'

/**
 * eta = sqrt(mu). A predictor below 0 has the mean eta^2 too, as in lme4 and glmmTMB: so every value of a random
 * effect gives a proper density.
 */
export const sqrt: PositiveLink = {
  name: 'sqrt',
  link: Math.sqrt,
  inverse: (eta) => eta * eta,
  slope: (eta) => 2 * eta,
  above: 0,
  logMean: (eta, out) => {
    if (!logPower(2, Math.abs(eta), out)) return false
    if (eta < 0) {
      out[1] = -out[1]
      out[3] = -out[3]
    }
    return true
  },
}
