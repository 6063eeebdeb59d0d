import type { PositiveLink } from './link.js'
import { logPower } from './log-power.js'

/** eta = 1 / mu. */
export const inverse: PositiveLink = {
  name: 'inverse',
  link: (mu) => 1 / mu,
  inverse: (eta) => 1 / eta,
  slope: (eta) => -1 / (eta * eta),
  above: 0,
  logMean: (eta, out) => logPower(-1, eta, out),
}
